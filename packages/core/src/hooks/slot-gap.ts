import { lackOf } from "../report/gaps.js";
import type { SlotRecord } from "../store/state-store.js";

/** What is missing of a slot that is over: its kinds, most telling first, and why. */
export interface SlotGap {
  readonly kinds: readonly (
    "failed" | "missing" | "empty" | "incomplete" | "unreadable" | "quarantined" | "gone"
  )[];
  readonly reason: string;
}

/**
 * What there is to say of a slot that closed at `closesAt` (epoch ms): "undecided" while that may still change by itself
 * (it isn't over, files are on their way, a listing failed that is tried again soon).
 */
export function slotGap(
  slot: SlotRecord,
  { closesAt, maxAttempts }: { readonly closesAt: number; readonly maxAttempts: number },
): SlotGap | "none" | "undecided" {
  if (slot.visitedAt.getTime() < closesAt) return "undecided";
  if (slot.state === "failed") {
    if (slot.failures < maxAttempts) return "undecided";
    return { kinds: ["failed"], reason: slot.reason ?? "its listing failed" };
  }
  if (!slot.settled) return "undecided";
  const { files, unreadable, path } = slot;
  const found: [SlotGap["kinds"][number], string][] = [];
  if (slot.state === "missing") found.push(["missing", `no directory ${path} at the source`]);
  if (slot.state === "empty") found.push(["empty", slot.reason ?? `${path} holds no file of ours`]);
  if (slot.state === "incomplete") found.push(["incomplete", `expected and not there: ${lackOf(slot)}`]);
  if (unreadable.count > 0)
    found.push([
      "unreadable",
      slot.reason ?? `${count(unreadable.count, "line")} of its listing can't be read`,
    ]);
  if (files.quarantined > 0)
    found.push([
      "quarantined",
      `${count(files.quarantined, "file")} ${files.quarantined === 1 ? "was" : "were"} given up`,
    ]);
  if (files.gone > 0)
    found.push([
      "gone",
      `${count(files.gone, "file")} left the source before ${files.gone === 1 ? "it" : "they"} could be fetched`,
    ]);
  if (found.length === 0) return "none";
  return { kinds: found.map(([kind]) => kind), reason: found.map(([, reason]) => reason).join("; ") };
}

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? "" : "s"}`;
}
