import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { monotonic, type Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";

export interface HostHealthOptions {
  readonly clock?: Clock;
  /** Failures in a row before it isn't asked for a while. Default 3; one is enough where it can't be reached. */
  readonly after?: number;
  /** First and longest wait before it is tried again, in ms. Default 1 s and 1 min. */
  readonly delay?: number;
  readonly longestDelay?: number;
}

/** What speaks against a host rather than against what it was asked for. */
const TROUBLE: ReadonlySet<ErrorKind> = new Set(["network", "timeout", "busy", "cut-short"]);
/** What no waiting cures: it is tried seldom, since a wrong password may lock the account. */
const REFUSED: ReadonlySet<ErrorKind> = new Set(["auth", "config"]);
const REFUSED_DELAY = 300_000;
const LONGEST_REFUSED_DELAY = 3_600_000;

export const isTrouble = (error: DaybookError): boolean => TROUBLE.has(error.kind);
/** What a host says of a path alone: another may know better. */
export const isAbsence = ({ kind }: DaybookError): boolean => kind === "not-found" || kind === "permission";
export const isRefusal = (error: DaybookError): boolean => REFUSED.has(error.kind);

/** Whether one of several hosts is worth asking. One that is down is tried again after a time, by one call. */
export class HostHealth {
  readonly #options: HostHealthOptions;
  readonly #clock: Clock;
  #failures = 0;
  #trips = 0;
  #down: DaybookError | undefined;
  #downSince = 0;
  /** By the clock that never leaps: one that was ahead for a moment must not keep a host out for hours. */
  #nextTryAt = -Infinity;
  #upSince = -Infinity;
  #probing = false;

  constructor(options: HostHealthOptions = {}) {
    this.#options = options;
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Why it isn't asked, while it isn't. */
  get down(): DaybookError | undefined {
    return this.#down;
  }

  /** Since when it isn't asked, while it isn't. */
  get downSince(): Date {
    return new Date(this.#downSince);
  }

  /** When it is tried again, while it is down. */
  get nextTryAt(): Date {
    return new Date(this.#clock.now().getTime() + this.#nextTryAt - this.#now());
  }

  /** Whether it is down and should be tried now. Who is told so does it, and tells how it went. */
  takeProbe(): boolean {
    if (this.#down === undefined || this.#probing || this.#now() < this.#nextTryAt) return false;
    this.#probing = true;
    return true;
  }

  /** A probe that told nothing. */
  abandon(): void {
    this.#probing = false;
  }

  /** It gave an answer. True when this ended an outage. */
  answered(): boolean {
    this.#probing = false;
    if (this.#down === undefined) return false;
    this.#down = undefined;
    this.#failures = 0;
    this.#upSince = this.#now();
    return true;
  }

  /** It sent a whole file: only that forgives what it failed to send before. */
  served(): void {
    this.#failures = 0;
    if (this.#down === undefined) this.#trips = 0;
  }

  /** True when this made it count as down, or a try of it failed. Errors that don't speak against it are answers. */
  failed(error: DaybookError): boolean {
    this.#probing = false;
    const { after = 3, delay = 1000, longestDelay = 60_000 } = this.#options;
    const refused = REFUSED.has(error.kind);
    // Each further call to one that can't be reached would cost a whole time-out.
    const unreachable = error.kind === "timeout" || error.operation === "connect";
    this.#failures += refused || unreachable ? after : 1;
    const now = this.#now();
    if (this.#failures < after || (this.#down !== undefined && now < this.#nextTryAt)) return false;
    if (this.#down === undefined && now - this.#upSince > longestDelay) this.#trips = 0;
    const [first, longest] = refused ? [REFUSED_DELAY, LONGEST_REFUSED_DELAY] : [delay, longestDelay];
    this.#nextTryAt = now + Math.min(longest, first * 2 ** Math.min(20, this.#trips++));
    if (this.#down === undefined) this.#downSince = this.#clock.now().getTime();
    this.#down = error;
    return true;
  }

  #now(): number {
    return monotonic(this.#clock);
  }
}
