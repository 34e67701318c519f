import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { backoff } from "../plan/backoff.js";
import type { Clock } from "../time/clock.js";

export interface BreakerOptions {
  readonly clock: Clock;
  /** Failures in a row before the host counts as down. Default 3. */
  readonly after?: number;
  /** First and longest wait before it is tried again, in ms. Default 1 s and 1 min. */
  readonly delay?: number;
  readonly longestDelay?: number;
  readonly random?: () => number;
  /** Where there are several hosts: whether one of them is well. A failure then says nothing against all of them. */
  readonly anyWell?: () => boolean;
}

/** What speaks against the host rather than against one path on it. */
const HOST_TROUBLE: ReadonlySet<ErrorKind> = new Set(["network", "timeout", "busy"]);

/**
 * Keeps a host that is down from being asked again and again: after some failures in a row with no success between,
 * callers wait, one of them tries, and its outcome decides for all. Shared by all sources on the host.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  readonly #after: number;
  #failures = 0;
  #trips = 0;
  #downSince = 0;
  #openUntil = 0;
  #probing = false;
  #lastError: DaybookError | undefined;
  /** Whether the host has ever answered. */
  #answered = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#after = options.after ?? 3;
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** The failure that made the host count as down, while it does. */
  get down(): DaybookError | undefined {
    return this.#failures >= this.#after ? this.#lastError : undefined;
  }

  /** What the host's last answer was, if that was a failure of its own. */
  get trouble(): DaybookError | undefined {
    return this.#lastError;
  }

  /** Since when it counts as down, while it does. */
  get downSince(): Date {
    return new Date(this.#downSince);
  }

  get nextTryAt(): Date {
    return new Date(this.#openUntil);
  }

  /** Whether it may be asked now, without waiting. */
  get mayTry(): boolean {
    return (
      this.down === undefined || (!this.#probing && this.#options.clock.now().getTime() >= this.#openUntil)
    );
  }

  /** One that passed tells nothing after all: somebody else may try. */
  abandon(): void {
    this.#probing = false;
  }

  /** Resolves when the host may be asked. Whoever passes tells how it went, or abandons. */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.down) {
      const now = this.#options.clock.now().getTime();
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
    this.#trips = 0;
    this.#probing = false;
    this.#answered = true;
    this.#lastError = undefined;
    return wasDown;
  }

  /** True when this made the host count as down, or kept it so. */
  failed(error: DaybookError): boolean {
    if (!HOST_TROUBLE.has(error.kind)) {
      // Any other answer is an answer; cancelled tells nothing, and lets somebody else try.
      if (error.kind !== "cancelled") this.succeeded();
      this.#probing = false;
      return false;
    }
    this.#probing = false;
    if (this.#options.anyWell?.()) return false;
    this.#failures++;
    this.#lastError = error;
    if (this.#failures < this.#after) return false;
    const now = this.#options.clock.now().getTime();
    if (this.#failures === this.#after) this.#downSince = now;
    if (now < this.#openUntil) return false;
    const { delay = 1000, longestDelay = 60_000, random = Math.random } = this.#options;
    this.#openUntil = now + backoff(++this.#trips, delay, longestDelay, random);
    return true;
  }
}
