import type { RemoteEntry } from "@daybook/core";

const BATCH = 1000;

/** Entries of one listing, handed over in batches where somebody takes them; what is left over, or all, is kept. */
export class EntryBatches {
  readonly #take: ((entries: readonly RemoteEntry[]) => void | Promise<void>) | undefined;
  #kept: RemoteEntry[] = [];
  #taking: Promise<void> | undefined;

  constructor(take: ((entries: readonly RemoteEntry[]) => void | Promise<void>) | undefined) {
    this.#take = take;
  }

  add(entry: RemoteEntry): void {
    this.#kept.push(entry);
  }

  /** Hands full batches over, one after the other, and waits until they are taken. */
  async handOver(): Promise<void> {
    const take = this.#take;
    if (take === undefined) return;
    // Whoever comes while one is being taken waits for that as well: nothing is read on meanwhile.
    while (this.#taking !== undefined) await this.#taking;
    while (this.#kept.length >= BATCH) {
      this.#taking = Promise.resolve(take(this.#kept.splice(0, BATCH)));
      try {
        await this.#taking;
      } finally {
        this.#taking = undefined;
      }
    }
  }

  /** What wasn't handed over. */
  rest(): RemoteEntry[] {
    const rest = this.#kept;
    this.#kept = [];
    return rest;
  }
}
