import type { ListedEntry } from "./listed-entry.js";

/** Stands for a set of entries in any order. Made to notice that two listings are the same one, not to withstand attacks. */
export class EntriesDigest {
  #count = 0;
  #sum = 0;
  #mixed = 0;

  add({ name, type, size, modifiedAt, listed }: ListedEntry): void {
    const text = `${name}\0${type}\0${size}\0${modifiedAt?.getTime() ?? listed?.ms}`;
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    this.#count++;
    this.#sum = (this.#sum + hash) >>> 0;
    this.#mixed = (this.#mixed ^ Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) >>> 0;
  }

  toString(): string {
    if (this.#count === 0) return "";
    return [this.#count, this.#sum, this.#mixed].map((part) => part.toString(36)).join("-");
  }
}
