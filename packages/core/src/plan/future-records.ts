import type { LedgerChange, SlotRecord, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";
import type { TrustedTime } from "../time/trusted-time.js";

export interface FutureRecordsOptions {
  readonly source: string;
  readonly range: TimeRange;
  readonly store: Pick<StateStore, "slots">;
  readonly time: TrustedTime;
}

/**
 * Finds what was recorded by a clock that was ahead. It says nothing of what was there in its time, and may name a next
 * visit in years: such slots are open, and due.
 */
export class FutureRecords {
  readonly #options: FutureRecordsOptions;
  #looked: number | undefined;

  constructor(options: FutureRecordsOptions) {
    this.#options = options;
  }

  /** The records in place of those; looked for at the first call, and whenever the clock was set back since the last. */
  async *replaced(): AsyncIterable<LedgerChange> {
    const { source, range, store, time } = this.#options;
    const { steps } = time;
    if (steps === this.#looked) return;
    this.#looked = steps;
    const now = time.now();
    for await (const slot of store.slots(source, range, { visitedAfter: time.latest() }))
      yield { kind: "visit", visit: again(slot, now) };
  }
}

function again(slot: SlotRecord, now: Date) {
  const { state: _state, settled: _settled, files: _files, ...visit } = slot;
  // A slot whose time is yet to come is looked at when it does.
  const nextVisitAt = slot.start > now ? slot.start : now;
  const reason = "it was listed while the clock was ahead";
  return { ...visit, visitedAt: now, listedAt: undefined, closed: false, failures: 0, nextVisitAt, reason };
}
