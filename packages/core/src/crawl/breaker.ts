import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { backoff } from "../plan/backoff.js";
import { monotonic, type Clock } from "../time/clock.js";

export interface BreakerOptions {
  readonly clock: Clock;
  /** Failures in a row before it counts as down. Default 3. */
  readonly after?: number;
  /** First and longest wait before it is tried again, in ms. Default 1 s and 1 min. */
  readonly delay?: number;
  readonly longestDelay?: number;
  readonly random?: () => number;
  /** Where there are several hosts: whether one of them is well. A failure then says nothing against all of them. */
  readonly anyWell?: () => boolean;
  /** The errors that speak against it; any other is an answer. Default those of a host: network, timeout, busy. */
  readonly counts?: (error: DaybookError) => boolean;
}

/** What speaks against the host rather than against one path on it. */
const HOST_TROUBLE: ReadonlySet<ErrorKind> = new Set(["network", "timeout", "busy"]);

/**
 * Keeps what is down from being asked again and again: after some failures in a row with no success between, callers
 * wait, one of them tries, and its outcome decides for all. Shared by all that ask it: a host by its sources, a
 * destination by those that write to it.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #after: number;
  #failures = 0;
  /** What the failures so far were about. */
  readonly #about = new Set<string>();
  #trips = 0;
  #downSince = 0;
  /** By the clock that never leaps: one that was ahead for a moment must not keep a host closed for hours. */
  #openUntil = -Infinity;
  #probing = false;
  #lastError: DaybookError | undefined;
  /** Whether it has ever answered. */
  #answered = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#after = options.after ?? 3;
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** The failure that made it count as down, while it does. */
  get down(): DaybookError | undefined {
    return this.#failures >= this.#after ? this.#lastError : undefined;
  }

  /** What its last answer was, if that was a failure of its own. */
  get trouble(): DaybookError | undefined {
    return this.#lastError;
  }

  /** Since when it counts as down, while it does. */
  get downSince(): Date {
    return new Date(this.#downSince);
  }

  get nextTryAt(): Date {
    const { clock } = this.#options;
    return new Date(clock.now().getTime() + this.#openUntil - monotonic(clock));
  }

  /** Whether it may be asked now, without waiting. */
  get mayTry(): boolean {
    return this.down === undefined || (!this.#probing && monotonic(this.#options.clock) >= this.#openUntil);
  }

  /** One that passed tells nothing after all: somebody else may try. */
  abandon(): void {
    this.#probing = false;
  }

  /** Resolves when it may be asked. Whoever passes tells how it went, or abandons. */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.down) {
      const now = monotonic(this.#options.clock);
      if (now >= this.#openUntil && !this.#probing) {
        this.#probing = true;
        return;
      }
      await this.#options.clock.sleep(Math.max(50, this.#openUntil - now), signal);
    }
  }

  /** True when this ended an outage. */
  succeeded(): boolean {
    const wasDown = this.down !== undefined;
    this.#failures = 0;
    if (this.#about.size > 0) this.#about.clear();
    this.#trips = 0;
    this.#probing = false;
    this.#answered = true;
    this.#lastError = undefined;
    return wasDown;
  }

  /**
   * True when this made it count as down, or kept it so. `about` is the path that was asked for, where something was: what
   * fails again and again says no more against the host than the first time.
   */
  failed(error: DaybookError, about?: string): boolean {
    const { counts = isHostTrouble, anyWell } = this.#options;
    if (!counts(error)) {
      // Any other answer is an answer; cancelled tells nothing, and lets somebody else try.
      if (error.kind !== "cancelled") this.succeeded();
      this.#probing = false;
      return false;
    }
    this.#probing = false;
    if (anyWell?.()) return false;
    this.#lastError = error;
    if (about !== undefined && this.down === undefined) {
      if (this.#about.has(about)) return false;
      this.#about.add(about);
    }
    this.#failures++;
    if (this.#failures < this.#after) return false;
    const now = monotonic(this.#options.clock);
    if (this.#failures === this.#after) this.#downSince = this.#options.clock.now().getTime();
    if (now < this.#openUntil) return false;
    const { delay = 1000, longestDelay = 60_000, random = Math.random } = this.#options;
    this.#openUntil = now + backoff(++this.#trips, delay, longestDelay, random);
    return true;
  }
}

function isHostTrouble(error: DaybookError): boolean {
  return HOST_TROUBLE.has(error.kind);
}
