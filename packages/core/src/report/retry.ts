import { fetchAgain } from "../crawl/reconcile.js";
import type { RetryResult } from "../di/daybook.js";
import { wantAgain } from "../retain/retention.js";
import type { FileRecord, FileStatus, LedgerChange, StateStore } from "../store/state-store.js";
import { contains, type TimeRange } from "../time/range.js";

const BATCH = 500;

export interface RetriedSource {
  readonly name: string;
  readonly range: TimeRange;
  readonly policy: { readonly keep: number };
}

export interface RetryOptions {
  readonly now: Date;
  /** Only these files and slots. */
  readonly only?: ReadonlySet<string>;
  /** Also files that were let go for their age. Those that are named are put back anyway. */
  readonly expired?: boolean;
}

/**
 * Puts files that were given up or wait for their next attempt, and slots whose listing failed, back in the queue; or,
 * of what is named, files and any slots.
 */
export async function retry(
  store: StateStore,
  sources: readonly RetriedSource[],
  { now, only, expired = false }: RetryOptions,
): Promise<RetryResult> {
  let files = 0;
  let slots = 0;
  const refused = new Map([...(only ?? [])].map((path) => [path, "the ledger doesn't know it"]));
  const status: FileStatus[] = ["pending", "quarantined", ...(expired ? (["expired"] as const) : [])];
  for (const { name, range, policy } of sources) {
    const changes: LedgerChange[] = [];
    const putBack = (file: FileRecord): void => {
      if (file.status === "pending" && file.nextAttemptAt === undefined) return;
      const wanted = wantAgain(file, policy.keep, now);
      for (const change of fetchAgain(wanted, now, "retried", because(file))) changes.push(change);
      files++;
    };
    for (const file of only ? (await store.files(name, [...only])).values() : [])
      if (MAY_COME_BACK.has(file.status) && isWithin(range, file)) {
        refused.delete(file.path);
        putBack(file);
      } else if (refused.has(file.path))
        refused.set(file.path, WHY_NOT[file.status] ?? "it isn't of the time that was asked for");
    for await (const slot of store.slots(name, range)) {
      const wanted = only === undefined || (expired && only.has(slot.path));
      const { pending, quarantined, expired: old } = slot.files;
      if (wanted && pending + quarantined + (expired ? old : 0) > 0)
        for await (const file of store.find({ source: name, slot: slot.path, status }))
          // The range may cut the slot.
          if (!only?.has(file.path) && isWithin(range, file)) putBack(file);
      const unsure = slot.state === "failed" || slot.unreadable.count + slot.files.gone > 0;
      if (only === undefined ? unsure : only.has(slot.path)) {
        changes.push({ kind: "due", source: name, path: slot.path, at: now });
        refused.delete(slot.path);
        slots++;
      }
      if (changes.length >= BATCH) await store.record(changes.splice(0));
    }
    if (changes.length > 0) await store.record(changes);
  }
  const reasons = [...refused].map(([path, reason]) => ({ path, reason }));
  return { files, slots, ...(reasons.length > 0 && { refused: reasons }) };
}

const MAY_COME_BACK: ReadonlySet<FileStatus> = new Set(["pending", "quarantined", "expired"]);

const WHY_NOT: Partial<Record<FileStatus, string>> = {
  stored: "it is stored (daybook verify --repair fetches what is lost or damaged again)",
  gone: "it left the source; it is fetched if it comes back",
};

const isWithin = (range: TimeRange, { observedAt }: FileRecord) => !observedAt || contains(range, observedAt);

/** What the record of a file that was let go says of its last version is kept as an event. */
function because({ status, version, sha256, storedAt }: FileRecord): string {
  const asked = "it was asked for again";
  if (status !== "expired" || storedAt === undefined) return asked;
  // What another tool let go of may have no hash.
  const hash = sha256 === undefined ? "" : ` sha256 ${sha256},`;
  return `${asked}; version ${version} was${hash} stored ${storedAt.toISOString()}`;
}
