/** Sizes go up in steps of this: then what one file gives back fits another that is a little longer. */
const STEP = 16 * 1024;
const MOST_KEPT = 64;

/** Memory of replies that nobody looks at any more. New memory for each would be what garbage collection is busy with. */
export class SpareMemory {
  readonly #spare: Buffer[] = [];

  /** Not cleared, and not shorter than `length`. */
  take(length: number): Buffer {
    const spare = this.#spare.pop();
    // One that is too small is let go: files get longer here.
    if (spare !== undefined && spare.length >= length) return spare;
    return Buffer.allocUnsafeSlow(Math.ceil(length / STEP) * STEP);
  }

  giveBack(memory: readonly Buffer[]): void {
    for (const each of memory) if (this.#spare.length < MOST_KEPT) this.#spare.push(each);
  }
}
