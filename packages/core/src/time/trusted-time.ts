import { monotonic, type Clock } from "./clock.js";
import { SleepWatch } from "./sleep-watch.js";
import { passedBetween, type Uptime } from "./uptime.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A clock that is set by more than this has leapt; less is how clocks are kept right. */
const LEAP = MINUTE;
/** How far a clock and what the ledger or the servers say may be apart. */
const APART = HOUR;
/** How long a clock in doubt has to go steadily until it is believed. */
const STEADY = HOUR;
/** How far ahead of ours the clock may be that another program wrote a record by. */
const SKEW = 5 * MINUTE;
/** So many files' times make a server's time: one may be dated wrongly. */
const WITNESSES = 3;

/** How late it was, as the ledger remembers. */
export interface TimeMark {
  readonly sure: Date;
  readonly proven: Date;
  /** How long the machine had been on by then: at its next start it tells how much time has passed. */
  readonly uptime?: Uptime;
  /** Of a clock in doubt: since when, by that uptime, and how far ahead of it the clock was; ms. */
  readonly doubt?: { readonly since: number; readonly wall: number };
}

export interface TrustedTimeOptions {
  readonly clock: Clock;
  /** Left out where the ledger has none: its first run believes the clock. */
  readonly mark?: TimeMark;
  /** Hears when the clock comes into doubt, and when that is over. */
  readonly tell?: (detail: string, doubtful: boolean) => void;
}

/**
 * A clock that doesn't take its own word for it. What it shows is the machine's time; how much of it can be relied on is
 * told apart from that. The machine's clock is followed as long as it goes on like a clock that nobody sets. Where it leaps,
 * or disagrees with what the ledger remembers, time that has passed is counted by the clock that never leaps, until the
 * machine's time is borne out: by files of that time at a server, by the time itself, since it went on steadily for
 * an hour, or by somebody who says so.
 */
export class TrustedTime implements Clock {
  readonly #clock: Clock;
  readonly #tell: (detail: string, doubtful: boolean) => void;
  readonly #sleeps = new SleepWatch();
  /** When this began, by the machine's clock; epoch ms. */
  readonly began: number;
  /** Whether nothing is known of earlier times. */
  readonly fresh: boolean;
  // Each as what has to be added to the clock that never leaps.
  #wall: number;
  #sure: number;
  #proven: number;
  #doubted: { since: number; wall: number } | undefined;
  /** The same of how long the machine has been on, which tells how long both slept. */
  #up: number | undefined;
  #lastLook: number;
  #steps = 0;
  /** Times of files at servers that aren't in the future, newest first. */
  #seen: number[] = [];

