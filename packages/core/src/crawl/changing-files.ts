import { backoff } from "../plan/backoff.js";
import type { SourcePolicy } from "../plan/policy.js";

/** Times in a row that a file may change while it is fetched until that is called a habit. */
const HABIT = 3;
/** Files that are remembered; those that changed longest ago are forgotten first. */
const MOST = 10_000;
/** A file that looks the same for so long rests, in ms; a poll where that is less. */
const REST = 10_000;

type Delays = Pick<SourcePolicy, "poll" | "retryDelay" | "maxRetryDelay">;

/**
 * Files that became other files each time they were fetched, such as a log that is written to all the time: each look shows
 * a new version, whose attempts begin anew, so that nothing else would ever say so or slow down. A new run begins anew.
 */
export class ChangingFiles {
  readonly #policy: Delays;
  readonly #files = new Map<string, { readonly times: number; readonly until: number }>();

  constructor(policy: Delays) {
    this.#policy = policy;
  }

  /** It changed while it was fetched, once more. `random` is in [0, 1). */
  changed(path: string, now: Date, random: () => number): void {
    const { poll, retryDelay, maxRetryDelay } = this.#policy;
    const times = (this.#files.get(path)?.times ?? 0) + 1;
    const wait = Math.max(poll, backoff(times, retryDelay, maxRetryDelay, random));
    this.#files.delete(path);
    this.#files.set(path, { times, until: now.getTime() + wait });
    if (this.#files.size > MOST) this.#files.delete(this.#files.keys().next().value!);
  }

  forget(path: string): void {
    if (this.#files.size > 0) this.#files.delete(path);
  }

  /** Until when it is left alone unless it rests (epoch ms). `since`: when the version that is listed was first seen. */
  waits(path: string, since: Date, now: Date): number | undefined {
    const file = this.#files.get(path);
    if (file === undefined || file.times < HABIT || file.until <= now.getTime()) return undefined;
    return now.getTime() - since.getTime() >= Math.min(REST, this.#policy.poll) ? undefined : file.until;
  }
}

export const KEEPS_CHANGING =
  "it changes each time it is fetched: it is fetched once it rests, which a longer min_age waits for without trying; with sizes: distrust it is taken as it comes";
