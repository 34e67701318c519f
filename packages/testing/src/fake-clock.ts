import { DaybookError } from "@daybook/core";
import type { Clock } from "@daybook/core";

const QUIET_TURNS = 25;

/** How long other threads and long loops are waited for, in real ms: a program may have some that never end. */
const PATIENCE = 5000;

export interface FakeClockOptions {
  /**
   * Turns of the event loop without a new sleep after which a program counts as waiting for time only. Default 25; a
   * program that does nothing outside of its own memory needs no more than 2.
   */
  readonly quietTurns?: number;
  /** How long a sleep of so many ms takes. Default just as long; `jitter` makes one that real timers would. */
  readonly timer?: (ms: number) => number;
}

interface Sleeper {
  wakeAt: number;
  wake(): void;
}

export interface RunUntilOptions {
  /** Time that may pass at most, in ms. Default no limit. */
  readonly maxTime?: number;
}

/**
 * A clock that stands still until it is moved. What sleeps on it wakes in the order of time, each in its own moment.
 *
 * Before it moves on it waits until the program does nothing but sleep: no new sleeps for a while, no file operation
 * under way, no thread at work that keeps the program alive. Waiting for the network or another process looks just like
 * that: move the clock by hand there.
 */
export class FakeClock implements Clock {
  /** By the clock that never leaps, as all sleeps are. */
  #at: number;
  #leapt = 0;
  #sleepers: Sleeper[] = [];
  #activity = 0;
  #boot = 1;
  #suspended = 0;
  readonly #quietTurns: number;
  readonly #timer: (ms: number) => number;
  /** Ports to other threads that were open before: the test runner's own. */
  readonly #ports = resources().ports;

  constructor(start: Date, options: FakeClockOptions = {}) {
    this.#at = start.getTime();
    this.#quietTurns = options.quietTurns ?? QUIET_TURNS;
    this.#timer = options.timer ?? ((ms) => ms);
  }

  now(): Date {
    return new Date(this.#at + this.#leapt);
  }

  /** Time that has passed, whatever the clock was set to. */
  monotonic(): number {
    return this.#at;
  }

  uptime(): { boot: string; ms: number } {
    return { boot: String(this.#boot), ms: this.monotonic() + this.#suspended };
  }

  /** The machine sleeps for so long. */
  suspend(ms: number): void {
    this.leap(ms);
    this.#suspended += ms;
  }

  /** The machine was switched off and on again: nothing but its clock tells for how long. */
  reboot(): void {
    this.#boot++;
  }

  /** The clock shows another time from now on, as if somebody had set it; nobody sleeps longer or less for it. */
  leap(ms: number): void {
    this.#leapt += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#activity++;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled());
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        this.#activity++;
        reject(cancelled());
      };
      const sleeper: Sleeper = {
        wakeAt: this.#at + this.#timer(Math.max(0, ms)),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      // After all that wake at the same time: first come, first woken.
      const at = this.#sleepers.findIndex((each) => each.wakeAt > sleeper.wakeAt);
      this.#sleepers.splice(at < 0 ? this.#sleepers.length : at, 0, sleeper);
    });
  }

  /** How many sleep now. */
  get pending(): number {
    return this.#sleepers.length;
  }

  get nextWakeAt(): Date | undefined {
    const next = this.#sleepers[0];
    return next && new Date(next.wakeAt + this.#leapt);
  }

  /** Moves on by `ms`, waking what is due on the way and letting it get on before the next one wakes. */
  async advance(ms: number): Promise<void> {
    await this.#moveTo(this.#at + ms);
  }

  /** Moves on to a time as `advance` does; to an earlier one at once, waking nobody before it would have been time. */
  async set(time: Date): Promise<void> {
    const ms = time.getTime() - this.now().getTime();
    if (ms >= 0) return this.#moveTo(this.#at + ms);
    this.#leapt += ms;
    for (const sleeper of this.#sleepers) sleeper.wakeAt -= ms;
  }

  /**
   * Lets time pass until the promise settles, and settles alike: whenever nothing happens any more except waiting, it
   * is at once the time of the next one to wake. Throws where nothing is left to wake, or `maxTime` has passed.
   */
  async runUntil<T>(promise: Promise<T>, options: RunUntilOptions = {}): Promise<T> {
    const last = this.#at + (options.maxTime ?? Infinity);
    let settled = false;
    const done = () => void (settled = true);
    promise.then(done, done);
    for (;;) {
      await this.#quiet(() => settled);
      if (settled) return promise;
      const next = this.#sleepers[0];
      if (next === undefined)
        throw new Error(`${this.#nothing()}: nothing is left to wake, so it never would.`);
      if (next.wakeAt > last) throw new Error(`${this.#nothing()}: ${options.maxTime} ms have passed.`);
      this.#wake(next);
    }
  }

  async #moveTo(time: number): Promise<void> {
    await this.#quiet();
    for (let next = this.#sleepers[0]; next && next.wakeAt <= time; next = this.#sleepers[0]) {
      this.#wake(next);
      await this.#quiet();
    }
    this.#at = time;
    await this.#quiet();
  }

  #wake(sleeper: Sleeper): void {
    this.#sleepers.shift();
    this.#at = Math.max(this.#at, sleeper.wakeAt);
    sleeper.wake();
  }

  async #quiet(stop: () => boolean = () => false): Promise<void> {
    let seen = this.#activity;
    const until = performance.now() + PATIENCE;
    for (let turns = 0; turns < this.#quietTurns && !stop(); turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      const { files, immediates, ports } = resources();
      const works = files > 0 || ((immediates > 0 || ports > this.#ports) && performance.now() < until);
      if (this.#activity === seen && !works) continue;
      seen = this.#activity;
      turns = 0;
    }
  }

  #nothing(): string {
    return `Time stands at ${this.now().toISOString()} and the promise has not settled`;
  }
}

/** What keeps the program alive now. */
function resources(): { files: number; immediates: number; ports: number } {
  const all = process.getActiveResourcesInfo();
  const count = (kind: RegExp) => all.filter((resource) => kind.test(resource)).length;
  return {
    files: count(/^(FSReq|CloseReq)/),
    immediates: count(/^Immediate$/),
    ports: count(/^MessagePort$/),
  };
}

const cancelled = () => new DaybookError("cancelled", "stopped while waiting");
