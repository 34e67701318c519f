import { randomInt } from "node:crypto";

/** Slots of the table that may be filled before it grows. */
const FULLEST = 0.7;
const SMALLEST = 64;

/**
 * Which paths were seen, in eight bytes for each and some room: for listings of millions. Keeps 53 bits of a hash, whose
 * seed is another for each set: of a million paths one is taken for another once in twenty thousand sets, and not again
 * in the next.
 */
export class PathSet {
  readonly #seed = randomInt(2 ** 31);
  #table = new Float64Array(SMALLEST);
  #size = 0;

  /** How many different ones were added. */
  get size(): number {
    return this.#size;
  }

  has(path: string): boolean {
    return this.#table[this.#place(this.#hash(path))] !== 0;
  }

  /** False where it was there. */
  add(path: string): boolean {
    const hash = this.#hash(path);
    const place = this.#place(hash);
    if (this.#table[place] !== 0) return false;
    this.#table[place] = hash;
    if (++this.#size > this.#table.length * FULLEST) this.#grow();
    return true;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Float64Array(old.length * 2);
    for (const hash of old) if (hash !== 0) this.#table[this.#place(hash)] = hash;
  }

  /** Where the hash stands, or would stand. */
  #place(hash: number): number {
    const mask = this.#table.length - 1;
    let place = hash % this.#table.length;
    while (this.#table[place] !== 0 && this.#table[place] !== hash) place = (place + 1) & mask;
    return place;
  }

  /** 53 bits, never 0. */
  #hash(path: string): number {
    let low = this.#seed;
    let high = ~this.#seed;
    for (let i = 0; i < path.length; i++) {
      const unit = path.charCodeAt(i);
      low = Math.imul(low ^ unit, 0x2c1b3c6d);
      low ^= low >>> 15;
      high = Math.imul(high + unit, 0x297a2d39);
      high ^= high >>> 13;
    }
    low = Math.imul(low ^ (high >>> 16), 0x85ebca6b);
    high = Math.imul(high ^ (low >>> 13), 0xc2b2ae35);
    return (high >>> 11) * 2 ** 32 + ((low ^ (low >>> 16)) >>> 0) || 1;
  }
}
