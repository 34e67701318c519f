import { smallest } from "../extremes.js";
import type { SourceDefinition } from "../di/source-definition.js";
import type { Slot } from "../layout/path-layout.js";
import { latestFor, visitCounts } from "../plan/planner.js";
import { closesAt, windowOf } from "../plan/schedule.js";
import type { SlotRecord, SlotState, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";

/** A slot as things stand. */
export interface SlotStatus {
  readonly source: string;
  /** The slot's directory. */
  readonly path: string;
  /** The part of the slot that the source's range covers. */
  readonly start: Date;
  readonly end?: Date;
  /** "unseen" also where an earlier visit looked for something else. */
  readonly state: SlotState;
  /** Whether its time and its grace are over. */
  readonly over: boolean;
  /** The ledger's record, where there is one. */
  readonly record?: SlotRecord;
}

/** Slots compared with the ledger at a time: bounds memory, whatever the range. */
const CHUNK = 1000;

/** Every slot of a source whose time has begun, listed or not, oldest first; or of those that share in `within`. */
export async function* slotStatuses(
  source: SourceDefinition,
  store: Pick<StateStore, "slots">,
  now: Date,
  within: Partial<TimeRange> = {},
): AsyncIterable<SlotStatus> {
  const { layout, range } = source;
  const start = within.start !== undefined && within.start > range.start ? within.start : range.start;
  const end = new Date(smallest([range.end, within.end, now].map((time) => time?.getTime() ?? Infinity)));
  if (end <= start) return;
  let chunk: Slot[] = [];
  for (const slot of layout.slots({ start, end })) {
    chunk.push(slot);
    if (chunk.length < CHUNK) continue;
    yield* withRecords(chunk, source, store, now);
    chunk = [];
  }
  yield* withRecords(chunk, source, store, now);
}

async function* withRecords(
  slots: readonly Slot[],
  { name, range, policy }: SourceDefinition,
  store: Pick<StateStore, "slots">,
  now: Date,
): AsyncIterable<SlotStatus> {
  if (slots.length === 0) return;
  const records = new Map<string, SlotRecord>();
  const stretch = { start: slots[0]!.start, end: slots.at(-1)!.end };
  for await (const record of store.slots(name, stretch)) records.set(record.path, record);
  for (const slot of slots) {
    const window = windowOf(slot, range);
    const record = records.get(slot.path);
    const state = record && visitCounts(record, window, policy, latestFor(now)) ? record.state : "unseen";
    const over = closesAt(window, policy) <= now.getTime();
    yield { source: name, path: slot.path, ...window, state, over, record };
  }
}
