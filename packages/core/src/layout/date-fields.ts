/** Placeholders for dates, in Unicode's letters (TR35), and `epoch`: seconds since 1970. All UTC. */
export const DATE_FIELDS = ["yyyy", "yy", "MM", "dd", "DDD", "HH", "mm", "ss", "epoch"] as const;
export type DateField = (typeof DATE_FIELDS)[number];

/** What each field looks like in a path. Months and days that don't exist in a year are left to `timeOf`. */
export const DATE_PATTERNS: Readonly<Record<DateField, string>> = {
  yyyy: "\\d{4}",
  yy: "\\d{2}",
  MM: "0[1-9]|1[0-2]",
  dd: "0[1-9]|[12]\\d|3[01]",
  DDD: "[0-3]\\d{2}",
  HH: "[01]\\d|2[0-3]",
  mm: "[0-5]\\d",
  ss: "[0-5]\\d",
  epoch: "\\d{1,12}",
};

export type DateParts = { [field in DateField]?: number };

/** Years that `{yyyy}` and `{yy}` can write: from the first, up to but without the second. RINEX has the same pivot. */
export const YEARS = { yyyy: [0, 10_000], yy: [1980, 2080] } as const;

const A_LEAP_YEAR = 2000;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const FOUR_CENTURIES = 146_097 * 86_400_000;

/** Milliseconds since 1970; `month` from 0, and months and days past their end run over into the next. */
export function utc(year: number, month = 0, day = 1, hour = 0, minute = 0, second = 0): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; the calendar repeats every four centuries.
  return Date.UTC(year + 400, month, day, hour, minute, second) - FOUR_CENTURIES;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

export function dayOfYear(year: number, month: number, day: number): number {
  return DAYS_BEFORE_MONTH[month - 1]! + day + (month > 2 && isLeap(year) ? 1 : 0);
}

/**
 * The instant in ms that the fields name; those left out count as their first. Undefined without a year, NaN where
 * no such date exists or two fields contradict each other.
 */
export function timeOf(parts: DateParts): number | undefined {
  if (parts.epoch !== undefined) return agreesWith(parts, parts.epoch * 1000) ? parts.epoch * 1000 : NaN;
  const year = parts.yyyy ?? (parts.yy === undefined ? undefined : fullYear(parts.yy));
  if (parts.yy !== undefined && year !== fullYear(parts.yy)) return NaN;
  const { MM: month = 1, dd: day = 1, DDD } = parts;
  if (day > daysInMonth(year ?? A_LEAP_YEAR, month)) return NaN;
  if (DDD === undefined) {
    return year === undefined
      ? undefined
      : utc(year, month - 1, day, parts.HH ?? 0, parts.mm ?? 0, parts.ss ?? 0);
  }
  if (DDD < 1 || DDD > (isLeap(year ?? A_LEAP_YEAR) ? 366 : 365)) return NaN;
  if (year === undefined) return undefined;
  const time = utc(year, 0, DDD, parts.HH ?? 0, parts.mm ?? 0, parts.ss ?? 0);
  return (parts.MM === undefined && parts.dd === undefined) || agreesWith(parts, time) ? time : NaN;
}

function fullYear(twoDigits: number): number {
  return twoDigits + (twoDigits >= YEARS.yy[0] % 100 ? 1900 : 2000);
}

function agreesWith(parts: DateParts, time: number): boolean {
  const date = new Date(time);
  return DATE_FIELDS.every((field) => {
    return parts[field] === undefined || parts[field] === Number(writeDate(field, date));
  });
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

/** A number from 0 to 99. */
export const twoDigits = (n: number): string => TWO_DIGITS[n]!;

/** One field as it stands in a path; undefined where the field can't say that time. */
export function writeDate(field: DateField, time: Date): string | undefined {
  const year = time.getUTCFullYear();
  switch (field) {
    case "yyyy":
      return year >= YEARS.yyyy[0] && year < YEARS.yyyy[1] ? String(year).padStart(4, "0") : undefined;
    case "yy":
      return year >= YEARS.yy[0] && year < YEARS.yy[1] ? TWO_DIGITS[year % 100] : undefined;
    case "MM":
      return TWO_DIGITS[time.getUTCMonth() + 1];
    case "dd":
      return TWO_DIGITS[time.getUTCDate()];
    case "DDD":
      return String(dayOfYear(year, time.getUTCMonth() + 1, time.getUTCDate())).padStart(3, "0");
    case "HH":
      return TWO_DIGITS[time.getUTCHours()];
    case "mm":
      return TWO_DIGITS[time.getUTCMinutes()];
    case "ss":
      return TWO_DIGITS[time.getUTCSeconds()];
    case "epoch": {
      const seconds = Math.floor(time.getTime() / 1000);
      return seconds >= 0 && seconds < 1e12 ? String(seconds) : undefined;
    }
  }
}
