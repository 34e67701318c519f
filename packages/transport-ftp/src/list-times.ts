const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;
const WEEK = 7 * DAY;
const FIRST_SUNDAY = 3 * DAY;
const FARTHEST_ZONE = 15 * 60 * MINUTE;

/** A time as LIST shows it: the server's own clock, without its zone. */
export interface ListedTime {
  /** Ms since 1970, as if the zone were UTC. */
  readonly ms: number;
  readonly precision: "minute" | "day";
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * "Jan 01 18:30", "Jan 01 2024", "01 Jan 18:30", "2024-01-01 18:30", or DOS's "12-05-96 05:03PM". A date without a year
 * is the latest such date that is no more than a day ahead of `now`: zones and clocks differ.
 */
export function parseListedTime(text: string, now: Date): ListedTime | undefined {
  const iso = /^(\d{4})[-/](\d\d)[-/](\d\d)\s+(\d\d?):(\d\d)$/.exec(text);
  if (iso) return minute(+iso[1]!, +iso[2]! - 1, +iso[3]!, +iso[4]!, +iso[5]!);
  const dos = /^(\d\d)-(\d\d)-(\d{4}|\d\d)\s+(\d\d?):(\d\d)([AP]M)?$/i.exec(text);
  if (dos) {
    const year = dos[3]!.length === 4 ? +dos[3]! : +dos[3]! + (+dos[3]! < 70 ? 2000 : 1900);
    const hour = dos[6] ? (+dos[4]! % 12) + (/p/i.test(dos[6]) ? 12 : 0) : +dos[4]!;
    return minute(year, +dos[1]! - 1, +dos[2]!, hour, +dos[5]!);
  }
  const unix = /^(?:([a-z]{3})\s+(\d\d?)|(\d\d?)\s+([a-z]{3}))\s+(?:(\d{4})|(\d\d?):(\d\d))$/i.exec(text);
  if (!unix) return undefined;
  const month = MONTHS.indexOf((unix[1] ?? unix[4])!.toLowerCase());
  const day = +(unix[2] ?? unix[3])!;
  if (unix[5] !== undefined) {
    const ms = utc(+unix[5], month, day, 0, 0);
    return ms === undefined ? undefined : { ms, precision: "day" };
  }
  // Eight years hold a 29 February, whatever the century.
  for (let year = now.getUTCFullYear() + 1, tries = 0; tries < 9; year--, tries++) {
    const time = minute(year, month, day, +unix[6]!, +unix[7]!);
    if (time !== undefined && time.ms <= now.getTime() + DAY) return time;
  }
  return undefined;
}

function minute(...parts: [number, number, number, number, number]): ListedTime | undefined {
  const ms = utc(...parts);
  return ms === undefined ? undefined : { ms, precision: "minute" };
}

function utc(year: number, month: number, day: number, hour: number, minutes: number): number | undefined {
  const date = new Date(Date.UTC(year, month, day, hour, minutes));
  const same = date.getUTCMonth() === month && date.getUTCDate() === day && date.getUTCHours() === hour;
  return same && minutes < 60 ? date.getTime() : undefined;
}

/** The real time of a file, asked for by name. Undefined where the server won't say. */
export type AskTime = (name: string) => Promise<Date | undefined>;

/**
 * Turns a server's own times into UTC. The distance is measured by asking for one file's time, once for every week
 * that listings show: servers with summer time print each date with the distance that held on it, and clocks change on
 * Sundays.
 */
export class ServerZone {
  readonly #offsets = new Map<number, number>();
  #answers: boolean | undefined;

  /** Whether there is nothing to be learned by measuring. */
  knows(listed: ListedTime): boolean {
    if (listed.precision === "day") return this.#answers !== undefined;
    return this.#answers === false || this.#offsets.has(weekOf(listed));
  }

  async measure(name: string, listed: ListedTime, ask: AskTime): Promise<void> {
    const time = await ask(name);
    // One refusal among answers is about that file; a refusal before any answer is about the command.
    if (this.#answers === undefined || time !== undefined) this.#answers = time !== undefined;
    const offset = listed.precision === "minute" ? distance(listed.ms, time) : undefined;
    if (offset !== undefined) this.#offsets.set(weekOf(listed), offset);
  }

  /** UTC, or undefined where it can't be known. */
  toUtc(listed: ListedTime): Date | undefined {
    // The zone can't be measured by days, and at this precision it doesn't show.
    if (listed.precision === "day") return this.#answers ? new Date(listed.ms) : undefined;
    const offset = this.#offsets.get(weekOf(listed));
    return offset === undefined ? undefined : new Date(listed.ms - offset);
  }
}

function weekOf({ ms }: ListedTime): number {
  return Math.floor((ms - FIRST_SUNDAY) / WEEK);
}

/** Zones lie whole quarters of an hour apart. Anything else: the file changed between the listing and the question. */
function distance(listed: number, actual: Date | undefined): number | undefined {
  if (actual === undefined) return undefined;
  const seen = listed - Math.floor(actual.getTime() / MINUTE) * MINUTE;
  const offset = Math.round(seen / QUARTER) * QUARTER;
  return Math.abs(seen - offset) <= MINUTE && Math.abs(offset) <= FARTHEST_ZONE ? offset : undefined;
}
