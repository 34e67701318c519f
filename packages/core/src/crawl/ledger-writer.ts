import { inShort, isDaybookError, type DaybookError } from "../errors/daybook-error.js";
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
 * a promise resolves once its changes are in the ledger. Once the ledger has failed nothing is tried after it: what comes
 * later may say that what came before is done. Changes that the ledger refuses fail alone, and their slots stay due. A
 * source whose lease was lost writes nothing more; the others go on.
 */
export class LedgerWriter {
  readonly #store: Pick<StateStore, "record">;
  readonly #clock: Clock;
  readonly #alongside: () => readonly LedgerChange[];
  #waiting: Waiting[] = [];
  #rows = 0;
  #running: Promise<void> | undefined;
  /** What is to be held while a source's changes are written. */
  readonly #fences = new Map<string, Fence>();
  #failure: { readonly error: unknown } | undefined;
  /** Slots of which something was refused; the next visit on record must not say that they are done. */
  readonly #doubted = new Set<string>();

  constructor(options: {
    store: Pick<StateStore, "record">;
    clock: Clock;
    /** What goes into the next transaction beside what was asked for. */
    alongside?: () => readonly LedgerChange[];
  }) {
    this.#alongside = options.alongside ?? (() => []);
    this.#store = options.store;
    this.#clock = options.clock;
  }

  /** Whether the ledger has failed, so that nothing is written any more. */
  get failed(): boolean {
    return this.#failure !== undefined;
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
      const changes = group.flatMap(({ changes }) => changes.map((change) => this.#toBeKept(change)));
      // By who holds it: by a clock that leaps a lease runs out for nobody else.
      const options = fence.length > 0 ? { fence } : undefined;
      await this.#store.record([...changes, ...this.#alongside()], options);
      if (this.#doubted.size > 0)
        for (const change of changes) if (change.kind === "visit") this.#doubted.delete(slotOf(change.visit));
      for (const { resolve } of group) resolve();
    } catch (error) {
      const lost = isDaybookError(error, "busy") && error.code === "lease-lost" ? error.path : undefined;
      const theirs = (waiting: Waiting) => fences.get(waiting)!.some(({ lease }) => lease === lost);
      if (lost !== undefined && group.some(theirs)) {
        for (const waiting of group) if (theirs(waiting)) waiting.reject(error);
        return this.#record(group.filter((waiting) => !theirs(waiting)));
      }
      if (!isRefused(error)) this.#failure = { error };
      else if (group.length > 1) {
        const half = group.length >> 1;
        await this.#record(group.slice(0, half));
        return this.#record(group.slice(half));
      } else this.#doubt(group[0]!.changes);
      for (const { reject } of group) reject(error);
    }
  }

  #doubt(changes: readonly LedgerChange[]): void {
    for (const change of changes)
      if (change.kind === "file") this.#doubted.add(slotOf({ ...change.file, path: change.file.slot }));
      else if (change.kind === "visit") this.#doubted.add(slotOf(change.visit));
  }

  /** The change as it is kept: words of servers cut, and a doubted slot due at once. */
  #toBeKept(change: LedgerChange): LedgerChange {
    if (change.kind === "file") {
      const { reason } = change.file;
      return isLong(reason) ? { ...change, file: { ...change.file, reason: inShort(reason) } } : change;
    }
    if (change.kind === "event") {
      const { detail } = change.event;
      return isLong(detail) ? { ...change, event: { ...change.event, detail: inShort(detail) } } : change;
    }
    if (change.kind !== "visit") return change;
    const { visit } = change;
    const reason = isLong(visit.reason) ? inShort(visit.reason) : visit.reason;
    const doubted = this.#doubted.size > 0 && this.#doubted.has(slotOf(visit));
    if (!doubted && reason === visit.reason) return change;
    return { ...change, visit: { ...visit, reason, ...(doubted && { nextVisitAt: this.#clock.now() }) } };
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

/** Whether changes can't be kept, rather than the ledger be reached: they fail what they are about, and nothing else. */
export function isRefused(error: unknown): error is DaybookError {
  return isDaybookError(error, "store") && error.code === "record-refused";
}

/** Why a file isn't there whose record was refused. */
export function refusalReason({ detail }: DaybookError): string {
  return detail.startsWith("the ledger") ? detail : `the ledger refuses its record: ${detail}`;
}

const isLong = (text: string | undefined): text is string => text !== undefined && text.length > 500;

const slotOf = ({ source, path }: { source: string; path: string }) => `${source}\n${path}`;

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
