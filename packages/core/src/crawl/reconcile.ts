import { hashOf } from "../destination/hash-of.js";
import type { FileRecord, LedgerChange } from "../store/state-store.js";
import type { LedgerWriter } from "./ledger-writer.js";
import { isTooOld, letGo } from "../retain/retention.js";
import type { Source } from "./source.js";

const BATCH = 500;

/**
 * Looks after files that the ledger says are stored and a crash of the machine may have cost: those that are not there
 * any more, or not in their size, are to be fetched again. Returns how many. The other way round (named, but not
 * recorded) needs no search: their slots are due, and they are found when they are about to be fetched.
 */
export async function reconcile(
  {
    name,
    store,
    destination,
    time,
    policy,
  }: Pick<Source, "name" | "store" | "destination" | "time" | "policy">,
  writer: LedgerWriter,
  since: Date,
): Promise<number> {
  let lost = 0;
  let damaged: string[] = [];
  let changes: LedgerChange[] = [];
  // The ledger first: a program that dies in between leaves a record that says what is to be done.
  const flush = async () => {
    await destination.mark?.attend();
    await writer.write(changes);
    for (const location of damaged) await destination.remove(location);
    damaged = [];
    changes = [];
  };
  for await (const slot of store.slots(name, { start: new Date(0) })) {
    if (slot.files.stored === 0) continue;
    for await (const file of store.find({ source: name, slot: slot.path, status: ["stored"] })) {
      const { location, storedAt, size, sha256, encoding, storedSize = size } = file;
      if (location === undefined || storedAt === undefined || storedAt < since) continue;
      const there = await destination.stat(location);
      // A change that was ignored leaves the size that was listed in the record, not the one that is on disk.
      const itself =
        there !== undefined &&
        ((there.size === storedSize && !destination.suspectContent) ||
          (await hashOf(location, destination, encoding)) === sha256);
      if (itself) continue;
      lost++;
      if (there) damaged.push(location);
      const detail = "it was stored before the machine stopped, and is gone";
      for (const change of missed(file, policy.keep, { at: time.now(), sure: time.sure() }, "lost", detail))
        changes.push(change);
      if (changes.length >= BATCH) await flush();
    }
  }
  await flush();
  return lost;
}

/** What is to be done about a file that isn't on disk as it should be: it is fetched again, unless it is too old. */
export function missed(
  file: FileRecord,
  keep: number,
  { at, sure }: { readonly at: Date; readonly sure: Date },
  what: string,
  detail: string,
): LedgerChange[] {
  if (!isTooOld(file, keep, sure)) return fetchAgain(file, at, what, detail);
  const { source, path } = file;
  const event = { source, path, at, what, detail: `${detail}; it is older than its source keeps files` };
  return [
    { kind: "file", file: letGo(file, event.detail) },
    { kind: "event", event },
  ];
}

/** The changes that put a file back in the queue, with a note of why. */
export function fetchAgain(file: FileRecord, at: Date, what: string, detail: string): LedgerChange[] {
  const { source, path, slot } = file;
  return [
    {
      kind: "file",
      file: { ...file, status: "pending", attempts: 0, nextAttemptAt: undefined, reason: detail },
    },
    { kind: "event", event: { source, path, at, what, detail } },
    { kind: "due", source, path: slot, at },
  ];
}
