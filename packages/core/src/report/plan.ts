import type { Decision } from "../crawl/file-decision.js";
import { SlotVisitor } from "../crawl/slot-visitor.js";
import type { Source } from "../crawl/source.js";
import type { Found } from "../crawl/tree-walk.js";
import { Planner } from "../plan/planner.js";
import { isLive } from "../plan/schedule.js";
import type { FileRecord, ListingOutcome } from "../store/state-store.js";

export interface PlannedSlot {
  readonly source: string;
  readonly path: string;
  readonly start: Date;
  readonly end?: Date;
  readonly listing: ListingOutcome;
  readonly reason?: string;
  /** Files a run would fetch now, and what they come to in bytes where that is known. */
  readonly files: number;
  readonly bytes: number;
  /** Files that wait until they are ready. */
  readonly waiting: number;
  /** The first thousand of both. */
  readonly fetch: readonly { readonly path: string; readonly size?: number; readonly waits?: string }[];
}

const MOST_FILES = 1000;

/** Visits the slots that are due, and records nothing. Rejects where no run could go on. */
export async function* plan(source: Source, signal: AbortSignal): AsyncIterable<PlannedSlot> {
  const { name, clock, policy } = source;
  const visitor = new SlotVisitor(source);
  const now = clock.now();
  for await (const due of new Planner({ ...source, source: name, latest: () => source.time.latest() }).due(
    now,
  )) {
    const lane = isLive(due.window, now.getTime(), policy) ? "live" : "backfill";
    const fetch: { path: string; size?: number; waits?: string }[] = [];
    const totals = { files: 0, bytes: 0, waiting: 0 };
    const told = ({ file, task }: Decision, { path, entry: { size } }: Found) => {
      const waits = task ? undefined : waitsFor(file);
      if (task) totals.files++;
      if (task) totals.bytes += size ?? 0;
      else if (waits !== undefined) totals.waiting++;
      else return;
      if (fetch.length < MOST_FILES) fetch.push({ path, size, ...(waits !== undefined && { waits }) });
    };
    const { visit, error } = await visitor.visit(due, { lane, signal, told, record: async () => {} });
    if (error && error.retry === "no" && error.kind !== "permission") throw error;
    yield {
      source: name,
      path: due.slot.path,
      start: due.window.start,
      end: due.window.end,
      listing: visit.listing,
      reason: visit.reason,
      ...totals,
      fetch,
    };
  }
}

function waitsFor(file: FileRecord | undefined): string | undefined {
  return file?.status === "pending" ? (file.reason ?? "its next attempt is later") : undefined;
}