  constructor({ clock, mark, tell = () => undefined }: TrustedTimeOptions) {
    this.#clock = clock;
    this.#tell = tell;
    const at = monotonic(clock);
    this.began = clock.now().getTime();
    this.fresh = mark === undefined;
    this.#lastLook = at;
    this.#wall = this.began - at;
    const up = clock.uptime?.();
    this.#up = up && up.ms - at;
    // Time that surely passed since bears out what the clock says, and nothing that is later.
    const passed = passedBetween(mark?.uptime, up) ?? 0;
    const reached = ({ sure, proven }: TimeMark) =>
      [sure, proven].map((time) => Math.max(+time, Math.min(+time + passed, this.began)) - at);
    [this.#sure, this.#proven] = mark ? (reached(mark) as [number, number]) : [this.#wall, this.#wall];
    if (mark?.doubt && up?.boot === mark.uptime?.boot && this.#up !== undefined)
      this.#doubted = { since: mark.doubt.since - this.#up, wall: mark.doubt.wall + this.#up };
    // What is between the two was believed only because it went on steadily.
    if (this.#wall >= this.#proven && this.#wall < this.#sure) this.#sure = this.#wall;
    const before = this.#doubted;
    this.#compare(at, APART);
    if (before && this.#doubted) this.#tell(this.#why(at), true);
  }

  now(): Date {
    this.#look();
    return this.#clock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const awake = this.#sleeps.begin(monotonic(this.#clock) + ms);
    try {
      await this.#clock.sleep(ms, signal);
      this.#look();
    } finally {
      awake();
    }
  }

  monotonic(): number {
    return monotonic(this.#clock);
  }

  /** So late it is at least; never later than the clock shows. What rests on time having passed rests on this. */
  sure(): Date {
    return this.#atMost(this.#sure);
  }

  /** The same, of what more than this machine's clock vouches for: for what can't be taken back. */
  proven(): Date {
    return this.#atMost(this.#proven);
  }

  /** What was written later than this was written by a clock that was ahead. */
  latest(): Date {
    const at = this.#look();
    return new Date(at + Math.max(this.#sure, this.#wall) + SKEW);
  }

  /** Whether the clock isn't believed now. */
  get doubtful(): boolean {
    this.#look();
    return this.#doubted !== undefined;
  }

  /** How often the clock was set back so far. */
  get steps(): number {
    this.#look();
    return this.#steps;
  }

  get mark(): TimeMark {
    const at = this.#look();
    const known = { sure: new Date(at + this.#sure), proven: new Date(at + this.#proven) };
    const uptime = this.#clock.uptime?.();
    if (uptime === undefined) return known;
    const up = uptime.ms - at;
    const doubt = this.#doubted && { since: this.#doubted.since + up, wall: this.#doubted.wall - up };
    return { ...known, uptime, ...(doubt && { doubt }) };
  }

  /** Times of files that a server shows. They only bear out what the clock says: nobody's word alone moves it on. */
  saw(time: Date): void {
    const ms = time.getTime();
    if (this.#seen.length >= WITNESSES && !(ms > this.#seen.at(-1)!)) return;
    if (Number.isNaN(ms) || this.#seen.includes(ms) || ms > this.#clock.now().getTime()) return;
    this.#seen = [...this.#seen, ms].sort((a, b) => b - a).slice(0, WITNESSES);
  }

  /** The time of a clock that isn't this machine's, which is right where they disagree. */
  heard(time: Date): void {
    const at = this.#look();
    const theirs = time.getTime() - at;
    if (Math.abs(theirs - this.#wall) <= APART) return;
    this.#sure = this.#proven = theirs;
    this.#compare(at, APART);
  }

  /** Somebody says that the clock is right. */
  trust(): void {
    const at = this.#look();
    this.#sure = this.#proven = this.#wall;
    this.#compare(at, LEAP);
  }

  #atMost(offset: number): Date {
    const at = this.#look();
    return new Date(Math.min(at + this.#wall, at + offset));
  }

  /** Compares the clocks; returns the time of the one that never leaps. */
  #look(): number {
    const at = monotonic(this.#clock);
    // Time in which the program should have done something and did nothing: it stood still, or both clocks leapt.
    const lost = this.#sleeps.overslept(this.#lastLook, at);
    this.#lastLook = at;
    const wall = this.#clock.now().getTime() - at;
    const asleep = lost > 0 || Math.abs(wall - this.#wall) > LEAP ? this.#slept(at) : 0;
    this.#sure += asleep ?? -lost;
    this.#proven += asleep ?? -lost;
    if (wall < this.#wall - LEAP) this.#steps++;
    this.#wall = wall;
    this.#compare(at, LEAP);
    return at;
  }

  /** How much longer the machine was on than the clock that never leaps went on; undefined where it can't tell. */
  #slept(at: number): number | undefined {
    const up = this.#up === undefined ? undefined : this.#clock.uptime?.();
    if (up === undefined) return undefined;
    const slept = up.ms - at - this.#up!;
    this.#up = up.ms - at;
    return slept;
  }

  #compare(at: number, tolerance: number): void {
    const witness = this.#seen.length < WITNESSES ? -Infinity : this.#seen.at(-1)! - at;
    if (witness <= this.#wall) {
      // A server and this machine agree on how late it is.
      const known = this.#wall - witness <= APART ? this.#wall : witness;
      this.#sure = Math.max(this.#sure, known);
      this.#proven = Math.max(this.#proven, known);
    }
    if (Math.abs(this.#wall - this.#proven) <= tolerance) this.#proven = this.#wall;
    if (Math.abs(this.#wall - this.#sure) <= tolerance) return this.#believe();
    if (this.#doubted && Math.abs(this.#doubted.wall - this.#wall) <= LEAP) {
      if (at - this.#doubted.since < STEADY) return;
      return this.#believe();
    }
    const first = this.#doubted === undefined;
    this.#doubted = { since: at, wall: this.#wall };
    if (first) this.#tell(this.#why(at), true);
  }

  #believe(): void {
    this.#sure = this.#wall;
    // Nothing is proven that is yet to come.
    this.#proven = Math.min(this.#proven, this.#wall);
    if (!this.#doubted) return;
    this.#doubted = undefined;
    this.#tell(`the clock is believed again: it is ${words(this.#clock.now().getTime())}`, false);
  }

  #why(at: number): string {
    const [shown, sure] = [at + this.#wall, at + this.#sure];
    const said = `this machine's clock says ${words(shown)}`;
    if (shown < sure)
      return `${said}, but it was ${words(sure)} already, by what the ledger remembers: set the clock right`;
    return (
      `${said}, but nothing else shows that it is later than ${words(sure)}: until files of that time show at a server, ` +
      "later hours stay open, for up to an hour, and nothing is deleted for its age; if the clock is right, say so once " +
      "with --trust-clock"
    );
  }
}

const words = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
