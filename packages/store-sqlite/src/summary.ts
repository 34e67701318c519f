import type { Summary } from "@daybook/core";
import type { StateSums } from "./summarize.js";

/** The sums by state, as one summary. */
export function toSummary(sums: readonly StateSums[]): Summary {
  const slots = { open: 0, failed: 0, partial: 0, complete: 0, empty: 0, missing: 0 };
  const files = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
  const rest = { settled: 0, skipped: 0, unreadable: 0 };
  let next = Infinity;
  for (const [
    state,
    count,
    settled,
    pending,
    stored,
    quarantined,
    gone,
    expired,
    bytes,
    skipped,
    unreadable,
    due,
  ] of sums) {
    slots[state as keyof typeof slots] = count;
    rest.settled += settled;
    files.pending += pending;
    files.stored += stored;
    files.quarantined += quarantined;
    files.gone += gone;
    files.expired += expired;
    files.bytes += bytes;
    rest.skipped += skipped;
    rest.unreadable += unreadable;
    next = Math.min(next, due ?? Infinity);
  }
  return { slots, files, ...rest, nextVisitAt: next === Infinity ? undefined : new Date(next) };
}
