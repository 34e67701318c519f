/** Arithmetic of the Gregorian calendar and of those counted in weeks. All times are ms since 1970, without a zone. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const FOUR_CENTURIES = 146_097 * DAY;
/** Where GPS weeks are counted from: Sunday, 6 January 1980. */
export const GPS_EPOCH = Date.UTC(1980, 0, 6);

/** `month` from 0; months and days past their end run over into the next. */
export function utc(year: number, month = 0, day = 1, hour = 0, minute = 0, second = 0): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; the calendar repeats every four centuries.
  return Date.UTC(year + 400, month, day, hour, minute, second) - FOUR_CENTURIES;
}

export function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** `month` from 1. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** From 1; `month` too. */
export function dayOfYear(year: number, month: number, day: number): number {
  return DAYS_BEFORE_MONTH[month - 1]! + day + (month > 2 && isLeap(year) ? 1 : 0);
}

/** 1 for Monday to 7 for Sunday: ISO 8601. */
export function weekday(time: number): number {
  return ((((Math.floor(time / DAY) + 3) % 7) + 7) % 7) + 1;
}

/** The Monday that week 1 of an ISO year begins with: the week that holds 4 January. */
function isoYearStart(year: number): number {
  const fourth = utc(year, 0, 4);
  return fourth - (weekday(fourth) - 1) * DAY;
}

/** The ISO year and week that a time lies in: its week belongs to the year of its Thursday. */
export function isoWeek(time: number): { readonly year: number; readonly week: number } {
  const thursday = Math.floor(time / DAY) * DAY + (4 - weekday(time)) * DAY;
  const year = new Date(thursday).getUTCFullYear();
  return { year, week: Math.floor((thursday - isoYearStart(year)) / WEEK) + 1 };
}

/** Midnight of a day of an ISO week; NaN where the year has no such week. */
export function isoWeekTime(year: number, week: number, day = 1): number {
  const time = isoYearStart(year) + (week - 1) * WEEK;
  return week >= 1 && time < isoYearStart(year + 1) ? time + (day - 1) * DAY : NaN;
}
