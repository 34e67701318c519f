/** Bytes per second over the last few seconds, from a total that only grows. */
export class Rate {
  readonly #windowMs: number;
  #samples: { at: number; total: number }[] = [];

  constructor(options: { windowMs: number }) {
    this.#windowMs = options.windowMs;
  }

  /** Notes the total at a time and tells the rate. */
  sample(at: number, total: number): number {
    this.#samples.push({ at, total });
    // One sample from before the window stays, to measure the whole of it.
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - this.#windowMs) this.#samples.shift();
    const first = this.#samples[0]!;
    return at === first.at ? 0 : Math.max(0, ((total - first.total) * 1000) / (at - first.at));
  }
}
