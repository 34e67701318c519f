import type { SourceDefinition } from "../di/source-definition.js";
import { Planner, slotOf, visitCounts } from "../plan/planner.js";
import { closesAt, windowOf } from "../plan/schedule.js";
import type { SlotGlimpse, StateStore } from "../store/state-store.js";
import type { Slot } from "../layout/path-layout.js";
import type { TimeRange } from "../time/range.js";
import { joinRecords } from "./join-records.js";

/**
 * What one letter says of an hour. Where several slots share an hour the letter that stands later in this list wins.
 * A slot whose time and grace are over and that was not listed since counts as not listed.
 */
export const HOUR_LETTERS = {
  "-": "outside",
  ".": "future",
  c: "complete",
  o: "open",
  i: "incomplete",
  e: "empty",
  m: "missing",
  p: "partial",
  u: "unseen",
  f: "failed",
} as const;

export type HourLetter = keyof typeof HOUR_LETTERS;

const LETTERS = Object.keys(HOUR_LETTERS) as HourLetter[];
const RANK = Object.fromEntries(LETTERS.map((letter, i) => [HOUR_LETTERS[letter], i])) as Record<
  (typeof HOUR_LETTERS)[HourLetter],
  number
>;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of shorter stretches all slots are read: to ask for what is amiss alone would save nothing. */
const LONG = 31 * DAY;

/** A source's hours, day by day. */
export interface Availability {
  readonly source: string;
  /** Midnight UTC of the first day. */
  readonly from: Date;
  /** A text of 24 letters for each day, from midnight on; no days where nothing has begun. See `HOUR_LETTERS`. */
  readonly days: readonly string[];
  /** Whether its slots have no end, and so say nothing of single hours. */
  readonly timeless: boolean;
}

/** The hours of a source's range, from its begin to the end of the day of `now`; or of those days that share in `within`. */
export async function availability(
  source: SourceDefinition,
  store: Pick<StateStore, "glimpses" | "slots" | "planned">,
  now: Date,
  within: Partial<TimeRange> = {},
): Promise<Availability> {
  const { name, layout, range, policy } = source;
  const first = Math.max(range.start.getTime(), dayOf(within.start ?? range.start));
  const last = Math.min(+(range.end ?? now), +now, within.end ? dayAfter(within.end) : Infinity);
  const begun = { start: new Date(first), end: new Date(last) };
  const from = dayOf(begun.start);
  const nothing = { source: name, from: new Date(from), days: [], timeless: false };
  if (begun.end <= begun.start) return nothing;
  const hours = new Uint8Array((dayAfter(begun.end) - from) / HOUR);
  const mark = (start: number, end: number, rank: number) => {
    const last = Math.min(hours.length, Math.ceil((end - from) / HOUR));
    for (let i = Math.max(0, Math.floor((start - from) / HOUR)); i < last; i++)
      if (hours[i]! < rank) hours[i] = rank;
  };
  if (range.end === undefined || range.end > now)
    mark(now.getTime(), range.end?.getTime() ?? Infinity, RANK.future);
  let timeless = false;
  const tell = (slot: Slot, record: SlotGlimpse | undefined) => {
    const window = windowOf(slot, range);
    if (window.end === undefined) return void (timeless = true);
    const over = closesAt(window, policy) <= now.getTime();
    mark(window.start.getTime(), window.end.getTime(), RANK[stateOf(record, window, policy, over)]);
  };
  const complete = ({ start, end }: Required<TimeRange>) =>
    mark(start.getTime(), end.getTime(), RANK.complete);
  const start = await tellKnown(source, store, begun, { complete, slot: tell });
  const rest = { start, end: begun.end };
  if (start < begun.end) await joinRecords(layout.slots(rest), store.glimpses(name, rest), tell);
  if (timeless) return { ...nothing, timeless };
  const letters = Array.from(hours, (rank) => LETTERS[rank]!).join("");
  return { ...nothing, days: letters.match(/.{24}/g)! };
}

/**
 * Tells of the stretch whose slots all have records, as far as the ledger knows: only those that aren't complete are read,
 * and none of the others has to be made. Returns where it ends: from there on, every slot has to be told of.
 */
async function tellKnown(
  source: SourceDefinition,
  store: Pick<StateStore, "glimpses" | "slots" | "planned">,
  begun: Required<TimeRange>,
  tell: { complete(stretch: Required<TimeRange>): void; slot(slot: Slot, record: SlotGlimpse): void },
): Promise<Date> {
  const { name, layout } = source;
  const { start, end } = begun;
  if (end.getTime() - start.getTime() <= LONG || !layout.slots(begun).gapless) return start;
  const until = await new Planner({ ...source, source: name, store }).knownUntil();
  if (until <= start) return start;
  const known = { start, end: until < end ? until : end };
  tell.complete(known);
  for await (const record of store.glimpses(name, known, { flawed: true })) {
    const slot = slotOf(layout, record);
    if (slot) tell.slot(slot, record);
  }
  return known.end;
}

const dayOf = (time: Date) => Math.floor(time.getTime() / DAY) * DAY;
/** Midnight at or after a time. */
const dayAfter = (time: Date) => Math.ceil(time.getTime() / DAY) * DAY;

function stateOf(
  record: SlotGlimpse | undefined,
  window: TimeRange,
  policy: SourceDefinition["policy"],
  over: boolean,
): keyof typeof RANK {
  if (record === undefined || !visitCounts(record, window, policy)) return over ? "unseen" : "open";
  if (record.state === "open") return over ? "unseen" : "open";
  // A file that left before it could be fetched is missing for good, though its slot holds nothing else to fetch.
  return record.state === "complete" && record.lost > 0 ? "partial" : record.state;
}
