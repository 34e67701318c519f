import type { TimeRange } from "../time/range.js";
import { utc, writeDate, YEARS, type DateField } from "./date-fields.js";
import type { Slot } from "./path-layout.js";
import type { Segment } from "./template-scan.js";

export type SlotUnit = "year" | "month" | "day" | "hour";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * How many leading folders can be computed from a time alone, and how long the time is that one of them covers:
 * undefined where they hold no date. A folder with minutes, an unknown attribute or "*" has to be discovered.
 */
export function slotDepth(folders: readonly Segment[]): { depth: number; unit: SlotUnit | undefined } {
  const fields = new Set<DateField>();
  let found: { depth: number; unit: SlotUnit | undefined } = { depth: 0, unit: undefined };
  for (const [i, folder] of folders.entries()) {
    for (const token of folder) {
      if (token.kind === "date" && !["mm", "ss", "epoch"].includes(token.field)) fields.add(token.field);
      else if (token.kind !== "literal") return found;
    }
    if (fields.size === 0) found = { depth: i + 1, unit: undefined };
    const unit = unitOf(fields);
    if (unit) found = { depth: i + 1, unit };
  }
  return found;
}

/** Undefined where a step between the year and the finest field is left out. */
function unitOf(fields: ReadonlySet<DateField>): SlotUnit | undefined {
  if (!fields.has("yyyy") && !fields.has("yy")) return undefined;
  const month = fields.has("MM");
  const day = fields.has("DDD") || (month && fields.has("dd"));
  if (fields.has("HH")) return day ? "hour" : undefined;
  if (day) return "day";
  if (fields.has("dd")) return undefined;
  return month ? "month" : "year";
}

/** The slots of a layout with dates in its leading folders, oldest first, one at a time. */
export function* dateSlots(folders: readonly Segment[], unit: SlotUnit, range: TimeRange): Generator<Slot> {
  const pieces = piecesOf(folders);
  const [firstYear, endYear] = pieces.includes("yy") ? YEARS.yy : YEARS.yyyy;
  const end = Math.min(range.end?.getTime() ?? Infinity, utc(endYear));
  const from = range.start.getTime();
  if (from >= end) return;
  for (let start = beginOf(unit, Math.max(from, utc(firstYear))); start < end;) {
    const next = nextOf(unit, start);
    const time = new Date(start);
    let path = "";
    for (const piece of pieces) path += typeof piece === "string" ? writeDate(piece, time)! : piece.text;
    yield { path, start: time, end: new Date(next) };
    start = next;
  }
}

/** A path in pieces: fields to be written, and the text between them. */
function piecesOf(folders: readonly Segment[]): (DateField | { text: string })[] {
  return folders.flatMap((folder) => [
    { text: "/" },
    ...folder.map((token) => {
      return token.kind === "date" ? token.field : { text: token.kind === "literal" ? token.text : "" };
    }),
  ]);
}

function beginOf(unit: SlotUnit, time: number): number {
  if (unit === "hour") return Math.floor(time / HOUR) * HOUR;
  if (unit === "day") return Math.floor(time / DAY) * DAY;
  const date = new Date(time);
  return utc(date.getUTCFullYear(), unit === "month" ? date.getUTCMonth() : 0);
}

function nextOf(unit: SlotUnit, start: number): number {
  if (unit === "hour") return start + HOUR;
  if (unit === "day") return start + DAY;
  const date = new Date(start);
  return unit === "month"
    ? utc(date.getUTCFullYear(), date.getUTCMonth() + 1)
    : utc(date.getUTCFullYear() + 1);
}
