import type { DueSlot } from "../plan/due-slot.js";
import type { LedgerChange } from "../store/state-store.js";
import { vanished } from "./file-decision.js";
import { changesOf } from "./found-files.js";
import type { PathSet } from "./path-set.js";
import { isInRange, isWanted, type Source } from "./source.js";

const BATCH = 1000;

/**
 * The records of files that were to be fetched and aren't among what is wanted now. A later look that finds them takes
 * them up. Many are recorded on the way; returns the last ones. `certain`: all was listed that may hide a file.
 */
export async function unlisted(
  source: Source,
  { slot, previous }: DueSlot,
  listed: PathSet,
  options: {
    readonly certain: boolean;
    readonly at: Date;
    readonly record: (changes: LedgerChange[]) => Promise<void>;
  },
): Promise<LedgerChange[]> {
  if (previous === undefined || previous.files.pending + previous.files.quarantined === 0) return [];
  const { name, store, layout, range } = source;
  const { certain, at, record } = options;
  let changes: LedgerChange[] = [];
  for await (const file of store.find({
    source: name,
    slot: slot.path,
    status: ["pending", "quarantined"],
  })) {
    const observation = layout.parse(file.path);
    // Folders of other times aren't listed.
    const there = listed.has(file.path) || (observation !== undefined && !isInRange(observation, range));
    if (there && observation !== undefined && isWanted(source, observation)) continue;
    if (file.status === "quarantined" && (there || !certain)) continue;
    const reason = there
      ? "it is not asked for any more"
      : certain
        ? "it left the source before it could be fetched"
        : "it can't be listed any more: a part of its hour can't be read";
    for (const change of changesOf(name, vanished(file, reason), at)) changes.push(change);
    if (changes.length < BATCH) continue;
    await record(changes);
    changes = [];
  }
  return changes;
}
