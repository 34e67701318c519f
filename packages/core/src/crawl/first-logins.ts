/**
 * How the first log-ins of a run go. Where every source is refused, or its host's name doesn't resolve, somebody has made a
 * mistake and is told at once: the run ends. Where any source is let in the run goes on, and the others are tried again.
 */
export class FirstLogins {
  readonly #open: Set<string>;
  readonly #refused = new Map<string, () => void>();
  #decided = false;

  constructor(sources: readonly string[]) {
    this.#open = new Set(sources);
  }

  /** The source was let in. */
  letIn(_source: string): void {
    this.#decided = true;
  }

  /** The source was refused; `end` ends its crawl, if that happens to all. */
  refused(source: string, end: () => void): void {
    if (this.#decided || !this.#open.has(source)) return;
    this.#refused.set(source, end);
    this.#decide();
  }

  /** The source's crawl is over: with nothing to ask for, or failed for a reason of its own. */
  ended(source: string, failed: boolean): void {
    if (!failed) this.#decided = true;
    this.#open.delete(source);
    this.#refused.delete(source);
    this.#decide();
  }

  #decide(): void {
    if (this.#decided || this.#refused.size === 0 || this.#refused.size < this.#open.size) return;
    this.#decided = true;
    for (const end of this.#refused.values()) end();
  }
}
