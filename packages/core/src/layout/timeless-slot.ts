import type { TimeRange } from "../time/range.js";
import type { Slot } from "./path-layout.js";

/**
 * The one slot of a directory whose path says nothing of time. It begins at a fixed instant, so that the ledger knows
 * it again under any range; and is there for every range that isn't empty, since no range can leave its files out.
 */
export function timelessSlot(path: string, range: TimeRange): Slot[] {
  if (range.end !== undefined && range.end <= range.start) return [];
  return [{ path, start: new Date(0) }];
}
