import type { LedgerNote } from "./ledger-note.js";

/** Notes by key. */
export class MemoryNotes {
  readonly #notes = new Map<string, LedgerNote>();

  put({ key, value, at }: { readonly key: string; readonly value?: string; readonly at: Date }): void {
    if (value === undefined) this.#notes.delete(key);
    else this.#notes.set(key, { key, value, at: new Date(at) });
  }

  startingWith(prefix: string): LedgerNote[] {
    return [...this.#notes.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map((note) => ({ ...note, at: new Date(note.at) }));
  }

  all(): Iterable<LedgerNote> {
    return this.#notes.values();
  }
}
