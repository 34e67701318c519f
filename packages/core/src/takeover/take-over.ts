import type { Source } from "../crawl/source.js";
import type { SourceDefinition } from "../di/source-definition.js";
import { asDaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { FileRecord, LedgerChange, SlotVisit, StateStore } from "../store/state-store.js";
import { bringIn, findOnDisk } from "./bring-in.js";
import { findOwner, type Owner } from "./find-owner.js";
import type { ForeignFile, TakenOver, TakeoverOptions } from "./foreign-file.js";

export interface TakeoverJob extends Required<TakeoverOptions> {
  readonly store: StateStore;
  readonly sources: readonly SourceDefinition[];
  /** What a source's files are kept and checked with. */
  readonly of: (definition: SourceDefinition) => Pick<Source, "destination" | "inspectors">;
  readonly now: () => Date;
}

/** Files looked up, brought in and recorded together; each syncs, which is cheaper in company. */
const BATCH = 64;

type Outcome = { readonly told: TakenOver; readonly owner?: Owner; readonly record?: FileRecord };

/** Takes over what another tool has brought home. Nothing of it is taken on trust but what `hash` says. */
export async function* takeOver(
  files: AsyncIterable<ForeignFile>,
  job: TakeoverJob,
): AsyncIterable<TakenOver> {
  let batch: ForeignFile[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < BATCH) continue;
    yield* await takeBatch(batch, job);
    batch = [];
  }
  yield* await takeBatch(batch, job);
}

async function takeBatch(files: readonly ForeignFile[], job: TakeoverJob): Promise<TakenOver[]> {
  const owned = files.map((file) => ({ file, owner: findOwner(file, job.sources) }));
  const known = await lookUp(
    owned.flatMap(({ owner }) => (typeof owner === "string" ? [] : owner)),
    job,
  );
  const seen = new Set<string>();
  const outcomes = await Promise.all(
    owned.map(async ({ file, owner }): Promise<Outcome> => {
      if (typeof owner === "string") return { told: { name: file.name, outcome: "unmapped", reason: owner } };
      const key = keyOf(owner.definition.name, owner.path);
      const told = { name: file.name, source: owner.definition.name, path: owner.path };
      if (seen.has(key)) return { told: { ...told, outcome: "known", reason: "it was recorded twice" } };
      seen.add(key);
      return takeOne(file, owner, known.get(key), told, job);
    }),
  );
  const changes = job.dryRun ? [] : await changesOf(outcomes, job);
  if (changes.length > 0) await job.store.record(changes);
  return outcomes.map(({ told }) => told);
}

async function takeOne(
  file: ForeignFile,
  owner: Owner,
  before: FileRecord | undefined,
  told: Omit<TakenOver, "outcome">,
  job: TakeoverJob,
): Promise<Outcome> {
  const { definition, path, observation, slot } = owner;
  const left = (reason: string): Outcome => ({ told: { ...told, outcome: "left", reason } });
  if (before?.status === "stored" || before?.status === "expired")
    return { told: { ...told, outcome: "known", location: before.location } };
  if (file.incomplete !== undefined) return left(file.incomplete);
  const { destination, inspectors } = job.of(definition);
  const root = definition.layout.root ?? "/";
  const delivery = { source: definition.name, path, root, observation, modifiedAt: before?.modifiedAt };
  try {
    const location = before?.location ?? destination.locate(delivery);
    const standing = await findOnDisk(file, location, destination);
    if (standing === undefined && file.deleted !== undefined && isFree(before)) {
      const wrong = wrongSize(undefined, file, before?.size);
      if (wrong) return left(wrong);
      const { reason } = file.deleted;
      return {
        told: { ...told, outcome: "expired", reason },
        owner,
        record: letGoRecord(file, owner, before, job),
      };
    }
    if (standing === undefined) return left("it is not on disk");
    const wrong = wrongSize(standing.size, file, before?.size);
    if (wrong) return left(wrong);
    const { hash, dryRun } = job;
    const home = await bringIn({
      destination,
      inspectors,
      delivery: { ...delivery, size: standing.size, location },
      file,
      standing,
      hash,
      dryRun,
    });
    const storedAt = file.storedAt ?? job.now();
    const record: FileRecord = {
      source: definition.name,
      path,
      slot: slot.path,
      observedAt: observation.observedAt,
      status: "stored",
      modifiedAt: before?.modifiedAt,
      firstSeenAt: before?.firstSeenAt ?? storedAt,
      ...home,
      size: standing.size,
      storedSize: home.encoding === undefined ? undefined : home.size,
      storedAt,
      version: Math.max(1, before?.version ?? 0),
      attempts: 0,
    };
    const copied = standing.from !== undefined;
    return { told: { ...told, outcome: "taken", location: home.location, copied }, owner, record };
  } catch (cause) {
    if (!isDaybookError(cause, "bad-content") && !isDaybookError(cause, "config") && !isUnreadable(cause))
      throw cause;
    return left(asDaybookError(cause, "store").detail);
  }
}

