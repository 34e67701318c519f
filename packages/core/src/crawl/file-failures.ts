/** Files that are remembered; those that failed longest ago are forgotten first, and tried sooner for it. */
const MOST = 10_000;

/**
 * How often in a row files failed through no fault of their content: they are tried again for ever, and ever more slowly,
 * so that one on which every connection ends costs the others little. A new run begins anew.
 */
export class FileFailures {
  readonly #failures = new Map<string, number>();

  /** One more; returns how many they are. Where some bytes were gained it is the first again. */
  failed(path: string, gained: number): number {
    const failures = gained > 0 ? 1 : (this.#failures.get(path) ?? 0) + 1;
    this.#failures.delete(path);
    this.#failures.set(path, failures);
    if (this.#failures.size > MOST) this.#failures.delete(this.#failures.keys().next().value!);
    return failures;
  }

  forget(path: string): void {
    if (this.#failures.size > 0) this.#failures.delete(path);
  }
}
