import type { LedgerChange, StateStore } from "../store/state-store.js";
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
 * later may say that what came before is done.
 */
export class LedgerWriter {
  readonly #store: Pick<StateStore, "record">;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #rows = 0;
  #running: Promise<void> | undefined;
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
    try {
      if (this.#failure) throw this.#failure.error;
      await this.#store.record(group.flatMap(({ changes }) => changes));
      for (const { resolve } of group) resolve();
    } catch (error) {
      this.#failure = { error };
      for (const { reject } of group) reject(error);
    }
  }
}
