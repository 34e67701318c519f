import type { Destination } from "../destination/destination.js";
import { hashOf } from "../destination/hash-of.js";
import type { PlaceOwners } from "../fetch/place-owners.js";
import { asDaybookError } from "../errors/daybook-error.js";
import type { FileRecord, LedgerChange, StateStore } from "../store/state-store.js";
import { contains, type TimeRange } from "../time/range.js";
import { isTooOld, letGo } from "./retention.js";

export interface SweepOptions {
  readonly source: string;
  readonly store: Pick<StateStore, "slots" | "find" | "files">;
  readonly destination: Pick<Destination, "stat" | "read" | "discard" | "mark">;
  readonly owners: Pick<PlaceOwners, "shared">;
  /** In ms. */
  readonly keep: number;
  readonly now: Date;
  /** Only files observed, or first seen where their path says nothing of time, within this. Default all. */
  readonly range?: Partial<TimeRange>;
  /** Deletes and records nothing. */
  readonly dryRun?: boolean;
  /** Begin no more; what was begun is finished. */
  readonly stop?: AbortSignal;
  readonly record: (changes: LedgerChange[]) => Promise<void>;
}

/**
 * What became of one file that is older than its source keeps files. deleted: from disk; absent: it wasn't there any
 * more; replaced: something else stands at its place, and was left alone. With these three the file is expired.
 * refused: it can't be deleted, and stays as it is. would-be-deleted: what a dry run says in place of deleted.
 */
export interface LetGo {
  readonly source: string;
  readonly path: string;
  /** Relative to the destination. */
  readonly location: string;
  readonly outcome: "deleted" | "would-be-deleted" | "absent" | "replaced" | "refused";
  /** Bytes that were, or would be, freed. */
  readonly bytes: number;
  readonly detail: string;
}

/** Files that are deleted before they are recorded, together. */
const BATCH = 100;

const ON_DISK: readonly FileRecord["status"][] = ["stored", "quarantined", "gone"];

/**
 * Deletes the files of one source that are older than it keeps them. First from disk and then from what the ledger says
 * is there: a program that dies in between leaves files that are missing, which for files of that age is no loss.
 */
export async function* sweep(options: SweepOptions): AsyncIterable<LetGo> {
  const { source, store, keep, now } = options;
  if (!Number.isFinite(keep)) return;
  const { start = new Date(0), end: until } = options.range ?? {};
  const old = new Date(now.getTime() - keep + 1);
  const range = { start, end: until !== undefined && until < old ? until : old };
  if (range.end <= start) return;
  let batch: FileRecord[] = [];
  for await (const slot of store.slots(source, range)) {
    const { stored, quarantined, gone } = slot.files;
    if (stored + quarantined + gone === 0) continue;
    for await (const file of store.find({ source, slot: slot.path, status: ON_DISK })) {
      if (!isOnDisk(file) || !isTooOld(file, keep, now)) continue;
      // A slot that the range begins or ends in holds files outside of it.
      if (!contains(range, file.observedAt ?? file.firstSeenAt)) continue;
      batch.push(file);
      if (batch.length < BATCH) continue;
      if (options.stop?.aborted) return;
      yield* letGoOf(options, batch);
      batch = [];
    }
  }
  if (batch.length > 0 && !options.stop?.aborted) yield* letGoOf(options, batch);
}

/** Whether the ledger says that a version of it was stored and is there. */
const isOnDisk = ({ status, version, location }: FileRecord): boolean =>
  ON_DISK.includes(status) && version > 0 && location !== undefined;

async function* letGoOf(options: SweepOptions, batch: readonly FileRecord[]): AsyncIterable<LetGo> {
  const { source, store, destination, owners, now, dryRun, record } = options;
  // A crawl may have written meanwhile; what it wrote last is what counts.
  const current = await store.files(
    source,
    batch.map(({ path }) => path),
  );
  const shared = await owners.shared([...current.values()]);
  const found: (Look & { file: FileRecord })[] = [];
  for (const { path, version } of batch) {
    const file = current.get(path);
    if (file && isOnDisk(file) && file.version === version)
      found.push({ file, ...(shared.has(file) ? REPLACED : await whatIsThere(file, destination)) });
  }
  // What is missing from a destination that is away isn't missing.
  await destination.mark?.attend();
  const ours = found.filter(({ outcome }) => outcome === "deleted").map(({ file }) => file.location!);
  const left = await destination.discard(ours, { dryRun });
  const at = now.toISOString().replace(".000Z", "Z");
  const changes: LedgerChange[] = [];
  const done: LetGo[] = [];
  for (const { file, ...look } of found) {
    const { path, location = "" } = file;
    const refused = left.get(location) ?? look.trouble;
    if (refused !== undefined) {
      done.push({ source, path, location, outcome: "refused", bytes: 0, detail: refused });
      continue;
    }
    const { bytes } = look;
    const outcome = dryRun && look.outcome === "deleted" ? "would-be-deleted" : look.outcome;
    const when = outcome === "would-be-deleted" ? "" : ` at ${at}`;
    const detail = `${WORDS[outcome]}${when}: it is older than its source keeps files`;
    done.push({ source, path, location, outcome, bytes, detail });
    changes.push({ kind: "file", file: letGo(file, detail) });
    if (outcome === "replaced")
      changes.push({
        kind: "event",
        event: { source, path, at: now, what: "left-alone", detail: `${location}: ${detail}` },
      });
  }
  if (!dryRun && changes.length > 0) await record(changes);
  yield* done;
}

const WORDS = {
  deleted: "it was deleted",
  "would-be-deleted": "it would be deleted",
  absent: "it was not on disk any more",
  replaced: "something else stood at its place, and was left alone,",
  refused: "it was left alone",
};

/** What is to become of a file, going by what stands at its place. */
interface Look {
  readonly outcome: LetGo["outcome"];
  readonly bytes: number;
  readonly trouble?: string;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const REPLACED: Look = { outcome: "replaced", bytes: 0 };

/** The very file that was stored is known by size and mtime, or else by its hash. */
async function whatIsThere(file: FileRecord, destination: SweepOptions["destination"]): Promise<Look> {
  const location = file.location!;
  try {
    const there = await destination.stat(location);
    if (there === undefined) return { outcome: "absent", bytes: 0 };
    const { size } = there;
    const same = size === (file.storedSize ?? file.size) && isTimeOf(file, there.modifiedAt);
    // A change that was ignored leaves what was listed in the record, not what is on disk.
    const itself = same || (await hashOf(location, destination, file.encoding)) === file.sha256;
    return itself ? { outcome: "deleted", bytes: size } : REPLACED;
  } catch (error) {
    return { outcome: "refused", bytes: 0, trouble: asDaybookError(error, "store").detail };
  }
}

/** On disk it has the time it was listed with, which may say less than the ledger. */
function isTimeOf({ modifiedAt: known }: FileRecord, there: Date): boolean {
  if (known === undefined || there.getTime() === known.getTime()) return known !== undefined;
  return [MINUTE, DAY].some((unit) => there.getTime() === Math.floor(known.getTime() / unit) * unit);
}
