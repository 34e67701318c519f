import { DAY, HOUR, utc, WEEK } from "./calendar.js";
import { readTime, type DateParts } from "./date-parts.js";

/** The stretch of a wall's clock, ms since 1970 without a zone, in which all is that says these parts and maybe more. */
export interface WallStretch {
  readonly start: number;
  readonly end: number;
}

/** Undefined where the parts don't begin with a year or a week, so that they say no stretch. */
export function wallOf(parts: DateParts): WallStretch | undefined {
  const { year, month, day, dayOfYear, weekYear, week, weekday, gpsWeek, gpsDay, hour, epoch } = parts;
  if (epoch !== undefined) return undefined;
  const isDay =
    (year !== undefined && (dayOfYear !== undefined || (month !== undefined && day !== undefined))) ||
    (weekYear !== undefined && week !== undefined && weekday !== undefined) ||
    (gpsWeek !== undefined && gpsDay !== undefined);
  if (isDay) {
    const length = hour === undefined ? DAY : HOUR;
    return from({ ...dateOf(parts), ...(hour !== undefined && { hour }) }, (start) => start + length);
  }
  if (gpsWeek !== undefined) return from({ gpsWeek }, (start) => start + WEEK);
  if (weekYear !== undefined && week !== undefined) return from({ weekYear, week }, (start) => start + WEEK);
  if (year === undefined) return undefined;
  if (month === undefined) return { start: utc(year, 0, 1), end: utc(year + 1, 0, 1) };
  return { start: utc(year, month - 1, 1), end: utc(year, month, 1) };
}

function dateOf(parts: DateParts): DateParts {
  const { year, month, day, dayOfYear, weekYear, week, weekday, gpsWeek, gpsDay } = parts;
  return { year, month, day, dayOfYear, weekYear, week, weekday, gpsWeek, gpsDay };
}

function from(parts: DateParts, endOf: (start: number) => number): WallStretch | undefined {
  const read = readTime(parts);
  return read === undefined || read === "contradiction"
    ? undefined
    : { start: read.time, end: endOf(read.time) };
}
