import { DaybookError } from "../errors/daybook-error.js";
import { parseRate } from "./parse-rate.js";
import type { RateHours, RateLimit } from "./rate-limit.js";

const MINUTE = 60_000;
const DAY = 24 * 60;
const WEEK = 7 * DAY;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
// The first of January 1970 was a Thursday.
const EPOCH = 3 * DAY;

/** A `RateLimit` looked up by time. Throws kind "config" where it can't be meant, naming the entry. Pure. */
export class RateTable {
  /** For every minute of a week the entry of `hours` that holds, from 1 on; 0 for none. */
  readonly #week = new Uint8Array(WEEK);
  /** Bytes per second, by what stands in the week. */
  readonly #rates: readonly number[];
  readonly #zone: Intl.DateTimeFormat | undefined;
  #known = { minute: NaN, rate: 0 };

  constructor({ rate, hours = [], zone = "UTC" }: RateLimit) {
    if (hours.length > 250) throw refuse("hours", "has more than 250 entries");
    this.#rates = [rate, ...hours.map((each) => each.rate)].map((each, i) =>
      parseRate(each, i === 0 ? "rate" : `${entry(i - 1)}.rate`),
    );
    this.#zone = zone === "UTC" ? undefined : formatOf(zone);
    hours.forEach((each, i) => this.#enter(each, i));
  }

  /** Bytes per second at a time, in epoch ms; Infinity for no limit. */
  rateAt(time: number): number {
    const minute = Math.floor(time / MINUTE);
    if (minute !== this.#known.minute)
      this.#known = { minute, rate: this.#rates[this.#week[this.#minuteOfWeek(minute)]!]! };
    return this.#known.rate;
  }

  /** When as many bytes have come, if they begin to come at `time`; epoch ms, with fractions. */
  after(time: number, bytes: number): number {
    for (let left = bytes; ;) {
      const rate = this.rateAt(time);
      // Offsets of zones are whole minutes, so a rate holds for one at least.
      const end = (Math.floor(time / MINUTE) + 1) * MINUTE;
      const ms = (left / rate) * 1000;
      if (time + ms < end) return time + ms;
      left -= ((end - time) / 1000) * rate;
      time = end;
    }
  }

  #enter({ from, to, days = ["mon-sun"] }: RateHours, i: number): void {
    const begin = minuteOf(from, `${entry(i)}.from`, DAY - 1);
    const end = minuteOf(to, `${entry(i)}.to`, DAY);
    if (begin === end)
      throw refuse(entry(i), `is no time at all from ${from} to ${to}: a whole day is 00:00 to 24:00`);
    const length = end > begin ? end - begin : end + DAY - begin;
    for (const day of daysOf(days, `${entry(i)}.days`)) {
      for (let minute = 0; minute < length; minute++) {
        const at = (day * DAY + begin + minute) % WEEK;
        const other = this.#week[at]!;
        if (other === i + 1) throw refuse(`${entry(i)}.days`, `names ${DAYS[day]} twice`);
        if (other > 0)
          throw refuse(entry(i), `overlaps ${entry(other - 1)} on ${clockTime(at)}: which rate is meant?`);
        this.#week[at] = i + 1;
      }
    }
  }

  #minuteOfWeek(minute: number): number {
    if (this.#zone === undefined) return (((minute + EPOCH) % WEEK) + WEEK) % WEEK;
    const parts = this.#zone.formatToParts(minute * MINUTE);
    const part = (type: string) => parts.find((each) => each.type === type)!.value;
    const day = DAYS.indexOf(part("weekday").toLowerCase());
    return day * DAY + Number(part("hour")) * 60 + Number(part("minute"));
  }
}

function minuteOf(text: string, what: string, most: number): number {
  const [, hour, minute] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (!(minutes <= most)) throw refuse(what, `"${text}" is no time of day: write 08:00 or 17:30`);
  return minutes;
}

function daysOf(days: readonly string[], what: string): number[] {
  if (days.length === 0) throw refuse(what, "names no day: leave it out for all");
  return days.flatMap((text) => {
    const [first, last, ...rest] = text.split("-").map((name) => DAYS.indexOf(name));
    if (first === undefined || first < 0 || last === -1 || rest.length > 0)
      throw refuse(what, `"${text}" is no day: write ${DAYS.join(", ")}, or mon-fri`);
    const count = ((((last ?? first) - first) % 7) + 7) % 7;
    return Array.from({ length: count + 1 }, (_, i) => (first + i) % 7);
  });
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    return new Intl.DateTimeFormat("en-US", { timeZone, weekday: "short", ...time });
  } catch {
    throw refuse("zone", `"${timeZone}" is not known: write UTC or a name such as Europe/Zurich`);
  }
}

const clockTime = (minute: number) => {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${DAYS[Math.floor(minute / DAY)]} ${pad(Math.floor(minute / 60) % 24)}:${pad(minute % 60)}`;
};
const entry = (i: number) => `hours[${i}]`;
const refuse = (what: string, problem: string) => new DaybookError("config", `${what} ${problem}`);
