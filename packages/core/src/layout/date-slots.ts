import type { TimeRange } from "../time/range.js";
import { DAY, HOUR, MINUTE } from "./calendar.js";
import { limitsOf, twoDigits } from "./date-fields.js";
import { writeDate } from "./date-token.js";
import type { Slot } from "./path-layout.js";
import type { SlotTimes } from "./slot-times.js";
import { isWithinDay, type SlotUnit } from "./slot-unit.js";
import type { DateToken, Segment } from "./template-scan.js";

export interface DateSlotsOptions {
  readonly folders: readonly Segment[];
  readonly unit: SlotUnit;
  readonly times: SlotTimes;
  /** Whether every slot is as long as the unit says, and begins where the one before it ends. */
  readonly even: boolean;
  readonly range: TimeRange;
}

/** The slots of a layout with dates in its leading folders, oldest first, one at a time. */
export class DateSlots implements Iterable<Slot> {
  readonly gapless: boolean;
  readonly #pieces: readonly Piece[];
  readonly #options: DateSlotsOptions;
  /** What the first one is named after, and what the last one's name comes before. */
  readonly #first: number;
  readonly #end: number;

  constructor(options: DateSlotsOptions) {
    const { folders, times, range, even } = options;
    this.#options = options;
    this.gapless = even;
    this.#pieces = piecesOf(folders);
    const limits = this.#pieces.flatMap((piece) => (isDate(piece) ? [limitsOf(piece.field)] : []));
    const earliest = limits.reduce((latest, [from]) => Math.max(latest, from), -Infinity);
    const latest = limits.reduce((first, [, to]) => Math.min(first, to), Infinity);
    const from = Math.max(range.start.getTime(), earliest);
    const end = Math.min(range.end?.getTime() ?? Infinity, latest);
    // By its clock a zone may show an instant twice: what it shows first may be the earlier folder's.
    this.#first = Math.max(times.nameOf(even ? from : from - DAY), times.nameOf(earliest));
    this.#end = from < end ? end : -Infinity;
  }

  /** How many there are, told without making any where all are of one length. */
  get length(): number {
    const { unit, even } = this.#options;
    if (even && unit.length > 0)
      return Math.max(0, Math.ceil((this.#end - this.#startOfFirst()) / unit.length));
    let count = 0;
    for (const _slot of this.#spans()) count++;
    return count;
  }

  *[Symbol.iterator](): Generator<Slot> {
    const pathAt = pathWriter(this.#pieces);
    for (const { name, start, end } of this.#spans())
      yield { path: pathAt(name), start: new Date(start), end: new Date(end) };
  }

  *#spans(): Generator<{ readonly name: number; readonly start: number; readonly end: number }> {
    const { times, range } = this.#options;
    for (let name = this.#first; ; name = times.next(name)) {
      const { start, end } = times.span(name);
      if (start >= this.#end) return;
      if (end > start && end > range.start.getTime()) yield { name, start, end };
    }
  }

  #startOfFirst(): number {
    return this.#options.times.span(this.#first).start;
  }
}

type Piece = DateToken | { readonly text: string };

const isDate = (piece: Piece): piece is DateToken => "field" in piece;

/** A path in pieces: dates to be written, and the text between them. */
function piecesOf(folders: readonly Segment[]): Piece[] {
  return folders.flatMap((folder) => [
    { text: "/" },
    ...folder.map((token) =>
      token.kind === "date" ? token : { text: token.kind === "literal" ? token.text : "" },
    ),
  ]);
}

/** Writes the paths of times that come in order: years have thousands of hours, and most of a path changes once a day. */
function pathWriter(pieces: readonly Piece[]): (time: number) => string {
  let day: number | undefined;
  /** The day's text, cut where what changes within it belongs. */
  let texts: string[] = [];
  const within = pieces.filter((piece): piece is DateToken => isDate(piece) && isWithinDay(piece.field));
  return (time) => {
    const today = Math.floor(time / DAY);
    if (today !== day) {
      day = today;
      texts = [""];
      const date = new Date(time);
      for (const piece of pieces) {
        if (isDate(piece) && isWithinDay(piece.field)) texts.push("");
        else texts[texts.length - 1] += isDate(piece) ? writeDate(piece, date)! : piece.text;
      }
    }
    let path = texts[0]!;
    for (const [i, token] of within.entries()) path += writeWithinDay(token, time, today) + texts[i + 1]!;
    return path;
  };
}

function writeWithinDay(token: DateToken, time: number, today: number): string {
  if (token.field === "HH") return twoDigits(Math.floor((time - today * DAY) / HOUR));
  if (token.field === "mm") return twoDigits(Math.floor((time % HOUR) / MINUTE));
  return writeDate(token, new Date(time))!;
}
