import type { FileRecord, LedgerChange } from "../store/state-store.js";
import type { LedgerWriter } from "./ledger-writer.js";
import type { Source } from "./source.js";

const BATCH = 500;

/**
 * Looks after files that the ledger says are stored and a crash of the machine may have cost: those that are not there
 * any more, or not in their size, are to be fetched again. Returns how many. The other way round (named, but not
 * recorded) needs no search: their slots are due, and they are found when they are about to be fetched.
 */
export async function reconcile(
  { name, store, destination, clock }: Pick<Source, "name" | "store" | "destination" | "clock">,
  writer: LedgerWriter,
  since: Date,
): Promise<number> {
  let lost = 0;
  const changes: LedgerChange[] = [];
  for await (const slot of store.slots(name, { start: new Date(0) })) {
    if (slot.visitedAt < since) continue;
    for await (const file of store.find({ source: name, slot: slot.path, status: ["stored"] })) {
      if (file.location === undefined || file.storedAt === undefined || file.storedAt < since) continue;
      const there = await destination.stat(file.location);
      if (there !== undefined && there.size === file.size) continue;
      lost++;
      if (there !== undefined) await destination.remove(file.location);
      changes.push(
        ...fetchAgain(file, clock.now(), "lost", "it was stored before the machine stopped, and is gone"),
      );
      if (changes.length >= BATCH) await writer.write(changes.splice(0));
    }
  }
  await writer.write(changes);
  return lost;
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
