/** Sizes go up in steps of this: then what was made for one file fits another that is a little longer. */
const STEP = 16 * 1024;
/** Bytes. */
const MOST_KEPT = 8 * 1024 * 1024;

/** Memory that nobody looks at any more. New memory for each file would be what garbage collection is busy with. */
export class SpareMemory {
  readonly #spare: Buffer[] = [];
  #bytes = 0;

  /** Not cleared, and not shorter than `length`. */
  take(length: number): Buffer {
    const spare = this.#spare.pop();
    this.#bytes -= spare?.length ?? 0;
    // One that is too small is let go: files get longer here.
    if (spare !== undefined && spare.length >= length) return spare;
    return Buffer.allocUnsafeSlow(Math.ceil(length / STEP) * STEP);
  }

  giveBack(memory: Buffer): void {
    if (this.#bytes + memory.length > MOST_KEPT) return;
    this.#spare.push(memory);
    this.#bytes += memory.length;
  }
}
