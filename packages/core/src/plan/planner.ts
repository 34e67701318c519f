import type { PathLayout, Slot } from "../layout/path-layout.js";
import type { PlannedStretch, SlotFilter, SlotRecord, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";
import type { DueSlot } from "./due-slot.js";
import type { SourcePolicy } from "./policy.js";
import { isCutBy, joined, layoutDigest } from "./planned-stretch.js";
import { isLive, windowOf } from "./schedule.js";

export interface PlannerOptions {
  readonly source: string;
  readonly layout: PathLayout;
  readonly store: Pick<StateStore, "slots" | "planned">;
  readonly range: TimeRange;
  readonly policy: SourcePolicy;
  /** What was recorded later than this doesn't count. Default: all counts. */
  readonly latest?: () => Date;
}

/** Whether a slot that isn't due yet is to be visited all the same: see `isHeldUp`. */
export type HeldUp = (slot: SlotRecord) => Promise<boolean>;

/** Slots compared with the ledger at a time: bounds memory, whatever the range. */
const CHUNK = 1000;

/**
 * Decides which slots are due, and in which lane. Reads the ledger, keeps nothing of it. Slots that were planned before
 * all have records, so that the ledger knows which of them are due, unsettled or flawed; only those after them are
 * enumerated and compared with it, one by one.
 */
export class Planner {
  readonly #options: PlannerOptions;
  readonly #digest: string | undefined;
  /** Every slot that is over by then has a record, or is about to: from here on slots are enumerated. */
  #plannedUntil: Date | undefined;
  #notedUntil: Date | undefined;

  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#digest = layoutDigest(options.layout);
  }

  /** The live slots that are due, newest first. Few: those of the last `lookback`. */
  async live(now: Date, heldUp?: HeldUp): Promise<DueSlot[]> {
    const { policy } = this.#options;
    const back = new Date(now.getTime() - Math.max(policy.lookback, policy.grace));
    const due: DueSlot[] = [];
    for await (const planned of this.#merge(this.#within(back, now)))
      if (isLive(planned.window, now.getTime(), policy) && (await this.#isDue(planned, now, heldUp)))
        due.push(planned);
    return due.reverse();
  }

  /**
   * The slots of history that are due, oldest first. Those that the ledger has no record of are found by enumerating
   * the layout, once; later calls enumerate only what has passed from live to history meanwhile.
   */
  async *backfill(now: Date, heldUp?: HeldUp): AsyncIterable<DueSlot> {
    const { policy } = this.#options;
    const until = (this.#plannedUntil ??= await this.knownUntil());
    if (heldUp)
      for await (const planned of this.#known(until, { unsettled: true }))
        if (!isLive(planned.window, now.getTime(), policy) && (await this.#isDue(planned, now, heldUp)))
          yield planned;
    for await (const planned of this.#known(until, { dueBy: now }))
      // Of those that aren't settled each was handed out above, if it was to be.
      if (!isLive(planned.window, now.getTime(), policy) && !(heldUp && !planned.previous!.settled))
        yield planned;
    const live = new Date(now.getTime() - Math.max(policy.lookback, policy.grace));
    for await (const planned of this.#merge(this.#within(until, live))) {
      if (isLive(planned.window, now.getTime(), policy)) break;
      if (await this.#isDue(planned, now, heldUp)) yield planned;
      // Half-open: a slot whose window ends here was yielded, so its successors are next.
      if (planned.window.end! > this.#plannedUntil) this.#plannedUntil = planned.window.end!;
    }
  }

  /** All that is due, in both lanes. */
  async *due(now: Date): AsyncIterable<DueSlot> {
    yield* this.backfill(now);
    yield* await this.live(now);
  }

  /** The first slot at or after `from` that isn't settled; undefined if all are. The range must have an end. */
  async firstUnsettled(from: Date): Promise<DueSlot | undefined> {
    const until = await this.knownUntil();
    for await (const planned of this.#known(until, { unsettled: true }, from)) return planned;
    const rest = { ...this.#options.range, start: from > until ? from : until };
    for await (const planned of this.#merge(rest))
      if (!planned.previous?.settled || !this.#counts(planned)) return planned;
    return undefined;
  }

  /** Every slot whose time has begun and of which something may be amiss, with its record if there is one; oldest first. */
  async *doubtful(now: Date): AsyncIterable<DueSlot> {
    const begun = this.#within(this.#options.range.start, now);
    const until = await this.knownUntil();
    for await (const planned of this.#known(until, { flawed: true }))
      if (planned.window.start < begun.end!) yield planned;
    yield* this.#merge({ ...begun, start: until > begun.start ? until : begun.start });
  }

  /**
   * What the ledger holds as planned and visits of this range could make untrue. It has to be taken out of the ledger
   * before the first of them.
   */
  async isOutdated(): Promise<boolean> {
    const { store, source, range, layout } = this.#options;
    const stretch = await store.planned(source);
    return stretch !== undefined && (!this.#isOurs(stretch) || isCutBy(stretch, range, layout));
  }

  /**
   * What may be noted as planned, once every slot that was handed out has been visited and recorded; undefined where
   * that is nothing new.
   */
  async planned(): Promise<PlannedStretch | undefined> {
    const { store, source, layout, policy, range } = this.#options;
    const until = this.#plannedUntil;
    if (this.#digest === undefined || until === undefined || until <= range.start) return undefined;
    if (until === this.#notedUntil) return undefined;
    this.#notedUntil = until;
    const before = await store.planned(source);
    const own = { start: range.start, end: until };
    const { start, end } = before && this.#isOurs(before) ? joined(before, own) : own;
    if (before && this.#isOurs(before) && +start === +before.start && +end === +before.end) return undefined;
    let slots = 0;
    for (const _slot of layout.slots({ start, end })) slots++;
    return { layout: this.#digest, selection: policy.selection, start, end, slots };
  }

  /** Up to where the ledger is known to have a record that counts for every slot of the range. */
  async knownUntil(): Promise<Date> {
    const { store, source, range } = this.#options;
    const stretch = this.#digest === undefined ? undefined : await store.planned(source);
    if (!stretch || !this.#isOurs(stretch) || stretch.start > range.start || stretch.end < range.start)
      return range.start;
    return range.end !== undefined && range.end < stretch.end ? range.end : stretch.end;
  }

  #isOurs({ layout, selection }: PlannedStretch): boolean {
    return layout === this.#digest && selection === this.#options.policy.selection;
  }

  /** Slots whose windows are over by then, from their records alone. */
  async *#known(until: Date, filter: SlotFilter, from = this.#options.range.start): AsyncIterable<DueSlot> {
    const { store, source, layout, range } = this.#options;
    const start = from > range.start ? from : range.start;
    if (until <= start) return;
    for await (const record of store.slots(source, { start, end: until }, filter)) {
      const slot = slotOf(layout, record);
      const planned = slot && { slot, window: windowOf(slot, range), previous: record };
      // One that goes on after that is met by enumerating.
      if (planned?.window.end && planned.window.end <= until) yield planned;
    }
  }

  async #isDue(planned: DueSlot, now: Date, heldUp?: HeldUp): Promise<boolean> {
    if (!this.#counts(planned)) return true;
    const next = planned.previous!.nextVisitAt;
    if (next === undefined || heldUp === undefined) return next !== undefined && next <= now;
    return next <= now || heldUp(planned.previous!);
  }

  /** Whether the visit on record looked for what is looked for now, in all of the window. */
  #counts({ previous, window }: DueSlot): boolean {
    return (
      previous !== undefined && visitCounts(previous, window, this.#options.policy, this.#options.latest?.())
    );
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

/** How far ahead of ours the clock may be that a record was made by, in ms. */
const SKEW = 5 * 60_000;

/** Up to when records may have been made, for who knows of no time but this. */
export const latestFor = (now: Date): Date => new Date(now.getTime() + SKEW);

/** Whether it was made by a clock that was ahead: it says nothing of what was there in its time. */
export function isFromFuture(
  { visitedAt }: Partial<Pick<SlotRecord, "visitedAt">>,
  latest: Date | undefined,
): boolean {
  return latest !== undefined && visitedAt !== undefined && visitedAt > latest;
}

/** Whether a visit looked for what is looked for now, in all of the window: an earlier run may have asked for less. */
export function visitCounts(
  record: Pick<SlotRecord, "start" | "end" | "selection"> & Partial<Pick<SlotRecord, "visitedAt">>,
  window: TimeRange,
  policy: Pick<SourcePolicy, "selection">,
  latest?: Date,
): boolean {
  if (isFromFuture(record, latest)) return false;
  if (record.selection !== policy.selection || record.start.getTime() > window.start.getTime()) return false;
  if (record.end === undefined) return true;
  return window.end !== undefined && record.end.getTime() >= window.end.getTime();
}

/** The layout's slot that a record is of, if it is. */
export function slotOf(layout: PathLayout, record: Pick<SlotRecord, "path" | "start">): Slot | undefined {
  for (const slot of layout.slots({ start: record.start, end: new Date(record.start.getTime() + 1) }))
    if (slot.path === record.path) return slot;
  return undefined;
}
