import { fetchAgain } from "../crawl/reconcile.js";
import type { RetryResult } from "../di/daybook.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";

const BATCH = 500;

/**
 * Puts files that were given up or wait for their next attempt, and slots whose listing failed, back in the queue; or,
 * of what is named, files and any slots.
 */
export async function retry(
  store: StateStore,
  sources: readonly { readonly name: string; readonly range: TimeRange }[],
  now: Date,
  only?: ReadonlySet<string>,
): Promise<RetryResult> {
  let files = 0;
  let slots = 0;
  for (const { name, range } of sources) {
    const changes: LedgerChange[] = [];
    for await (const slot of store.slots(name, range)) {
      const waits = slot.files.pending + slot.files.quarantined > 0;
      if (waits)
        for await (const file of store.find({
          source: name,
          slot: slot.path,
          status: ["pending", "quarantined"],
        })) {
          if (only && !only.has(file.path)) continue;
          if (file.status === "pending" && file.nextAttemptAt === undefined) continue;
          changes.push(...fetchAgain(file, now, "retried", "it was asked for again"));
          files++;
        }
      const unsure = slot.state === "failed" || slot.unreadable.count + slot.files.gone > 0;
      if (only === undefined ? unsure : only.has(slot.path)) {
        changes.push({ kind: "due", source: name, path: slot.path, at: now });
        slots++;
      }
      if (changes.length >= BATCH) await store.record(changes.splice(0));
    }
    if (changes.length > 0) await store.record(changes);
  }
  return { files, slots };
}
