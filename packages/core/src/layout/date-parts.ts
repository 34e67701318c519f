import {
  DAY,
  daysInMonth,
  dayOfYear,
  GPS_EPOCH,
  HOUR,
  isLeap,
  isoWeek,
  isoWeekTime,
  MINUTE,
  SECOND,
  utc,
  WEEK,
  weekday,
} from "./calendar.js";

/** What the placeholders of a path can say of a time. `epoch` is ms since 1970, `fraction` ms of the second, `pm` 0 or 1. */
export type DatePart =
  | "year"
  | "month"
  | "day"
  | "dayOfYear"
  | "weekYear"
  | "week"
  | "weekday"
  | "gpsWeek"
  | "gpsDay"
  | "hour"
  | "hour12"
  | "pm"
  | "minute"
  | "second"
  | "fraction"
  | "epoch";

export type DateParts = { [part in DatePart]?: number | undefined };

/** Nothing said. All parts are there from the start: objects of one shape are read several times as fast. */
export function noParts(): DateParts {
  return {
    year: undefined,
    month: undefined,
    day: undefined,
    dayOfYear: undefined,
    weekYear: undefined,
    week: undefined,
    weekday: undefined,
    gpsWeek: undefined,
    gpsDay: undefined,
    hour: undefined,
    hour12: undefined,
    pm: undefined,
    minute: undefined,
    second: undefined,
    fraction: undefined,
    epoch: undefined,
  };
}

const A_LEAP_YEAR = 2000;

/** A time, and whether it was written as the end of what came before it: 24:00, or second 60. */
export interface ReadTime {
  /** Ms since 1970, without a zone. */
  readonly time: number;
  readonly atEnd: boolean;
}

/**
 * The time that the parts name; those left out count as their first. Undefined without a year or week to begin with,
 * "contradiction" where no such date exists or two parts don't agree.
 */
export function readTime(parts: DateParts): ReadTime | undefined | "contradiction" {
  if (parts.epoch !== undefined) {
    const midnight = Math.floor(parts.epoch / DAY) * DAY;
    return agrees(parts, midnight) && sameClock(parts, parts.epoch - midnight)
      ? { time: parts.epoch, atEnd: false }
      : "contradiction";
  }
  const date = dateOf(parts);
  const clock = clockOf(parts);
  if (Number.isNaN(date) || Number.isNaN(clock)) return "contradiction";
  if (date === undefined) return undefined;
  return { time: date + clock, atEnd: parts.hour === 24 || parts.second === 60 };
}

/** Whether the parts say by themselves on which day, or in which month or year, something was. */
export function hasDate(parts: ReadonlySet<DatePart>): boolean {
  return ["epoch", "year", "weekYear", "gpsWeek"].some((part) => parts.has(part as DatePart));
}

/** Midnight of the day, month, week or year that the parts name; undefined where they name none, NaN where there is no such. */
function dateOf(parts: DateParts): number | undefined {
  const { year, month = 1, day = 1, dayOfYear: doy, weekYear, week, gpsWeek } = parts;
  // Without a year too, what can't be is no date: 31 February, day 367.
  if (day > daysInMonth(year ?? A_LEAP_YEAR, month)) return NaN;
  if (doy !== undefined && (doy < 1 || doy > (isLeap(year ?? A_LEAP_YEAR) ? 366 : 365))) return NaN;
  const { weekday: iso, gpsDay } = parts;
  const once = doy ?? weekYear ?? week ?? iso ?? gpsWeek ?? gpsDay;
  // The usual case: year, month and day, each said once, can't contradict each other.
  if (once === undefined) return year === undefined ? undefined : utc(year, month - 1, day);
  const time = finest(parts);
  if (time === undefined) return undefined;
  return agrees(parts, time) ? time : NaN;
}

/** By what says the day, or else the week, or else the month; the others have to agree with that. */
function finest(parts: DateParts): number | undefined {
  const { year, month, day, dayOfYear: doy, weekYear, week, weekday: iso, gpsWeek, gpsDay } = parts;
  if (year !== undefined && doy !== undefined) return utc(year, 0, doy);
  if (year !== undefined && month !== undefined && day !== undefined) return utc(year, month - 1, day);
  if (gpsWeek !== undefined && gpsDay !== undefined) return gpsTime(parts);
  if (weekYear !== undefined && week !== undefined) return isoWeekTime(weekYear, week, iso);
  if (gpsWeek !== undefined) return gpsTime(parts);
  return year === undefined ? undefined : utc(year, (month ?? 1) - 1, day);
}

function gpsTime({ gpsWeek, gpsDay = 0 }: DateParts): number {
  return GPS_EPOCH + gpsWeek! * WEEK + gpsDay * DAY;
}

/** Ms since midnight; NaN where the parts don't agree. */
function clockOf(parts: DateParts): number {
  const { hour, hour12, pm, minute = 0, second = 0, fraction = 0 } = parts;
  let hours = hour ?? 0;
  if (hour12 !== undefined) {
    const twelve = hour12 % 12;
    hours = pm === undefined ? (hour ?? twelve) : twelve + pm * 12;
    if (hour !== undefined && (hour % 12 !== twelve || (pm !== undefined && hour !== hours))) return NaN;
  } else if (pm !== undefined && hour !== undefined && hour >= 12 !== (pm === 1)) return NaN;
  // Without minutes, 24 isn't the end of a day but no hour at all.
  if (hours === 24 && (parts.minute !== 0 || second > 0 || fraction > 0)) return NaN;
  return hours * HOUR + minute * MINUTE + second * SECOND + fraction;
}

function sameClock(parts: DateParts, clock: number): boolean {
  const given: DateParts = { ...parts };
  given.hour ??= parts.hour12 === undefined ? Math.floor(clock / HOUR) : undefined;
  given.minute ??= Math.floor((clock % HOUR) / MINUTE);
  given.second ??= Math.floor((clock % MINUTE) / SECOND);
  given.fraction ??= clock % SECOND;
  const said = clockOf(given);
  return parts.fraction === undefined
    ? Math.floor(said / SECOND) === Math.floor(clock / SECOND)
    : said === clock;
}

/** Whether all that the parts say of a day is true of this one. */
function agrees(parts: DateParts, midnight: number): boolean {
  const { year, month, day, dayOfYear: doy, weekYear, week, weekday: iso, gpsWeek, gpsDay } = parts;
  const date = new Date(midnight);
  const its = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  if (year !== undefined && year !== its.year) return false;
  if (month !== undefined && month !== its.month) return false;
  if (day !== undefined && day !== its.day) return false;
  if (doy !== undefined && doy !== dayOfYear(its.year, its.month, its.day)) return false;
  if (iso !== undefined && iso !== weekday(midnight)) return false;
  if (gpsWeek !== undefined && gpsWeek !== Math.floor((midnight - GPS_EPOCH) / WEEK)) return false;
  if (gpsDay !== undefined && gpsDay !== weekday(midnight) % 7) return false;
  if (weekYear === undefined && week === undefined) return true;
  const its2 = isoWeek(midnight);
  return (weekYear ?? its2.year) === its2.year && (week ?? its2.week) === its2.week;
}
