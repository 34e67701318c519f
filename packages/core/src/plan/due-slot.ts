import type { Slot } from "../layout/path-layout.js";
import type { SlotRecord } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";

/** A slot that is due. */
export interface DueSlot {
  readonly slot: Slot;
  /** The part of it that the source's range covers. */
  readonly window: TimeRange;
  /** What the ledger knows of it. */
  readonly previous?: SlotRecord;
}
