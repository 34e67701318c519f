import { smallest } from "../extremes.js";
import type { Slot } from "../layout/path-layout.js";
import type { TimeRange } from "../time/range.js";
import type { SourcePolicy } from "./policy.js";

/** The part of a slot that a range covers. */
export function windowOf(slot: Slot, range: TimeRange): TimeRange {
  const start = slot.start.getTime() > range.start.getTime() ? slot.start : range.start;
  if (slot.end === undefined || range.end === undefined) return { start, end: slot.end ?? range.end };
  return { start, end: slot.end.getTime() < range.end.getTime() ? slot.end : range.end };
}

/** When a window closes: from then on a complete listing may settle it. Never, if it has no end. */
export function closesAt(window: TimeRange, policy: Pick<SourcePolicy, "grace">): number {
  return window.end === undefined ? Infinity : window.end.getTime() + policy.grace;
}

/** From when on a window is history. Never, if it has no end. */
export function historyFrom(window: TimeRange, policy: Pick<SourcePolicy, "lookback" | "grace">): number {
  return window.end === undefined ? Infinity : window.end.getTime() + Math.max(policy.lookback, policy.grace);
}

/** Live slots are polled and fetched first: those that are not over, or ended less than `lookback` ago. */
export function isLive(window: TimeRange, now: number, policy: SourcePolicy): boolean {
  return now < historyFrom(window, policy);
}

/** In ms; how soon a slot is listed again that has closed only by a clock in doubt. */
const DOUBT = 15 * 60_000;

/**
 * When a slot that was just listed whole is due again: at every poll while it is live, and right when it closes; then
 * at the ages of the revisit schedule; then never. What counts is when the listing began: it may have missed all that
 * came since, and a time of the schedule that passed meanwhile is still owed. `sure`: how late it was then at least.
 */
export function nextVisit(
  window: TimeRange,
  listing: { readonly began: number; readonly ended: number; readonly sure?: number },
  policy: SourcePolicy,
): Date | undefined {
  const { began, ended, sure = began } = listing;
  const close = closesAt(window, policy);
  if (isLive(window, began, policy)) {
    const poll = ended + policy.poll;
    return new Date(began < close && close < poll ? close : poll);
  }
  const end = window.end!.getTime();
  // It has closed only by a clock in doubt: it is looked at again when that may be known.
  if (sure < close) return new Date(ended + Math.max(policy.poll, DOUBT));
  // An age that only a clock in doubt says to be past is still to come.
  const seen = Math.min(began, sure);
  const next = policy.revisit.map((age) => end + age).filter((at) => at > seen);
  if (next.length === 0) return undefined;
  const at = smallest(next);
  return new Date(at > ended || at > began ? at : ended + Math.max(policy.poll, DOUBT));
}
