import type { ListOptions, RemoteEntry } from "@daybook/core";
import type { ListedEntry } from "./listing/listed-entry.js";
import { HIGHEST_CAP } from "./listing-verdict.js";

/** Entries handed over in one piece. */
export const BATCH = 1000;

export interface EntryCollectorOptions {
  readonly take: ListOptions["take"];
  /** The entries as they are handed over; undefined where the server must be asked first, which can't be done now. */
  readonly settle: (entries: readonly ListedEntry[]) => RemoteEntry[] | undefined;
  readonly onBatch: (entries: readonly RemoteEntry[]) => void;
}

/** Takes a listing's entries as they are read, and hands them on once they are many. */
export class EntryCollector {
  readonly #options: EntryCollectorOptions;
  #unsettled = false;
  /** Those that weren't handed over. */
  held: ListedEntry[] = [];
  /** How many were. */
  given = 0;
  /** All names, unless there are more than any server's cap. */
  names: string[] | undefined = [];

  constructor(options: EntryCollectorOptions) {
    this.#options = options;
  }

  async add(entries: readonly ListedEntry[]): Promise<void> {
    for (const entry of entries) {
      this.held.push(entry);
      this.names?.push(entry.name);
    }
    if (this.names !== undefined && this.names.length > HIGHEST_CAP) this.names = undefined;
    const { take, settle } = this.#options;
    if (take === undefined || this.held.length < BATCH || this.#unsettled) return;
    const settled = settle(this.held);
    this.#unsettled = settled === undefined;
    if (settled === undefined) return;
    this.held = [];
    await this.#give(settled, take);
  }

  /** What is left of a listing that is over: handed over if it is many, or others were; else returned. */
  async finish(rest: RemoteEntry[]): Promise<RemoteEntry[]> {
    const { take, onBatch } = this.#options;
    if (take === undefined || rest.length <= BATCH) {
      onBatch(rest);
      return rest;
    }
    await this.#give(rest, take);
    return [];
  }

  async #give(entries: readonly RemoteEntry[], take: NonNullable<ListOptions["take"]>): Promise<void> {
    for (let at = 0; at < entries.length; at += BATCH) {
      const batch = entries.slice(at, at + BATCH);
      this.#options.onBatch(batch);
      this.given += batch.length;
      await take(batch);
    }
  }
}
