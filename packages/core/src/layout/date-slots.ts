import type { TimeRange } from "../time/range.js";
import { twoDigits, utc, writeDate, YEARS, type DateField } from "./date-fields.js";
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
export class DateSlots implements Iterable<Slot> {
  readonly gapless = true;
  readonly #pieces: readonly Piece[];
  readonly #unit: SlotUnit;
  /** In ms: where the first slot begins, and what the last one begins before. */
  readonly #first: number;
  readonly #end: number;

  constructor(folders: readonly Segment[], unit: SlotUnit, range: TimeRange) {
    this.#pieces = piecesOf(folders);
    this.#unit = unit;
    const [firstYear, endYear] = this.#pieces.includes("yy") ? YEARS.yy : YEARS.yyyy;
    const from = range.start.getTime();
    const end = Math.min(range.end?.getTime() ?? Infinity, utc(endYear));
    this.#first = beginOf(unit, Math.max(from, utc(firstYear)));
    this.#end = from < end ? end : -Infinity;
  }

  /** How many there are, told without making any where all are of one length. */
  get length(): number {
    const ms = this.#unit === "hour" ? HOUR : DAY;
    if (this.#unit === "hour" || this.#unit === "day")
      return Math.max(0, Math.ceil((this.#end - this.#first) / ms));
    let count = 0;
    for (let start = this.#first; start < this.#end; start = nextOf(this.#unit, start)) count++;
    return count;
  }

  *[Symbol.iterator](): Generator<Slot> {
    const pathAt = pathWriter(this.#pieces);
    for (let start = this.#first; start < this.#end;) {
      const next = nextOf(this.#unit, start);
      yield { path: pathAt(start), start: new Date(start), end: new Date(next) };
      start = next;
    }
  }
}

type Piece = DateField | { readonly text: string };

/** A path in pieces: fields to be written, and the text between them. */
function piecesOf(folders: readonly Segment[]): Piece[] {
  return folders.flatMap((folder) => [
    { text: "/" },
    ...folder.map((token) => {
      return token.kind === "date" ? token.field : { text: token.kind === "literal" ? token.text : "" };
    }),
  ]);
}

/** Writes the paths of times that come in order: years have thousands of hours, and most of a path changes once a day. */
function pathWriter(pieces: readonly Piece[]): (time: number) => string {
  let day: number | undefined;
  /** The day's text, cut where the hour belongs. */
  let texts: string[] = [];
  return (time) => {
    const today = Math.floor(time / DAY);
    if (today !== day) {
      day = today;
      texts = [""];
      const date = new Date(time);
      for (const piece of pieces) {
        if (piece === "HH") texts.push("");
        else texts[texts.length - 1] += typeof piece === "string" ? writeDate(piece, date)! : piece.text;
      }
    }
    return texts.length === 1 ? texts[0]! : texts.join(twoDigits(Math.floor((time - today * DAY) / HOUR)));
  };
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
