/** How much of the time asking the ledger may take at most, whoever asks how often. */
export const SHARE = 0.05;

/** A costly answer that all who ask share: it is made anew once it is too old, by one at a time. */
export class Cached<T> {
  readonly #make: () => Promise<T>;
  readonly #leastMs: number;
  #value: Promise<T> | undefined;
  #freshUntil = -Infinity;

  /** An answer lasts `leastMs`, or longer if it took long to make. */
  constructor(make: () => Promise<T>, leastMs: number) {
    this.#make = make;
    this.#leastMs = leastMs;
  }

  get(): Promise<T> {
    if (this.#value !== undefined && performance.now() < this.#freshUntil) return this.#value;
    const began = performance.now();
    this.#freshUntil = Infinity;
    const value = this.#make();
    this.#value = value;
    value.then(
      () => {
        const now = performance.now();
        this.#freshUntil = now + Math.max(this.#leastMs, (now - began) / SHARE);
      },
      () => (this.#value = undefined),
    );
    return value;
  }
}