/** `size`: on disk, if it is there. */
function wrongSize(
  size: number | undefined,
  file: ForeignFile,
  listed: number | undefined,
): string | undefined {
  const kept = size ?? file.size;
  if (file.size !== undefined && file.size !== kept)
    return "its size on disk is not the one that was recorded";
  if (listed !== undefined && kept !== undefined && listed !== kept)
    return "the source lists another size by now";
  return undefined;
}

/** Whether nothing of a file is on disk, and nobody has asked for it. */
function isFree(before: FileRecord | undefined): boolean {
  return before === undefined || (before.version === 0 && before.wantedAt === undefined);
}

/** The record of a file that was stored by another tool, which let go of it. */
function letGoRecord(
  file: ForeignFile,
  { definition, path, observation, slot }: Owner,
  before: FileRecord | undefined,
  { now }: TakeoverJob,
): FileRecord {
  const { reason, at } = file.deleted!;
  const storedAt = file.storedAt ?? at ?? now();
  return {
    source: definition.name,
    path,
    slot: slot.path,
    observedAt: observation.observedAt,
    status: "expired",
    size: file.size ?? before?.size,
    modifiedAt: before?.modifiedAt,
    firstSeenAt: before?.firstSeenAt ?? storedAt,
    sha256: file.sha256,
    storedAt,
    version: 1,
    attempts: 0,
    reason: at === undefined ? reason : `${reason}, at ${at.toISOString().replace(".000Z", "Z")}`,
  };
}

/** The one file that can't be read is left; a full disk or a lost ledger ends it all. */
function isUnreadable(error: unknown): boolean {
  return ["EACCES", "EPERM", "EIO", "ENOENT"].includes(String((error as NodeJS.ErrnoException).code));
}

/** Files, and the slots they are in: all due at once, since only a listing can prove that nothing is missing. */
async function changesOf(outcomes: readonly Outcome[], job: TakeoverJob): Promise<LedgerChange[]> {
  const at = job.now();
  const slots: LedgerChange[] = [];
  const changes: LedgerChange[] = [];
  const done = new Set<string>();
  for (const { owner, record } of outcomes) {
    if (owner === undefined || record === undefined) continue;
    const { source, path } = record;
    const key = keyOf(source, record.slot);
    if (!done.has(key)) {
      done.add(key);
      if (await isKnown(owner, job.store)) slots.push({ kind: "due", source, path: record.slot, at });
      else slots.push({ kind: "visit", visit: unlisted(owner, at) });
    }
    changes.push({ kind: "file", file: record });
    const [what, detail] =
      record.status === "expired"
        ? ["expired", record.reason]
        : ["taken-over", "another tool had brought it home"];
    changes.push({ kind: "event", event: { source, path, at, what: what!, detail } });
  }
  return [...slots, ...changes];
}

async function isKnown({ definition, slot }: Owner, store: StateStore): Promise<boolean> {
  const range = { start: slot.start, end: slot.end ?? new Date(slot.start.getTime() + 1) };
  for await (const record of store.slots(definition.name, range)) if (record.path === slot.path) return true;
  return false;
}

const NONE = { count: 0, names: [] };

/** A slot whose files are known and whose directory was never looked at. */
function unlisted({ definition, slot }: Owner, at: Date): SlotVisit {
  return {
    source: definition.name,
    path: slot.path,
    start: slot.window.start,
    end: slot.window.end,
    listing: "failed",
    visitedAt: at,
    closed: false,
    nextVisitAt: at,
    failures: 0,
    reason: "it was not listed yet: its files were taken over from another tool",
    skipped: NONE,
    unreadable: NONE,
  };
}

async function lookUp(owners: readonly Owner[], { store }: TakeoverJob): Promise<Map<string, FileRecord>> {
  const paths = new Map<string, string[]>();
  for (const { definition, path } of owners)
    paths.set(definition.name, [...(paths.get(definition.name) ?? []), path]);
  const known = new Map<string, FileRecord>();
  for (const [source, all] of paths)
    for (const [path, record] of await store.files(source, all)) known.set(keyOf(source, path), record);
  return known;
}

const keyOf = (source: string, path: string) => `${source}\0${path}`;
