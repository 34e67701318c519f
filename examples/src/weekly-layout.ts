// A layout that no template can say: one folder for each ISO week, such as /archive/2025-W01/tide_20241231T2350Z.csv.
// (The week of 2025-01-01 begins on Monday, 2024-12-30.) A layout is pure: dates to paths and back, no I/O.

import type { Observation, PathLayout, Slot, TimeRange } from "@daybook/core";

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** A Monday. */
const FIRST = Date.UTC(1970, 0, 5);
const NAME = /^(?<station>[a-z]+)_(?<y>\d{4})(?<M>\d\d)(?<d>\d\d)T(?<H>\d\d)(?<m>\d\d)Z\.csv$/;

export class WeeklyLayout implements PathLayout {
  readonly root = "/archive";

  /** Every week that shares an instant with the range, oldest first; asked again, the same again. */
  slots({ start, end }: TimeRange): Iterable<Slot> {
    const until = end?.getTime() ?? Infinity;
    return {
      *[Symbol.iterator]() {
        if (until <= start.getTime()) return;
        for (let monday = mondayOf(start.getTime()); monday < until; monday += WEEK)
          yield { path: folderOf(monday), start: new Date(monday), end: new Date(monday + WEEK) };
      },
    };
  }

  /** Folders below a week's are not ours. */
  enters(): boolean {
    return false;
  }

  /** Undefined for what isn't ours: another name, a day that doesn't exist, or a file in the wrong week's folder. */
  parse(path: string): Observation | undefined {
    const slash = path.lastIndexOf("/");
    const parts = NAME.exec(path.slice(slash + 1))?.groups;
    if (parts === undefined) return undefined;
    const { station, y, M, d, H, m } = parts as Record<"station" | "y" | "M" | "d" | "H" | "m", string>;
    const observedAt = new Date(`${y}-${M}-${d}T${H}:${m}:00Z`);
    if (Number.isNaN(observedAt.getTime()) || observedAt.getUTCDate() !== Number(d)) return undefined;
    if (path.slice(0, slash) !== folderOf(mondayOf(observedAt.getTime()))) return undefined;
    return { observedAt, attributes: { station } };
  }
}

function mondayOf(time: number): number {
  return FIRST + Math.floor((time - FIRST) / WEEK) * WEEK;
}

function folderOf(monday: number): string {
  // A week belongs to the year of its Thursday (ISO 8601).
  const thursday = monday + 3 * DAY;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / WEEK) + 1;
  return `/archive/${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
}
