import { DAY, HOUR, MINUTE, WEEK } from "./calendar.js";
import type { Zone } from "../time/zone.js";
import { beginOf, nextOf, type SlotUnit } from "./slot-unit.js";

const PLAIN: Readonly<Record<SlotUnit["kind"], number>> = {
  year: 0,
  month: 0,
  week: WEEK,
  day: DAY,
  hour: HOUR,
  minute: MINUTE,
};

export interface SlotTimesOptions {
  readonly unit: SlotUnit;
  readonly zone: Zone;
  /** When a folder's day begins, ms after midnight: noon is 43,200,000. */
  readonly dayStart: number;
}

/** An instant's slot and back, by the clock and the days that folders are named after. */
export class SlotTimes {
  readonly #unit: SlotUnit;
  readonly #zone: Zone;
  readonly #dayStart: number;

  constructor({ unit, zone, dayStart }: SlotTimesOptions) {
    this.#unit = unit;
    this.#zone = zone;
    this.#dayStart = dayStart;
  }

  /** Whether a folder's name and the clock agree all the time: days begin at midnight, hours and minutes come in no steps. */
  get isPlain(): boolean {
    const { kind, length } = this.#unit;
    return this.#dayStart === 0 && (length === 0 || length === PLAIN[kind]);
  }

  /** What the folder of an instant is named after, as its clock would show where its slot begins. */
  nameOf(time: number): number {
    return beginOf(this.#unit, this.#zone.toWall(time) - this.#dayStart);
  }

  /** What the next folder is named after. */
  next(name: number): number {
    return nextOf(this.#unit, name);
  }

  /**
   * The time that a folder stands for. An hour that is there twice belongs to it both times; one that summer time leaps
   * over leaves nothing, and `start` is `end`.
   */
  span(name: number): { readonly start: number; readonly end: number } {
    const [from, to] = [name + this.#dayStart, this.next(name) + this.#dayStart];
    return { start: this.#zone.earliest(from), end: this.#zone.after(to) };
  }
}
