import { printable } from "../errors/daybook-error.js";
import type { Skipped } from "../store/state-store.js";

const SAMPLES = 5;

/** Counts names and keeps the first few. */
export class Tally implements Skipped {
  count = 0;
  readonly names: string[] = [];
  readonly #longest: number;

  /** `longest`: characters that are kept of each. */
  constructor(longest = 300) {
    this.#longest = longest;
  }

  add(name: string): void {
    // Cutting may leave half a character at the end.
    if (this.count++ < SAMPLES) this.names.push(printable(printable(name).slice(0, this.#longest)));
  }

  get facts(): Skipped {
    return { count: this.count, names: this.names };
  }
}
