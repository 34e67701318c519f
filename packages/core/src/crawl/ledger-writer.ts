import { isDaybookError } from "../errors/daybook-error.js";
import type { Fence, LedgerChange, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";

interface Waiting {
  readonly changes: readonly LedgerChange[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rows in one transaction, beyond what one caller asks for at once. */
const GROUP = 1000;

/** The least time between the starts of two transactions, in ms: when busy, more share one. */
const PACE = 25;

/**
 * Writes to the ledger in groups: what is asked for while one transaction runs goes into the next. Order is kept, and
 * a promise resolves once its changes are in the ledger. Once a transaction has failed none is tried after it: what comes
 * later may say that what came before is done. A source whose lease was lost writes nothing more; the others go on.
 */
export class LedgerWriter {
  readonly #store: Pick<StateStore, "record">;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #rows = 0;
  #running: Promise<void> | undefined;
  /** What is to be held while a source's changes are written. */
  readonly #fences = new Map<string, Fence>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: { store: Pick<StateStore, "record">; clock: Clock }) {
    this.#store = options.store;
    this.#clock = options.clock;
  }

  write(changes: readonly LedgerChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
      this.#rows += changes.length;
      this.#running ??= this.#run();
    });
  }

  /** From now on the source's changes are written only while the lease is held. */
  fence(source: string, fence: Fence): void {
    this.#fences.set(source, fence);
  }

  /** Resolves when all that was asked for is written, or has failed. */
  async flush(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const began = this.#clock.now().getTime();
      await this.#writeGroup();
      const rest = began + PACE - this.#clock.now().getTime();
      // The first group of a burst goes at once, and a full one needs no company.
      if (this.#waiting.length > 0 && this.#rows < GROUP && rest > 0) await this.#clock.sleep(rest);
    }
    this.#running = undefined;
  }

  async #writeGroup(): Promise<void> {
    const group: Waiting[] = [];
    for (let rows = 0; this.#waiting.length > 0 && rows < GROUP;) {
      const next = this.#waiting.shift()!;
      rows += next.changes.length;
      group.push(next);
    }
    this.#rows -= group.reduce((sum, { changes }) => sum + changes.length, 0);
    await this.#record(group);
  }

  async #record(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return;
    const fences = new Map(group.map((waiting) => [waiting, this.#fencesOf(waiting)]));
    const fence = [...new Set([...fences.values()].flat())];
    try {
      if (this.#failure) throw this.#failure.error;
      const changes = group.flatMap(({ changes }) => changes);
      await this.#store.record(changes, fence.length > 0 ? { fence, now: this.#clock.now() } : undefined);
      for (const { resolve } of group) resolve();
    } catch (error) {
      const lost = isDaybookError(error, "busy") && error.code === "lease-lost" ? error.path : undefined;
      const theirs = (waiting: Waiting) => fences.get(waiting)!.some(({ lease }) => lease === lost);
      if (lost !== undefined && group.some(theirs)) {
        for (const waiting of group) if (theirs(waiting)) waiting.reject(error);
        return this.#record(group.filter((waiting) => !theirs(waiting)));
      }
      this.#failure = { error };
      for (const { reject } of group) reject(error);
    }
  }

  #fencesOf({ changes }: Waiting): Fence[] {
    const found = new Set<Fence>();
    for (const change of changes) {
      const fence = this.#fences.get(sourceOf(change) ?? "");
      if (fence) found.add(fence);
    }
    return [...found];
  }
}

function sourceOf(change: LedgerChange): string | undefined {
  switch (change.kind) {
    case "visit":
      return change.visit.source;
    case "file":
      return change.file.source;
    case "event":
      return change.event.source;
    case "due":
    case "planned":
      return change.source;
    default:
      return undefined;
  }
}
