import { dayOfYear, GPS_EPOCH, isoWeek, utc, WEEK, weekday } from "./calendar.js";
import type { DatePart } from "./date-parts.js";

/** A placeholder for a part of a date: how it looks in a path, and what it means. */
export interface DateFieldSpec {
  /** What it says. */
  readonly part: DatePart;
  /** A regular expression without groups. Months and days that don't exist in a year are left to `dateOf`. */
  readonly pattern: string;
  /** As it stands in a path; undefined where the field can't say that time. The date's UTC fields are read. */
  write(time: Date): string | undefined;
  /** Default `Number`. */
  read?(text: string): number;
  /** Letters, which `upper` and `lower` may change. */
  readonly letters?: boolean;
  /** How many there are of it in the next larger one: it takes a step, such as {HH:6}. */
  readonly cycle?: number;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOUR_LETTERS = Array.from({ length: 24 }, (_, hour) => String.fromCharCode(97 + hour));

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

/** A number from 0 to 99. */
export const twoDigits = (n: number): string => TWO_DIGITS[n]!;

/** Years that `{yyyy}` and `{yy}` can write: from the first, up to but without the second. RINEX has the same pivot. */
export const YEARS = { yyyy: [0, 10_000], yy: [1980, 2080] } as const;

const fullYear = (text: string): number => Number(text) + (Number(text) >= YEARS.yy[0] % 100 ? 1900 : 2000);

function yearField(part: DatePart, digits: "yyyy" | "yy", yearOf: (time: Date) => number): DateFieldSpec {
  const [first, end] = YEARS[digits];
  return {
    part,
    pattern: digits === "yyyy" ? "\\d{4}" : "\\d{2}",
    read: digits === "yyyy" ? undefined : fullYear,
    write: (time) => {
      const year = yearOf(time);
      if (year < first || year >= end) return undefined;
      return digits === "yyyy" ? String(year).padStart(4, "0") : twoDigits(year % 100);
    },
  };
}

/** A number with as many digits as it needs, or at least `width`. */
function numberField(
  part: DatePart,
  width: number,
  pattern: string,
  of: (time: Date) => number,
  cycle?: number,
): DateFieldSpec {
  return { part, pattern, cycle, write: (time) => String(of(time)).padStart(width, "0") };
}

function nameField(part: DatePart, names: readonly string[], from: number, of: (time: Date) => number) {
  const lower = names.map((name) => name.toLowerCase());
  return {
    part,
    letters: true,
    pattern: names.join("|"),
    read: (text: string) => lower.indexOf(text.toLowerCase()) + from,
    write: (time: Date) => names[of(time) - from],
  };
}

/** So many digits of the second's fraction. */
function fractionField(digits: number): DateFieldSpec {
  const unit = 10 ** (3 - digits);
  return {
    part: "fraction",
    pattern: `\\d{${digits}}`,
    read: (text) => Number(text) * unit,
    write: (time) => String(Math.floor(time.getUTCMilliseconds() / unit)).padStart(digits, "0"),
  };
}

function epochField(unit: number, longest: number): DateFieldSpec {
  return {
    part: "epoch",
    pattern: `\\d{1,${longest}}`,
    read: (text) => Number(text) * unit,
    write: (time) => {
      const count = Math.floor(time.getTime() / unit);
      return count >= 0 && count < 10 ** longest ? String(count) : undefined;
    },
  };
}

const year = (time: Date) => time.getUTCFullYear();
const month = (time: Date) => time.getUTCMonth() + 1;
const day = (time: Date) => time.getUTCDate();
const doy = (time: Date) => dayOfYear(year(time), month(time), day(time));
const hour = (time: Date) => time.getUTCHours();
const hour12 = (time: Date) => time.getUTCHours() % 12 || 12;
const minute = (time: Date) => time.getUTCMinutes();
const second = (time: Date) => time.getUTCSeconds();
const gpsWeek = (time: Date) => Math.floor((time.getTime() - GPS_EPOCH) / WEEK);
const gpsDay = (time: Date) => weekday(time.getTime()) % 7;

/**
 * Every placeholder for dates: Unicode's letters (TR35), and names of their own for what those don't know. In
 * docs/layouts.md each has its row.
 */
const FIELDS = {
  yyyy: yearField("year", "yyyy", year),
  yy: yearField("year", "yy", year),
  MM: numberField("month", 2, "0[1-9]|1[0-2]", month),
  M: numberField("month", 1, "1[0-2]|[1-9]", month),
  MMM: nameField(
    "month",
    MONTHS.map((name) => name.slice(0, 3)),
    1,
    month,
  ),
  MMMM: nameField("month", MONTHS, 1, month),
  dd: numberField("day", 2, "0[1-9]|[12]\\d|3[01]", day),
  d: numberField("day", 1, "[12]\\d|3[01]|[1-9]", day),
  DDD: numberField("dayOfYear", 3, "[0-3]\\d{2}", doy),
  D: numberField("dayOfYear", 1, "[1-3]\\d{2}|[1-9]\\d?", doy),
  YYYY: yearField("weekYear", "yyyy", (time) => isoWeek(time.getTime()).year),
  YY: yearField("weekYear", "yy", (time) => isoWeek(time.getTime()).year),
  ww: numberField("week", 2, "0[1-9]|[1-4]\\d|5[0-3]", (time) => isoWeek(time.getTime()).week),
  weekday: numberField("weekday", 1, "[1-7]", (time) => weekday(time.getTime())),
  EEE: nameField(
    "weekday",
    WEEKDAYS.map((name) => name.slice(0, 3)),
    1,
    (time) => weekday(time.getTime()),
  ),
  EEEE: nameField("weekday", WEEKDAYS, 1, (time) => weekday(time.getTime())),
  gpsweek: {
    part: "gpsWeek",
    pattern: "\\d{4}",
    write: (time: Date) =>
      gpsWeek(time) >= 0 && gpsWeek(time) < 10_000 ? String(gpsWeek(time)).padStart(4, "0") : undefined,
  },
  gpsday: numberField("gpsDay", 1, "[0-6]", gpsDay),
  // 24 is the end of a day: 24:00 is 00:00 of the next.
  HH: numberField("hour", 2, "[01]\\d|2[0-4]", hour, 24),
  H: numberField("hour", 1, "1\\d|2[0-4]|\\d", hour, 24),
  hh: numberField("hour12", 2, "0[1-9]|1[0-2]", hour12),
  h: numberField("hour12", 1, "1[0-2]|[1-9]", hour12),
  ampm: nameField("pm", ["AM", "PM"], 0, (time) => (hour(time) < 12 ? 0 : 1)),
  hourletter: nameField("hour", HOUR_LETTERS, 0, hour),
  mm: numberField("minute", 2, "[0-5]\\d", minute, 60),
  m: numberField("minute", 1, "[1-5]\\d|\\d", minute, 60),
  // 60 is a leap second.
  ss: numberField("second", 2, "[0-5]\\d|60", second),
  s: numberField("second", 1, "[1-5]\\d|60|\\d", second),
  S: fractionField(1),
  SS: fractionField(2),
  SSS: fractionField(3),
  epoch: epochField(1000, 12),
  epochms: epochField(1, 15),
} satisfies Record<string, DateFieldSpec>;

export type DateField = keyof typeof FIELDS;

export const DATE_FIELDS: Readonly<Record<DateField, DateFieldSpec>> = FIELDS;

export function isDateField(name: string): name is DateField {
  return Object.hasOwn(FIELDS, name);
}

/** From the first time that the field can write, up to but without the second. */
export function limitsOf(field: DateField): readonly [number, number] {
  if (field === "yy" || field === "YY") return [utc(YEARS.yy[0]), utc(YEARS.yy[1])];
  if (field === "gpsweek") return [GPS_EPOCH, GPS_EPOCH + 10_000 * WEEK];
  // Where a year's number ends its last week may go on; a few days at the end of time are given up for that.
  if (field === "YYYY") return [utc(YEARS.yyyy[0]) + WEEK, utc(YEARS.yyyy[1]) - WEEK];
  return [utc(YEARS.yyyy[0]), utc(YEARS.yyyy[1])];
}
