import type { LineContext } from "./dialect.js";
import { latestAt, numericTime, timeAt, timeIn } from "./listed-time.js";
import type { Clock, ListedTime } from "./listed-time.js";

type Groups = Readonly<Record<string, string | undefined>>;

interface DateForm {
  /** Sticky: tried where a date may begin. Ends before the name's separator. */
  readonly pattern: RegExp;
  time(groups: Groups, context: LineContext): ListedTime | Date | undefined;
}

/** A date that was found: where it ends, and what it says, if there is such a date. */
export interface FoundDate {
  readonly end: number;
  readonly time?: ListedTime | Date;
}

const CLOCK = String.raw`(?<hour>\d{1,2}):(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,]\d{1,9})?)?(?:(?<gap> ?)(?<half>[AaPp]\.?[Mm]\b\.?))?`;
const MONTH = String.raw`(?<month>[A-Za-z\x80-\xff][^ \d]{1,30}|\d{1,2}[\x80-\xff]{1,6})`;
const DAY = String.raw`(?<day>\d{1,2})`;
const YEAR = String.raw`(?<year>(?:19|20)\d\d)(?![:\d])`;

/** The dates of `ls`-like listings, most usual first. */
const FORMS: readonly DateForm[] = [
  // Jan 15 18:30 2025, which is "ls -T": with seconds a year follows.
  form(`${MONTH} {1,4}${DAY} {1,4}(?<hour>\\d{1,2}):(?<minute>\\d\\d):(?<second>\\d\\d) {1,4}${YEAR}`, named),
  // Jan 15 18:30
  form(`${MONTH} {1,4}${DAY},? {1,4}${CLOCK}`, named),
  // Oct 08, 2002 09:47
  form(`${MONTH} {1,4}${DAY}, {1,4}${YEAR} {1,4}${CLOCK}`, named),
  // Jan 15  2025
  form(`${MONTH} {1,4}${DAY},? {1,4}${YEAR}`, named),
  // 15 Jan 18:30, 26. Juli, 20:10
  form(`${DAY}\\.? {1,4}${MONTH} {1,4}${CLOCK}`, named),
  // 15 Jan 2025, 2.   Okt.  2003
  form(`${DAY}\\.? {1,4}${MONTH} {1,4}${YEAR}`, named),
  // 2025-01-15 18:30:00.000000000 +0100
  form(
    `(?<year>\\d{4})[-/](?<month>\\d\\d)[-/](?<day>\\d\\d) {1,4}${CLOCK} (?<sign>[-+])(?<zoneHour>\\d\\d):?(?<zoneMinute>\\d\\d)`,
    zoned,
  ),
  // 2025-01-15 18:30, 15-01-2025 18:30, 01/15/2025 18:30
  form(
    `(?<first>\\d{1,4})(?<mark>[-/.])(?<middle>\\d{1,2})\\k<mark>(?<last>\\d{2,4}) {1,4}${CLOCK}`,
    numbered,
  ),
  // 2004.07.15 or 10-04-2001, alone
  form(
    `(?<first>\\d{1,4})(?<mark>[-/.])(?<middle>\\d\\d)\\k<mark>(?<last>\\d{2}|\\d{4})(?! {1,4}\\d{1,2}:)`,
    numbered,
  ),
  // 01-jun-99
  form(`${DAY}-(?<month>[A-Za-z\\x80-\\xff]{3,12})-(?<year>\\d{2,4})(?: {1,4}${CLOCK})?`, named),
  // 09-26 13:45, 3 29 03:26
  form(`(?<month>\\d{1,2})[- ]{1,3}${DAY} {1,4}${CLOCK}`, dated),
  // 09-26 2000
  form(`(?<month>\\d{1,2})-${DAY} {1,4}${YEAR}`, dated),
  // 4月 18日 2003年, 8月 17日 08:52, with whatever bytes
  form(
    `${MONTH} {1,4}${DAY}[\\x80-\\xff]{1,6} {1,4}(?:(?<year>\\d{4})(?![:\\d])(?:[\\x80-\\xff]{1,6}[@-~]?)?|${CLOCK})`,
    named,
  ),
  // 2005년  1월  6일, 2003   3月 20. Not 4096 Mar 11, which is a size.
  form(
    `(?<year>(?:19|20)\\d\\d)[\\x80-\\xff]{0,6} {1,4}(?<month>\\d{1,2}[\\x80-\\xff]{1,6}) {1,4}${DAY}[\\x80-\\xff]{0,6}(?! {1,4}\\d{1,2}:)`,
    named,
  ),
];

// What every form begins with: a look that spares the others most fields that are no date.
const BEGINNING =
  /[A-Za-z\x80-\xff]|\d{1,4}(?:[-/.\x80-\xff]| {1,4}(?:[A-Za-z\x80-\xff]|\d{1,2}(?:[\x80-\xff]| {1,4}\d{1,2}:)))/y;

/** The date that begins at `start`, if one does. */
export function dateAt(line: string, start: number, context: LineContext): FoundDate | undefined {
  BEGINNING.lastIndex = start;
  if (!BEGINNING.test(line)) return undefined;
  for (const { pattern, time } of FORMS) {
    pattern.lastIndex = start;
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined) continue;
    const { hour, half } = groups;
    if (half === undefined && (hour === "00" || Number(hour) > 12)) context.clock.full = true;
    // Where a clock of 24 hours was seen, "PM" behind a blank begins the name.
    const end = pattern.lastIndex - (half?.length ?? 0) - 1;
    const named = half !== undefined && groups["gap"] === " " && line.endsWith(half, pattern.lastIndex);
    if (!named || !context.clock.full) return { end: pattern.lastIndex, time: time(groups, context) };
    return { end, time: time({ ...groups, half: undefined }, context) };
  }
  return undefined;
}

function form(pattern: string, time: DateForm["time"]): DateForm {
  return { pattern: new RegExp(`${pattern}(?= |$)`, "y"), time };
}

function clockOf({ hour, minute, second, half }: Groups): Clock | undefined {
  return hour === undefined || minute === undefined ? undefined : { hour, minute, second, half };
}

function named(groups: Groups, { now, text }: LineContext): ListedTime | undefined {
  const { year, month = "", day = "" } = groups;
  return timeIn({ year, month: text(month), day, clock: clockOf(groups) }, now);
}

function dated(groups: Groups, { now }: LineContext): ListedTime | undefined {
  const [month, day, clock] = [Number(groups["month"]), Number(groups["day"]), clockOf(groups)];
  if (groups["year"] !== undefined) return timeAt(Number(groups["year"]), month, day);
  return clock && latestAt(month, day, clock, now);
}

function numbered(groups: Groups): ListedTime | undefined {
  const { first = "", middle = "", last = "" } = groups;
  // Between dots, or before a year of four digits behind hyphens, the day comes first, wherever that is the custom.
  const likely = groups["mark"] === "/" ? (["mdy", "dmy"] as const) : (["dmy", "mdy"] as const);
  return numericTime([first, middle, last], likely, clockOf(groups));
}

function zoned(groups: Groups): Date | undefined {
  const { year, month, day, sign, zoneHour, zoneMinute } = groups;
  const time = timeAt(Number(year), Number(month), Number(day), clockOf(groups));
  const offset = (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000;
  return time && new Date(time.ms - (sign === "-" ? -offset : offset));
}
