import type { TimeRange } from "../time/range.js";
import type { Zone } from "../time/zone.js";
import { DAY } from "./calendar.js";
import { DATE_FIELDS } from "./date-fields.js";
import { hasDate, readTime, type DatePart, type DateParts, type ReadTime } from "./date-parts.js";
import type { PathMatch } from "./path-matcher.js";
import type { SlotTimes } from "./slot-times.js";
import type { Segment } from "./template-scan.js";
import { wallOf } from "./wall-stretch.js";

export interface TemplateTimeOptions {
  /** The segments below the slot's folders. */
  readonly below: readonly Segment[];
  /** Undefined where folders and names needn't be told apart: they hold no date, or say the very same. */
  readonly times: SlotTimes | undefined;
  readonly zone: Zone;
  /** How far beyond its folder's time a name's may lie, in ms. */
  readonly tolerance: number;
}

/** The time of a path, ms UTC; undefined where it says none; or why it can't be one of the layout's. */
export type PathTime =
  { readonly at: number | undefined; readonly misfit?: undefined } | { readonly misfit: string };

/** Makes a time of what a path's folders and its name say. */
export class TemplateTime {
  readonly #options: TemplateTimeOptions;
  /** Whether what stands below the folders says a day by itself. */
  readonly #dated: boolean;
  readonly #timed: boolean;
  constructor(options: TemplateTimeOptions) {
    this.#options = options;
    const parts = new Set<DatePart>();
    for (const token of options.below.flat())
      if (token.kind === "date") parts.add(DATE_FIELDS[token.field].part);
    this.#dated = hasDate(parts);
    this.#timed = parts.size > 0;
  }

  /** Without `times` all is read as if it stood below the folders. */
  of({ folder, below }: PathMatch): PathTime {
    const { times, zone } = this.#options;
    if (times === undefined) {
      const read = readTime(below);
      if (read === "contradiction") return NO_SUCH_DATE;
      if (read === undefined) return { at: undefined };
      const [at] = zone.instantsOf(read.time);
      return at === undefined ? NO_SUCH_TIME : { at };
    }
    const named = readTime(folder);
    if (named === "contradiction" || named === undefined) return NO_SUCH_DATE;
    const slot = times.span(named.time);
    if (slot.end <= slot.start) return NO_SUCH_TIME;
    if (!this.#timed) return { at: slot.start };
    const read = readTime(this.#dated ? below : overlay(folder, below));
    if (read === "contradiction" || read === undefined) return NO_SUCH_DATE;
    return this.#within(slot, read);
  }

  /** Whether files below this folder, whose path may say only a part of their time, could be the slot's, and of the range. */
  mayBe({ folder, below }: PathMatch, range?: TimeRange): boolean {
    // Where both needn't be the same no more is asked than that each can be.
    if (readTime(below) === "contradiction" || readTime(folder) === "contradiction") return false;
    const stretch = range && this.#stretchOf(folder, below);
    if (!range || !stretch) return true;
    // What is written as 24:00, or as second 60, is of the instant at which its folder ends.
    return stretch.end >= range.start.getTime() && (!range.end || stretch.start < range.end.getTime());
  }

  /** The time that all below this folder is of; undefined where its path says none by itself. */
  #stretchOf(folder: DateParts, below: DateParts): { start: number; end: number } | undefined {
    const { times, zone, tolerance } = this.#options;
    const clockOnly = times !== undefined && !this.#dated;
    const wall = wallOf(clockOnly ? overlay(folder, below) : below);
    if (wall === undefined) return undefined;
    // A clock without a date may be of the days beside its folder's.
    const beyond = clockOnly ? DAY + tolerance : 0;
    return { start: zone.earliest(wall.start) - beyond, end: zone.after(wall.end) + beyond };
  }

  /** Of the instants that the name may mean the one that its folder's time holds, or is nearest to. */
  #within(slot: { readonly start: number; readonly end: number }, { time, atEnd }: ReadTime): PathTime {
    const { zone, tolerance } = this.#options;
    // A clock without a date is of the folder's day, or of the one that its day goes on into.
    const walls = this.#dated ? [time] : [time, time + DAY, time - DAY];
    const instants = walls.flatMap((wall) => zone.instantsOf(wall));
    if (instants.length === 0) return NO_SUCH_TIME;
    // 24:00 is written by who means the day that ends there.
    const last = atEnd ? slot.end : slot.end - 1;
    const away = (at: number) => Math.max(slot.start - at, at - last, 0);
    const nearest = instants.reduce((best, at) => (away(at) < away(best) ? at : best));
    if (away(nearest) <= tolerance) return { at: nearest };
    return {
      misfit: `its name says ${shown(nearest)}, and its folder is of ${shown(slot.start)} to ${shown(slot.end)}`,
    };
  }
}

const NO_SUCH_DATE = { misfit: "its date doesn't exist, or contradicts itself" } as const;
const NO_SUCH_TIME = { misfit: "there is no such time: summer time leaps over it" } as const;

function overlay(folder: DateParts, below: DateParts): DateParts {
  const said = Object.entries(below).filter(([, value]) => value !== undefined);
  return { ...folder, ...Object.fromEntries(said) };
}

function shown(time: number): string {
  const text = new Date(time).toISOString();
  return text.endsWith(":00.000Z") ? `${text.slice(0, 16)}Z` : text.replace(".000Z", "Z");
}
