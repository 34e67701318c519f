import type { ErrorKind } from "../errors/daybook-error.js";
import type { FileRecord, SlotRecord, StateStore } from "../store/state-store.js";

type Ledger = Pick<StateStore, "find" | "events">;

/** What says nothing of a file itself, and may be over any moment: the line, the server's load, our disk. */
const PASSING: ReadonlySet<string> = new Set<ErrorKind>(["network", "timeout", "busy", "no-space", "store"]);

/**
 * Whether a slot only waits out a delay: its last visit failed, or one of its files did for want of a line. Whoever looks
 * once looks now: what was in the way may be gone.
 */
export async function isHeldUp(slot: SlotRecord, ledger: Ledger): Promise<boolean> {
  if (slot.failures > 0) return true;
  if (slot.files.pending === 0) return false;
  const { source, path } = slot;
  for await (const file of ledger.find({ source, slot: path, status: ["pending"] }))
    if (await isFileHeldUp(file, ledger)) return true;
  return false;
}

/** Whether a file waits for its next attempt although nothing speaks against its content. */
export async function isFileHeldUp(file: FileRecord, ledger: Pick<Ledger, "events">): Promise<boolean> {
  if (file.nextAttemptAt === undefined) return false;
  // Only content counts as an attempt.
  if (file.attempts === 0) return true;
  let last: string | undefined;
  for await (const { what, detail } of ledger.events(file.source, file.path))
    if (what === "failed") last = detail;
  return PASSING.has(last?.split(":", 1)[0] ?? "");
}
