import { DaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { RateLimit } from "./rate-limit.js";
import { RateTable } from "./rate-table.js";
import type { Lane, TransportCallOptions } from "./transport.js";

export interface BandwidthLimitOptions {
  readonly limit: RateLimit;
  readonly clock?: Clock;
}

interface Waiter {
  readonly bytes: number;
  readonly since: number;
  go(): void;
}

/** What wasn't used may be made up for this long, in ms: timers are late, and the rate must hold all the same. */
const BURST = 100;
/**
 * What all streams together keep, or have asked for, before it is paid for, in ms. Over SFTP less than a round trip of it
 * would keep them below the limit.
 */
const AHEAD = 250;
const LEAST_AHEAD = 2048;
/** Backfill waits no longer than this for live to leave something, in ms: a server drops who takes nothing. */
const PATIENCE = 30_000;

/**
 * Bytes per second, shared by everything that pays the same object: a bucket that fills by the clock and is emptied in
 * small amounts. Live goes before backfill; within a lane, first come first served, so that many streams share alike.
 * Throws kind "config" for a limit that can't be meant.
 */
export class BandwidthLimit {
  readonly #table: RateTable;
  readonly #clock: Clock;
  readonly #line: Record<Lane, Waiter[]> = { live: [], backfill: [] };
  /** When all that was paid for is through; epoch ms. */
  #freeAt = -Infinity;
  #seen = 0;
  readonly #streams: Record<Lane, number> = { live: 0, backfill: 0 };
  #sleep: AbortController | undefined;

  constructor(options: BandwidthLimitOptions) {
    this.#table = new RateTable(options.limit);
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Bytes per second allowed now; Infinity for no limit. */
  get rate(): number {
    return this.#table.rateAt(this.#clock.now().getTime());
  }

  /** Streams that wait now. */
  get waiting(): number {
    return this.#line.live.length + this.#line.backfill.length;
  }

  /** Bytes to be paid for at once at most, so that the rate is even and one stream doesn't hold up the others. */
  get portion(): number {
    return Math.max(1, Math.floor((this.rate * BURST) / 1000));
  }

  /** Bytes that one stream should keep, or have asked for, before it pays. Backfill has nothing to share with live. */
  readAhead(lane: Lane = "live"): number {
    const { live, backfill } = this.#streams;
    if (lane === "backfill" && live > 0) return LEAST_AHEAD;
    const sharers = Math.max(1, lane === "live" ? live : backfill);
    return Math.max(LEAST_AHEAD, Math.floor((this.rate * AHEAD) / 1000 / sharers));
  }

  /** One more stream reads under this limit, until what is returned is called, once. */
  join(lane: Lane = "live"): () => void {
    this.#streams[lane]++;
    return () => void this.#streams[lane]--;
  }

  /**
   * Pays for bytes that are about to be handed on: undefined where that may be now, else what resolves when it may.
   * Rejects with kind "cancelled" when the signal fires first.
   */
  pay(bytes: number, options: TransportCallOptions = {}): Promise<void> | undefined {
    const { lane = "live", signal } = options;
    const now = this.#now();
    if (this.waiting === 0 && this.#freeAt <= now) {
      this.#charge(bytes, now);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const line = this.#line[lane];
      const stop = () => {
        line.splice(line.indexOf(waiter), 1);
        if (this.waiting === 0) this.#sleep?.abort();
        reject(cancelled());
      };
      const go = () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const waiter: Waiter = { bytes, since: now, go };
      signal?.addEventListener("abort", stop, { once: true });
      line.push(waiter);
      if (this.#sleep === undefined) void this.#serve();
    });
  }

  /** Lets those in line go, one after the other, until none is left. */
  async #serve(): Promise<void> {
    for (let now = this.#now(); this.waiting > 0; now = this.#now()) {
      if (this.#freeAt <= now) {
        const waiter = this.#next(now);
        this.#charge(waiter.bytes, now);
        waiter.go();
        continue;
      }
      this.#sleep = new AbortController();
      // Cut short where nobody waits any more.
      await this.#clock.sleep(Math.ceil(this.#freeAt - now), this.#sleep.signal).catch(() => undefined);
    }
    this.#sleep = undefined;
  }

  #next(now: number): Waiter {
    const { live, backfill } = this.#line;
    const overdue = backfill[0] !== undefined && now - backfill[0].since >= PATIENCE;
    return (live.length > 0 && !overdue ? live : backfill).shift()!;
  }

  #charge(bytes: number, now: number): void {
    this.#freeAt = this.#table.after(Math.max(this.#freeAt, now - BURST), bytes);
  }

  #now(): number {
    const now = this.#clock.now().getTime();
    // A clock that was put back must not stop everything until it is that late again.
    if (now < this.#seen) this.#freeAt = Math.min(this.#freeAt, now);
    this.#seen = now;
    return now;
  }
}

const cancelled = () => new DaybookError("cancelled", "stopped while waiting for its share of the bandwidth");
