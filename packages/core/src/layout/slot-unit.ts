import { DATE_FIELDS, type DateField } from "./date-fields.js";
import type { DatePart } from "./date-parts.js";
import { DAY, HOUR, MINUTE, utc, WEEK } from "./calendar.js";
import type { Segment } from "./template-scan.js";

/** How long a slot is: so many of a kind, counted from `offset`, in ms. */
export interface SlotUnit {
  readonly kind: "year" | "month" | "week" | "day" | "hour" | "minute";
  /** In ms; 0 where lengths differ. */
  readonly length: number;
  readonly offset: number;
}

const FIXED = { week: WEEK, day: DAY, hour: HOUR, minute: MINUTE } as const;
/** 1970 began on a Thursday. */
const FIRST_MONDAY = 4 * DAY;
const FIRST_SUNDAY = 3 * DAY;

/** What no time alone tells, so that it has to be discovered. */
const DISCOVERED: ReadonlySet<DatePart> = new Set(["second", "fraction", "epoch"]);

/**
 * How many leading folders can be computed from a time alone, and how long the time is that one of them covers:
 * undefined where they hold no date. A folder with minutes, an unknown attribute or "*" has to be discovered; one with
 * minutes in steps hasn't.
 */
export function slotDepth(folders: readonly Segment[]): { depth: number; unit: SlotUnit | undefined } {
  const steps = new Map<DatePart, { step: number; offset: number } | undefined>();
  let found: { depth: number; unit: SlotUnit | undefined } = { depth: 0, unit: undefined };
  for (const [i, folder] of folders.entries()) {
    for (const token of folder) {
      if (token.kind === "literal") continue;
      if (token.kind !== "date") return found;
      const { part } = DATE_FIELDS[token.field];
      if (DISCOVERED.has(part) || (part === "minute" && token.step === undefined)) return found;
      steps.set(part, steps.get(part) ?? token.step);
    }
    if (steps.size === 0) found = { depth: i + 1, unit: undefined };
    const unit = unitOf(steps);
    if (unit) found = { depth: i + 1, unit };
  }
  return found;
}

/** Undefined where a step between the year and the finest field is left out. */
function unitOf(
  parts: ReadonlyMap<DatePart, { step: number; offset: number } | undefined>,
): SlotUnit | undefined {
  const has = (...all: DatePart[]) => all.every((part) => parts.has(part));
  const day =
    has("year", "dayOfYear") ||
    has("year", "month", "day") ||
    has("weekYear", "week", "weekday") ||
    has("gpsWeek", "gpsDay");
  const hour = has("hour") || has("hour12", "pm");
  if (has("minute")) {
    return day && hour ? stepped("minute", parts.get("minute")) : undefined;
  }
  if (hour) return day ? stepped("hour", parts.get("hour")) : undefined;
  if (has("hour12") || has("pm")) return undefined;
  if (day) return fixed("day");
  if (has("day") || has("weekday") || has("gpsDay") || has("dayOfYear")) return undefined;
  if (has("gpsWeek")) return { kind: "week", length: WEEK, offset: FIRST_SUNDAY };
  if (has("weekYear", "week")) return { kind: "week", length: WEEK, offset: FIRST_MONDAY };
  if (has("year", "month")) return fixed("month");
  return has("year") && !has("week") && !has("month") ? fixed("year") : undefined;
}

function fixed(kind: SlotUnit["kind"]): SlotUnit {
  return { kind, length: kind === "year" || kind === "month" ? 0 : FIXED[kind], offset: 0 };
}

function stepped(kind: "hour" | "minute", step = { step: 1, offset: 0 }): SlotUnit {
  return { kind, length: step.step * FIXED[kind], offset: step.offset * FIXED[kind] };
}

/** Where the slot begins that holds a time. */
export function beginOf({ kind, length, offset }: SlotUnit, time: number): number {
  if (length > 0) return Math.floor((time - offset) / length) * length + offset;
  const date = new Date(time);
  return utc(date.getUTCFullYear(), kind === "month" ? date.getUTCMonth() : 0);
}

/** Where the next one begins. */
export function nextOf({ kind, length }: SlotUnit, start: number): number {
  if (length > 0) return start + length;
  const date = new Date(start);
  return kind === "month"
    ? utc(date.getUTCFullYear(), date.getUTCMonth() + 1)
    : utc(date.getUTCFullYear() + 1);
}

/** The field that a token's name stands for, where it is one of a day's: all others are the same the whole day. */
export function isWithinDay(field: DateField): boolean {
  const { part } = DATE_FIELDS[field];
  return part === "hour" || part === "hour12" || part === "pm" || part === "minute";
}
