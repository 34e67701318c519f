import { backoff } from "../plan/backoff.js";

/** Failures in a row after which the receiver counts as down, and is asked by one message at a time. */
const DOWN = 3;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const LONGEST_WAIT_OF_ONE = 300_000;

/** When messages that failed are tried again, by key, and whether their receiver is there at all. Times are epoch ms. */
export class Attempts {
  readonly #random: () => number;
  readonly #waiting = new Map<string, { readonly failures: number; readonly at: number }>();
  /** In a row, of whatever message. */
  #failures = 0;
  #since = 0;
  #nextTryAt = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get down(): boolean {
    return this.#failures >= DOWN;
  }

  /** When the first of the failures in a row was. */
  get since(): number {
    return this.#since;
  }

  /** When a receiver that is down may be asked again. */
  get nextTryAt(): number {
    return this.#nextTryAt;
  }

  /** Whether messages of a key can't be delivered for now: their own failed, or the receiver takes none. */
  fails(key: string): boolean {
    return this.down || this.#waiting.has(key);
  }

  get anyWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** When a key's first message may be tried. */
  readyAt(key: string): number {
    return this.#waiting.get(key)?.at ?? 0;
  }

  succeeded(key: string): void {
    this.#waiting.delete(key);
    this.#failures = 0;
  }

  /** When it is tried again, and whether that is news: its first failure, and the first after a success. */
  failed(key: string, now: number): { readonly again: number; readonly news: boolean } {
    const failures = (this.#waiting.get(key)?.failures ?? 0) + 1;
    const at = now + backoff(failures, FIRST_WAIT, LONGEST_WAIT_OF_ONE, this.#random);
    this.#waiting.set(key, { failures, at });
    if (this.#failures === 0) this.#since = now;
    const trip = ++this.#failures - DOWN + 1;
    if (trip <= 0) return { again: at, news: failures === 1 && this.#failures === 1 };
    this.#nextTryAt = now + backoff(trip, FIRST_WAIT, LONGEST_WAIT, this.#random);
    // The first in the queue is as good as any to see whether the receiver is back.
    for (const [other, { failures: times }] of this.#waiting)
      this.#waiting.set(other, { failures: times, at: this.#nextTryAt });
    return { again: this.#nextTryAt, news: false };
  }

  /** Forgets keys of which no message waits any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#waiting.keys()) if (!keys.has(key)) this.#waiting.delete(key);
  }
}
