import { SlotVisitor } from "../crawl/slot-visitor.js";
import type { Source } from "../crawl/source.js";
import { Planner } from "../plan/planner.js";
import { isLive } from "../plan/schedule.js";
import type { ListingOutcome } from "../store/state-store.js";

export interface PlannedSlot {
  readonly source: string;
  readonly path: string;
  readonly start: Date;
  readonly end?: Date;
  readonly listing: ListingOutcome;
  readonly reason?: string;
  /** Files a run would fetch now, and those that wait until they are ready. */
  readonly fetch: readonly { readonly path: string; readonly size?: number; readonly waits?: string }[];
}

/** Visits the slots that are due, and records nothing. Rejects where no run could go on. */
export async function* plan(source: Source, signal: AbortSignal): AsyncIterable<PlannedSlot> {
  const { name, clock, policy } = source;
  const visitor = new SlotVisitor(source);
  const now = clock.now();
  for await (const due of new Planner({ ...source, source: name }).due(now)) {
    const lane = isLive(due.window, now.getTime(), policy) ? "live" : "backfill";
    const { visit, tasks, waiting, error } = await visitor.visit(due, lane, signal);
    if (error && error.retry === "no" && error.kind !== "permission") throw error;
    yield {
      source: name,
      path: due.slot.path,
      start: due.window.start,
      end: due.window.end,
      listing: visit.listing,
      reason: visit.reason,
      fetch: [
        ...tasks.map(({ record }) => ({ path: record.path, size: record.size })),
        ...waiting.map(({ path, size, reason }) => ({ path, size, waits: reason })),
      ],
    };
  }
}
