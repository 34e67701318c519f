import { largest, smallest } from "../extremes.js";
import { DaybookError } from "../errors/daybook-error.js";

const QUARTER = 15 * 60_000;
const DAY = 86_400_000;
/** Offsets kept; a year of quarter hours is 35,000. */
const MOST_KEPT = 50_000;

/**
 * Local time of a zone, as ms that would be right if the wall's clock were UTC's. Where summer time ends an hour is there
 * twice, where it begins one is absent. From the rules of Node's own ICU.
 */
export class Zone {
  static readonly UTC = new Zone("UTC");
  readonly name: string;
  readonly isUtc: boolean;
  readonly #format: Intl.DateTimeFormat | undefined;
  /** In ms, by quarter of an hour: no zone has changed in the middle of one since 1972. */
  readonly #offsets = new Map<number, number>();

  /** Throws kind "config" for a name that isn't in the IANA database. */
  constructor(name: string) {
    this.name = name;
    this.isUtc = /^(?:(?:Etc\/)?(?:UTC|GMT|UCT|Zulu)|Z)$/i.test(name);
    if (!this.isUtc) this.#format = formatIn(name);
  }

  /** What the wall's clock shows. */
  toWall(time: number): number {
    return this.isUtc ? time : time + this.#offsetAt(time);
  }

  /** The instants at which the wall's clock shows this, earliest first: one, two, or none. */
  instantsOf(wall: number): number[] {
    if (this.isUtc) return [wall];
    const offsets = new Set([this.#offsetAt(wall - DAY), this.#offsetAt(wall + DAY)]);
    return [...offsets]
      .map((offset) => wall - offset)
      .filter((time) => this.toWall(time) === wall)
      .sort((a, b) => a - b);
  }

  /** The first instant at which the wall's clock shows this; the leap over it, where it never does. */
  earliest(wall: number): number {
    return this.instantsOf(wall)[0] ?? this.#leapOver(wall);
  }

  /** The first instant after which the wall's clock shows nothing just before this any more. */
  after(wall: number): number {
    const last = this.instantsOf(wall - 1).at(-1);
    return last === undefined ? this.#leapOver(wall - 1) : last + 1;
  }

  #leapOver(wall: number): number {
    const offsets = [this.#offsetAt(wall - DAY), this.#offsetAt(wall + DAY)] as const;
    let before = wall - largest(offsets);
    let after = wall - smallest(offsets);
    while (after - before > 1000) {
      const middle = Math.floor((before + after) / 2 / 1000) * 1000;
      if (this.toWall(middle) < wall) before = middle;
      else after = middle;
    }
    return after;
  }

  #offsetAt(time: number): number {
    const quarter = Math.floor(time / QUARTER);
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      offset = this.#measure(quarter * QUARTER);
      if (this.#offsets.size >= MOST_KEPT) this.#offsets.clear();
      this.#offsets.set(quarter, offset);
    }
    return offset;
  }

  #measure(time: number): number {
    const shown: Record<string, string> = {};
    for (const { type, value } of this.#format!.formatToParts(new Date(time))) shown[type] = value;
    const year = shown.era === "BC" ? 1 - Number(shown.year) : Number(shown.year);
    const wall = new Date(0);
    wall.setUTCFullYear(year, Number(shown.month) - 1, Number(shown.day));
    wall.setUTCHours(Number(shown.hour), Number(shown.minute), Number(shown.second));
    return wall.getTime() - time;
  }
}

function formatIn(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    const detail = `there is no time zone "${timeZone}": write one such as America/Argentina/Buenos_Aires`;
    throw new DaybookError("config", detail, { cause });
  }
}
