import { monthNumber } from "./months.js";

const DAY = 86_400_000;

/** Which of a date's numbers is which. */
export type DateOrder = "dmy" | "mdy" | "ymd";

/** A time as LIST shows it: the server's own clock, without its zone. */
export interface ListedTime {
  /** Ms since 1970, as if the zone were UTC. */
  readonly ms: number;
  readonly precision: "second" | "minute" | "day";
  /** What it would be in each order that its numbers allow, where the order isn't plain from how it is written. */
  readonly orders?: ReadonlyMap<DateOrder, number>;
}

/** The time of a day: undefined fields where none is shown. */
export interface Clock {
  readonly hour: string;
  readonly minute: string;
  readonly second?: string;
  /** "AM", "p" and the like. */
  readonly half?: string;
}

/** Undefined where there is no such day or time. `month` from 1. */
export function timeAt(year: number, month: number, day: number, clock?: Clock): ListedTime | undefined {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  if (month < 1 || month > 12 || date.getUTCDate() !== day || date.getUTCFullYear() !== year)
    return undefined;
  if (clock === undefined) return { ms, precision: "day" };
  const passed = sinceMidnight(clock);
  if (passed === undefined) return undefined;
  return { ms: ms + passed, precision: clock.second === undefined ? "minute" : "second" };
}

/** A date without a year is the latest such date that is no more than a day ahead of `now`: zones and clocks differ. */
export function latestAt(month: number, day: number, clock: Clock, now: Date): ListedTime | undefined {
  // Eight years hold a 29 February, whatever the century.
  for (let year = now.getUTCFullYear() + 1, tries = 0; tries < 9; year--, tries++) {
    const time = timeAt(year, month, day, clock);
    if (time !== undefined && time.ms <= now.getTime() + DAY) return time;
  }
  return undefined;
}

/** As `timeAt` for a month in words, `year` of two digits or more, or for a date without a year. */
export function timeIn(
  parts: { readonly year?: string; readonly month: string; readonly day: string; readonly clock?: Clock },
  now: Date,
): ListedTime | undefined {
  const month = monthNumber(parts.month);
  if (month === undefined) return undefined;
  if (parts.year !== undefined) return timeAt(fullYear(parts.year), month, Number(parts.day), parts.clock);
  return parts.clock && latestAt(month, Number(parts.day), parts.clock, now);
}

/** A date of three numbers. Where they allow several orders, the first of `likely` counts until more is known. */
export function numericTime(
  numbers: readonly [string, string, string],
  likely: readonly DateOrder[],
  clock?: Clock,
): ListedTime | undefined {
  const orders = new Map<DateOrder, number>();
  let first: ListedTime | undefined;
  for (const order of numbers[0].length === 4 ? (["ymd"] as const) : likely) {
    const [year, month, day] = [..."ymd"].map((part) => numbers[order.indexOf(part)]!);
    if (year!.length !== 2 && year!.length < 3) continue;
    const time = timeAt(fullYear(year!), Number(month), Number(day), clock);
    if (time === undefined) continue;
    first ??= time;
    orders.set(order, time.ms);
  }
  return first && (likely.length > 1 ? { ...first, orders } : first);
}

/** 69 and before are of this century; 103 is how programs of 1999 wrote 2003. */
export function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 2) return year + (year < 70 ? 2000 : 1900);
  return text.length === 3 ? year + 1900 : year;
}

function sinceMidnight({ hour, minute, second = "0", half }: Clock): number | undefined {
  let hours = Number(hour);
  const [minutes, seconds] = [Number(minute), Number(second)];
  if (half !== undefined && half !== "") {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (/^p/i.test(half) ? 12 : 0);
  }
  // Some write midnight as the end of the day.
  const valid = hours < 24 || (hours === 24 && minutes === 0 && seconds === 0);
  return valid && minutes < 60 && seconds <= 60 ? ((hours * 60 + minutes) * 60 + seconds) * 1000 : undefined;
}
