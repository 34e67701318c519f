import type { LedgerChange, StateStore } from "../store/state-store.js";

interface Waiting {
  readonly changes: readonly LedgerChange[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rows in one transaction, beyond what one caller asks for at once. */
const GROUP = 1000;

/**
 * Writes to the ledger in groups: what is asked for while one transaction runs goes into the next. Order is kept, and
 * a promise resolves once its changes are in the ledger.
 */
export class LedgerWriter {
  readonly #store: Pick<StateStore, "record">;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(store: Pick<StateStore, "record">) {
    this.#store = store;
  }

  write(changes: readonly LedgerChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
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
      const group: Waiting[] = [];
      for (let rows = 0; this.#waiting.length > 0 && rows < GROUP;) {
        const next = this.#waiting.shift()!;
        rows += next.changes.length;
        group.push(next);
      }
      try {
        await this.#store.record(group.flatMap(({ changes }) => changes));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
