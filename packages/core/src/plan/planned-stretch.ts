import { createHash } from "node:crypto";
import type { PathLayout } from "../layout/path-layout.js";
import type { PlannedStretch } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";

/** A digest of what names a layout's slots; undefined where nothing does. */
export function layoutDigest({ key }: PathLayout): string | undefined {
  return key === undefined ? undefined : createHash("sha256").update(key).digest("hex").slice(0, 12);
}

/**
 * Whether visits of this range could replace records the stretch rests on by records of less: a slot that the range
 * cuts is visited only in part.
 */
export function isCutBy({ start, end }: PlannedStretch, range: TimeRange, layout: PathLayout): boolean {
  const cuts = (at: Date | undefined): boolean => {
    if (at === undefined || at <= start || at >= end) return false;
    for (const slot of layout.slots({ start: at, end: new Date(at.getTime() + 1) }))
      if (slot.start < at) return true;
    return false;
  };
  return cuts(range.start) || cuts(range.end);
}

/** What two stretches of the same plan come to; where they don't touch, the longer one. */
export function joined(a: Bounds, b: Bounds): Bounds {
  const [first, second] = a.start <= b.start ? [a, b] : [b, a];
  if (second.start > first.end) return length(a) > length(b) ? a : b;
  return { start: first.start, end: first.end > second.end ? first.end : second.end };
}

interface Bounds {
  readonly start: Date;
  readonly end: Date;
}

const length = ({ start, end }: Bounds): number => end.getTime() - start.getTime();
