import type { PathLayout, Slot } from "../layout/path-layout.js";
import type { SlotRecord, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";
import type { DueSlot } from "./due-slot.js";
import type { SourcePolicy } from "./policy.js";
import { isLive, windowOf } from "./schedule.js";

export interface PlannerOptions {
  readonly source: string;
  readonly layout: PathLayout;
  readonly store: Pick<StateStore, "slots">;
  readonly range: TimeRange;
  readonly policy: SourcePolicy;
}

/** Slots compared with the ledger at a time: bounds memory, whatever the range. */
const CHUNK = 1000;

/** Decides which slots are due, and in which lane. Reads the ledger, keeps nothing of it. */
export class Planner {
  readonly #options: PlannerOptions;
  /** Every slot before this has a record: from here on the ledger knows which of them are due. */
  #recordedUntil: Date;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#recordedUntil = options.range.start;
  }

  /** The live slots that are due, newest first. Few: those of the last `lookback`. */
  async live(now: Date): Promise<DueSlot[]> {
    const { policy } = this.#options;
    const back = new Date(now.getTime() - Math.max(policy.lookback, policy.grace));
    const due: DueSlot[] = [];
    for await (const planned of this.#merge(this.#within(back, now)))
      if (isLive(planned.window, now.getTime(), policy) && this.#isDue(planned, now)) due.push(planned);
    return due.reverse();
  }

  /**
   * The slots of history that are due, oldest first. Those that the ledger has no record of are found by enumerating
   * the layout, once; later calls enumerate only what has passed from live to history meanwhile.
   */
  async *backfill(now: Date): AsyncIterable<DueSlot> {
    const { policy, store, source, layout } = this.#options;
    const live = new Date(now.getTime() - Math.max(policy.lookback, policy.grace));
    const known = this.#within(this.#options.range.start, this.#recordedUntil);
    if (known.end! > known.start) {
      const bySlot = (record: SlotRecord): Slot | undefined => slotOf(layout, record);
      for await (const record of store.slots(source, known, { dueBy: now })) {
        const slot = bySlot(record);
        const planned = slot && { slot, window: windowOf(slot, this.#options.range), previous: record };
        if (
          planned &&
          !isLive(planned.window, now.getTime(), policy) &&
          planned.window.start < this.#recordedUntil
        )
          yield planned;
      }
    }
    const rest = this.#within(this.#recordedUntil, live);
    for await (const planned of this.#merge(rest)) {
      if (isLive(planned.window, now.getTime(), policy)) break;
      if (this.#isDue(planned, now)) yield planned;
      // Half-open: a slot whose window ends here was yielded, so its successors are next.
      if (planned.window.end! > this.#recordedUntil) this.#recordedUntil = planned.window.end!;
    }
  }

  /** All that is due, in both lanes. */
  async *due(now: Date): AsyncIterable<DueSlot> {
    yield* this.backfill(now);
    yield* await this.live(now);
  }

  /** The first slot at or after `from` that isn't settled; undefined if all are. The range must have an end. */
  async firstUnsettled(from: Date): Promise<DueSlot | undefined> {
    for await (const planned of this.#merge({ ...this.#options.range, start: from }))
      if (!planned.previous?.settled || !this.#counts(planned)) return planned;
    return undefined;
  }

  /** Every slot whose time has begun, with its record if there is one; oldest first. */
  all(now: Date): AsyncIterable<DueSlot> {
    return this.#merge(this.#within(this.#options.range.start, now));
  }

  #isDue(planned: DueSlot, now: Date): boolean {
    if (!this.#counts(planned)) return true;
    const next = planned.previous!.nextVisitAt;
    return next !== undefined && next <= now;
  }

  /** Whether the visit on record looked for what is looked for now, in all of the window. */
  #counts({ previous, window }: DueSlot): boolean {
    return previous !== undefined && visitCounts(previous, window, this.#options.policy);
  }

  #within(start: Date, end: Date): TimeRange {
    const { range } = this.#options;
    return {
      start: start > range.start ? start : range.start,
      end: range.end !== undefined && range.end < end ? range.end : end,
    };
  }

  async *#merge(stretch: TimeRange): AsyncIterable<DueSlot> {
    if (stretch.end !== undefined && stretch.end <= stretch.start) return;
    let chunk: Slot[] = [];
    for (const slot of this.#options.layout.slots(stretch)) {
      chunk.push(slot);
      if (chunk.length < CHUNK) continue;
      yield* this.#withRecords(chunk);
      chunk = [];
    }
    yield* this.#withRecords(chunk);
  }

  async *#withRecords(slots: readonly Slot[]): AsyncIterable<DueSlot> {
    if (slots.length === 0) return;
    const { store, source, range } = this.#options;
    const records = new Map<string, SlotRecord>();
    const stretch = { start: slots[0]!.start, end: slots.at(-1)!.end };
    for await (const record of store.slots(source, stretch)) records.set(record.path, record);
    for (const slot of slots) yield { slot, window: windowOf(slot, range), previous: records.get(slot.path) };
  }
}

/** Whether a visit looked for what is looked for now, in all of the window: an earlier run may have asked for less. */
export function visitCounts(
  record: SlotRecord,
  window: TimeRange,
  policy: Pick<SourcePolicy, "selection">,
): boolean {
  if (record.selection !== policy.selection || record.start > window.start) return false;
  return record.end === undefined || (window.end !== undefined && record.end >= window.end);
}

function slotOf(layout: PathLayout, record: SlotRecord): Slot | undefined {
  for (const slot of layout.slots({ start: record.start, end: new Date(record.start.getTime() + 1) }))
    if (slot.path === record.path) return slot;
  return undefined;
}
