import { isRefusal } from "../crawl/refusal.js";
import type { DueSlot } from "../plan/due-slot.js";
import { isFromFuture, latestFor, Planner, visitCounts, type PlannerOptions } from "../plan/planner.js";
import { closesAt } from "../plan/schedule.js";
import type { FileStatus, SlotRecord, StateStore } from "../store/state-store.js";
import type { Gap, GapKind } from "./gap.js";

/** Of what a slot lacks, in a sentence; the record has more. */
const TOLD = 10;

export interface GapOptions extends Omit<PlannerOptions, "store"> {
  readonly store: Pick<StateStore, "slots" | "planned" | "find">;
  readonly now: Date;
}

/** What is not there of one source, oldest first: slots over by now, then in each the files that never came. */
export async function* gaps(options: GapOptions): AsyncIterable<Gap> {
  const { source, store, policy, now } = options;
  for await (const planned of new Planner({ ...options, latest: () => latestFor(now) }).doubtful(now)) {
    const { slot, window, previous } = planned;
    const over = closesAt(window, policy) <= now.getTime();
    const base = { source, slot: slot.path, start: window.start, end: window.end };
    const gap = over || previous?.state === "failed" ? slotGap(planned, policy, latestFor(now)) : undefined;
    if (gap) yield { ...base, ...gap };
    if (previous === undefined) continue;
    const statuses = fileGaps(previous, over);
    if (statuses.length === 0) continue;
    for await (const file of store.find({ source, slot: slot.path, status: statuses }))
      yield { ...base, kind: file.status as GapKind, path: file.path, reason: file.reason };
  }
}

function slotGap(
  { slot, window, previous }: DueSlot,
  policy: GapOptions["policy"],
  latest: Date,
): Omit<Gap, "source" | "slot" | "start" | "end"> | undefined {
  if (previous === undefined) return { kind: "unseen", reason: "it was never listed" };
  if (isFromFuture(previous, latest))
    return { kind: "unseen", reason: "it was listed by a clock that was ahead, which says nothing" };
  if (!visitCounts(previous, window, policy))
    return { kind: "unseen", reason: "it was listed for another range or selection only" };
  switch (previous.state) {
    case "failed":
      return { kind: "failed", reason: previous.reason };
    case "open":
      return { kind: "open", reason: "it was not listed since it closed" };
    case "missing":
      return { kind: "missing", reason: `no directory ${slot.path} at the source` };
    case "empty":
      return { kind: "empty", reason: previous.reason ?? `no file of ours in ${slot.path}` };
    case "incomplete":
      return { kind: "incomplete", reason: lackOf(previous), lacking: previous.lacking };
    case "partial":
    case "complete":
      if (previous.unreadable.count === 0) return undefined;
      // A directory that may not be listed is a listing that failed, though none that is tried again.
      return isRefusal(previous.reason)
        ? { kind: "failed", reason: previous.reason }
        : { kind: "unreadable", reason: previous.reason ?? unreadLines(previous) };
  }
}

function unreadLines({ unreadable: { count, names } }: SlotRecord): string {
  const lines = count === 1 ? "a line of its listing" : `${count} lines of its listing`;
  return `${lines} could not be read: ${names.join("; ")}`;
}

/** "12:40, 12:50 VRAD and 3 more" */
export function lackOf({ lacking }: Pick<SlotRecord, "lacking">): string {
  const { count, names } = lacking ?? { count: 0, names: [] };
  const told = names.slice(0, TOLD);
  return told.join(", ") + (count > told.length ? ` and ${count - told.length} more` : "");
}

/** While a slot is open what is pending is simply on its way. */
function fileGaps({ files }: SlotRecord, over: boolean): FileStatus[] {
  const statuses: FileStatus[] = [];
  if (over && files.pending > 0) statuses.push("pending");
  if (files.quarantined > 0) statuses.push("quarantined");
  if (files.gone > 0) statuses.push("gone");
  return statuses;
}
