import type { DateOrder, ListedTime } from "./listing/listed-time.js";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const FIRST_SUNDAY = 3 * DAY;
const FARTHEST_ZONE = 15 * HOUR;

// Names asked about in vain, one after the other, before the server is left alone for a while.
const MOST_REFUSED = 3;
const LEFT_ALONE = 10 * MINUTE;
// Names that were asked about in vain and are passed over for a while: the same name may be another file's elsewhere.
const MOST_REMEMBERED = 1000;
const PASSED_OVER = HOUR;

// How long a measured distance is believed: of dates around now, since clocks change when nobody looks, and of others.
const RECENT = 2 * WEEK;
const BELIEVED = { recent: HOUR, old: DAY };
// A file can't be of the future by more than clocks differ: then the distance must have changed.
const AHEAD = 5 * MINUTE;

/**
 * The real time of a file, asked for by name. "refused" where the server won't say for this one, "unsupported" where it
 * doesn't know the command.
 */
export type AskTime = (name: string) => Promise<Date | "refused" | "unsupported">;

interface Measured {
  readonly offset: number;
  readonly at: number;
}

/**
 * Turns a server's own times into UTC. The distance is measured by asking for one file's time, once for every week
 * that listings show: servers with summer time print each date with the distance that held on it, and clocks change on
 * Sundays. It is measured again after a while, and when it makes a file of the future.
 */
export class ServerZone {
  readonly #offsets = new Map<number, Measured>();
  readonly #refused = new Map<string, number>();
  #answers = false;
  #inVain = 0;
  #triedAt = -Infinity;
  #order: DateOrder | undefined;

  /** Whether there is something to be learned by asking about this file, `now` in epoch ms. */
  wants(name: string, listed: ListedTime, now: number): boolean {
    if (this.#inVain >= MOST_REFUSED) {
      if (Math.abs(now - this.#triedAt) < LEFT_ALONE) return false;
      this.#inVain = 0;
    }
    if (Math.abs(now - (this.#refused.get(name) ?? -Infinity)) < PASSED_OVER) return false;
    if (listed.precision === "day") return !this.#answers;
    const ms = this.#read(listed);
    const measured = this.#offsets.get(weekOf(ms));
    if (measured === undefined) return true;
    const age = Math.abs(now - measured.at);
    if (ms - measured.offset > now + AHEAD && age > AHEAD) return true;
    return age >= (now - ms < RECENT ? BELIEVED.recent : BELIEVED.old);
  }

  async measure(name: string, listed: ListedTime, ask: AskTime, now: number): Promise<void> {
    const time = await ask(name);
    this.#triedAt = now;
    if (time === "unsupported") this.#inVain = MOST_REFUSED;
    else if (time === "refused" || !this.#learn(listed, time, now)) this.#pass(name, now);
    else this.#inVain = 0;
  }

  /** False where a time says nothing: the file changed between the listing and the question, or it is of another clock. */
  #learn(listed: ListedTime, time: Date, now: number): boolean {
    this.#answers = true;
    if (listed.precision === "day") return true;
    for (const [order, ms] of this.#readings(listed)) {
      const offset = distance(ms, time);
      if (offset === undefined) continue;
      if (order !== undefined && this.#isOpen(listed)) this.#order = order;
      this.#offsets.set(weekOf(ms), { offset, at: now });
      return true;
    }
    return false;
  }

  #pass(name: string, now: number): void {
    this.#inVain++;
    if (this.#refused.size >= MOST_REMEMBERED) this.#refused.clear();
    this.#refused.set(name, now);
  }

  /** UTC, or undefined where it can't be known. */
  toUtc(listed: ListedTime): Date | undefined {
    const ms = this.#read(listed);
    // The zone can't be measured by days, and at this precision it doesn't show.
    if (listed.precision === "day") return this.#answers && !this.#isOpen(listed) ? new Date(ms) : undefined;
    const measured = this.#offsets.get(weekOf(ms));
    if (measured === undefined || this.#isOpen(listed)) return undefined;
    return new Date(ms - measured.offset);
  }

  /** A date that can be read in one order only tells how the others are meant. */
  notice({ orders }: ListedTime): void {
    if (this.#order === undefined && orders?.size === 1) this.#order = [...orders.keys()][0];
  }

  #read(listed: ListedTime): number {
    return (this.#order && listed.orders?.get(this.#order)) ?? listed.ms;
  }

  /** Whether day and month could be meant either way, and nothing has told which. */
  #isOpen({ orders }: ListedTime): boolean {
    if (orders === undefined || this.#order !== undefined) return false;
    return new Set(orders.values()).size > 1;
  }

  #readings(listed: ListedTime): Iterable<readonly [DateOrder | undefined, number]> {
    if (listed.orders === undefined) return [[undefined, listed.ms]];
    // What is believed of the order comes first, and is given up where the answer contradicts it.
    const all = [...listed.orders];
    return this.#order === undefined
      ? all
      : all.sort(([a], [b]) => rank(a, this.#order) - rank(b, this.#order));
  }
}

function rank(order: DateOrder, wanted: DateOrder | undefined): number {
  return order === wanted ? 0 : 1;
}

function weekOf(ms: number): number {
  return Math.floor((ms - FIRST_SUNDAY) / WEEK);
}

/** Zones lie whole quarters of an hour apart. Anything else: the file changed between the listing and the question. */
function distance(listed: number, actual: Date): number | undefined {
  const seen = Math.floor(listed / MINUTE) * MINUTE - Math.floor(actual.getTime() / MINUTE) * MINUTE;
  const offset = Math.round(seen / QUARTER) * QUARTER;
  return Math.abs(seen - offset) <= MINUTE && Math.abs(offset) <= FARTHEST_ZONE ? offset : undefined;
}
