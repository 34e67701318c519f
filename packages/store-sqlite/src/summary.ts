import type { Summary } from "@daybook/core";
import { readableSum } from "./rows.js";
import type { Sums } from "./summarize.js";

/** The sums as core tells them. */
export function toSummary({ totals, flawed, unsettled }: Sums): Summary {
  const [total, pending, stored, quarantined, gone, expired, bytes, skipped, unreadable, next] = totals;
  const slots = { open: 0, failed: 0, partial: 0, incomplete: 0, complete: total, empty: 0, missing: 0 };
  for (const [state, count] of flawed) {
    slots[state as keyof typeof slots] = count;
    slots.complete -= count;
  }
  return {
    slots,
    settled: total - unsettled,
    files: {
      pending: pending ?? 0,
      stored: stored ?? 0,
      quarantined: quarantined ?? 0,
      gone: gone ?? 0,
      expired: expired ?? 0,
      bytes: readableSum(bytes ?? 0),
    },
    skipped: skipped ?? 0,
    unreadable: unreadable ?? 0,
    nextVisitAt: next === null ? undefined : new Date(next),
  };
}
