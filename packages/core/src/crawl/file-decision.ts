import type { FetchTask } from "../fetch/fetch-task.js";
import { isDaybookError, type DaybookError } from "../errors/daybook-error.js";
import { settledFrom } from "../plan/coarse-time.js";
import type { ReadinessFacts } from "../plan/policy.js";
import { isFileHeldUp } from "../plan/held-up.js";
import { sameVersion } from "../plan/version.js";
import { isTooOld, letGo } from "../retain/retention.js";
import type { FileRecord, LedgerEvent } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";
import { whatStandsAt } from "./at-its-place.js";
import { KEEPS_CHANGING, type ChangingFiles } from "./changing-files.js";
import type { Source } from "./source.js";
import type { Found } from "./tree-walk.js";

/** What is to be done about one file that a visit found. */
export interface Decision {
  /** The record to be written, if anything changed. */
  readonly file?: FileRecord;
  readonly event?: Pick<LedgerEvent, "what" | "detail">;
  readonly task?: FetchTask;
  /** When the slot should be looked at again for this file's sake; epoch ms. */
  readonly again?: number;
}

/** A found file beside what the ledger knew of it. */
export interface Candidate {
  readonly found: Found;
  readonly before?: FileRecord;
  /** Whether `before` is of the version that is listed now. */
  readonly same: boolean;
  /** Whether only the server's clock moved since, with all times it shows. */
  readonly moved?: "surely" | "likely";
}

export interface DecisionContext {
  readonly now: Date;
  readonly lane: Lane;
  /** The names of all files in its directory. */
  readonly siblings: (found: Found) => ReadinessFacts["siblings"];
  /** A wait that is only for a line that failed doesn't count. */
  readonly impatient: boolean;
  /** When the slot was last listed whole. */
  readonly listedAt?: Date;
  readonly changing: ChangingFiles;
}

/** How soon a file that isn't ready is looked at again at the latest, in ms. */
const READY_AGAIN = 10_000;
/** Why a stored file is looked at once more. In the ledger it outlives a crash, and the way of a large folder. */
const UNPROVEN =
  "it was fetched before the time it is listed with was over: whether it is the same is looked up";
const MOVED = "its time moved with those beside it: its bytes are compared";

export function candidate(source: Source, found: Found, before: FileRecord | undefined): Candidate {
  const precision = source.transport.capabilities.modifiedAt;
  const same =
    before !== undefined && before.status !== "gone" && sameVersion(before, found.entry, precision);
  return { found, before, same };
}

/** Where the file is to land: a file that has its place keeps it, unless both versions are to be kept. */
export function placeOf(source: Source, { found, before, same, moved }: Candidate): string | DaybookError {
  const changed = !same && moved === undefined;
  const another = before !== undefined && before.version > 0 && changed && source.policy.onChange === "keep";
  if (before?.location !== undefined && !another) return before.location;
  const { path, entry, observation } = found;
  try {
    return source.destination.locate({
      source: source.name,
      path,
      root: source.layout.root ?? "/",
      observation,
      size: entry.size,
      modifiedAt: entry.modifiedAt,
      keepAs: another ? before.version + 1 : undefined,
    });
  } catch (error) {
    if (isDaybookError(error, "config")) return error;
    throw error;
  }
}

/** Decides by the ledger, the policy and what stands at the file's place. `place` is an error where there is none. */
export async function decide(
  source: Source,
  slot: string,
  candidate: Candidate,
  place: string | DaybookError,
  context: DecisionContext,
): Promise<Decision> {
  const { policy, inspectors } = source;
  const { found, before, same } = candidate;
  const { entry, observation } = found;
  const { now, lane, siblings } = context;
  const precision = source.transport.capabilities.modifiedAt;
  const record = pending(source.name, slot, candidate, now);
  const old = isTooOld(record, policy.keep, source.time.sure());
  // The sweep may be letting go of it at this moment, and a record written here would bring it back.
  if (old && (before?.status === "stored" || before?.status === "quarantined")) return {};
  // A file taken over from another tool has no time until it is listed for the first time.
  if (same && before!.status === "stored" && before!.modifiedAt === undefined && entry.modifiedAt)
    return { file: { ...before!, size: entry.size ?? before!.size, modifiedAt: entry.modifiedAt } };
  const again = secondLook(source, candidate, context);
  if (again === undefined && same && (before!.status === "stored" || before!.status === "quarantined"))
    return {};
  if (typeof again === "object") return again;
  if (before?.status === "stored" && policy.onChange === "ignore") return same ? {} : ignored(before, found);
  // What was here and was let go stays away, whatever the server makes of it, until somebody asks for it.
  if (before?.status === "expired" && before.storedAt !== undefined)
    return same ? {} : ignored(before, found);

  if (before?.status === "expired" && same && old) return {};
  if (old) return tooOld(source, record, candidate);
  const event =
    before && !same && again === undefined ? { what: "changed", detail: describe(before, entry) } : undefined;
  if (typeof place !== "string") return quarantined(record, place.detail);
  const standing = await whatStandsAt(source, candidate, place);
  if (typeof standing !== "string") return quarantined(record, standing.detail);
  if (standing === "another")
    return quarantined(record, `another file stands at its place, ${place}: move it away, then retry`);

  const claimed = { ...record, location: place };
  const waitsUntil = claimed.nextAttemptAt?.getTime() ?? 0;
  // One that is further off than any wait was set by a clock that was ahead.
  const waits = waitsUntil > now.getTime() && waitsUntil <= now.getTime() + 2 * policy.maxRetryDelay;
  if (waits && !(context.impatient && (await isFileHeldUp(claimed, source.store))))
    return { again: waitsUntil };
  const notReady = policy.ready({
    entry,
    observation,
    seenBefore: same ? before : undefined,
    siblings: siblings(found),
    provable: inspectors.some(({ provesEnd }) => provesEnd),
    now,
    settles: new Date(Math.max(0, settledFrom(entry.modifiedAt, record.firstSeenAt, precision))),
  });
  const changing = context.changing.waits(found.path, record.firstSeenAt, now);
  const unready = notReady ?? (changing === undefined ? undefined : KEEPS_CHANGING);
  if (unready !== undefined) {
    const again = now.getTime() + Math.min(policy.poll, READY_AGAIN);
    // A place is claimed when it is about to be filled: another file may come first, and is then in the way.
    const file = { ...(record.version > 0 ? claimed : record), reason: `not ready: ${unready}` };
    const known = same && before!.location === file.location && before!.reason === file.reason;
    return known ? { again } : { file, event, again };
  }
  const failedBefore = claimed.attempts > 0 || claimed.nextAttemptAt !== undefined;
  const reason = again ?? (failedBefore ? claimed.reason : undefined);
  // Its exact time is what it is proven by.
  const { modifiedAt } = again === UNPROVEN ? before! : claimed;
  const file = { ...claimed, modifiedAt, reason };
  const settles = settledFrom(entry.modifiedAt, record.firstSeenAt, precision);
  // What is on disk may be what was there before it was written again.
  const doubted = before !== undefined && before.version > 0 && (before.storedAt?.getTime() ?? 0) < settles;
  const mayBeThere = standing === "itself" && again === undefined && !doubted;
  return {
    file,
    event,
    task: {
      entry,
      observation,
      lane,
      record: file,
      mayBeThere,
      ...(settles > now.getTime() && { settles: new Date(settles) }),
      ...(again === UNPROVEN && { unproven: true }),
    },
    // Fetched while it may be written again without a sign of it: the slot is looked at once that is over.
    ...(settles > now.getTime() && { again: settles }),
  };
}

/**
 * What is to be done about a stored file that may have been written again without looking so, or only looks so: nothing
 * (undefined), a decision, or it is to be looked at once more, for the reason returned.
 */
function secondLook(
  source: Source,
  { found, before, same, moved }: Candidate,
  { now, listedAt }: DecisionContext,
): string | Decision | undefined {
  if (same && before!.status === "pending" && before!.reason === UNPROVEN) return UNPROVEN;
  if (before?.status !== "stored" || before.storedAt === undefined) return undefined;
  const { policy, transport } = source;
  if (moved !== undefined) {
    const { size, modifiedAt } = found.entry;
    if (moved === "surely" && policy.onTimeShift === "believe")
      return { file: { ...before, size, modifiedAt } };
    return MOVED;
  }
  if (!same || policy.onChange === "ignore") return undefined;
  // By the time as it is listed: what the ledger knows more exactly a listing doesn't show.
  const settled = settledFrom(found.entry.modifiedAt, before.firstSeenAt, transport.capabilities.modifiedAt);
  if (before.storedAt.getTime() >= settled || (listedAt !== undefined && listedAt.getTime() >= settled))
    return undefined;
  if (now.getTime() < settled) return { again: settled };
  return UNPROVEN;
}

/** What is older than the source keeps files isn't fetched, in whatever version. */
async function tooOld(source: Source, record: FileRecord, candidate: Candidate): Promise<Decision> {
  const { found, before, same } = candidate;
  if (before === undefined || before.status === "gone")
    return { file: letGo(record, "it was older than its source keeps files when it was first seen") };
  // It was let go before: what was known of it stays.
  if (before.status !== "pending") return same ? {} : ignored(before, found);
  const discarded = await discardNamed(source, found.path, before);
  // An older version is on disk still, and is let go like any other.
  if (before.version > 0 && !discarded)
    return { file: { ...record, status: "stored", nextAttemptAt: undefined } };
  const reason = "it became older than its source keeps files before it could be fetched";
  return { file: letGo(record, reason), event: { what: "expired", detail: reason } };
}

/** Named before a crash and never recorded: once it is let go the ledger wouldn't know of it, and it would stay for ever. */
async function discardNamed(source: Source, path: string, before: FileRecord): Promise<boolean> {
  const { destination, name, layout, transport } = source;
  const { location: place } = before;
  if (place === undefined || destination.origin(place, name, layout.root ?? "/") !== path) return false;
  const there = await destination.stat(place);
  if (there === undefined) return false;
  // Packed, its size says nothing; but nobody else packs a file to this place and this time.
  const size = destination.encodingOf(place) === undefined ? there.size : before.size;
  if (!sameVersion({ ...there, size }, before, transport.capabilities.modifiedAt)) return false;
  const refused = await destination.discard([place]);
  return refused.size === 0;
}

/** The record of a file that was to be fetched and isn't to be had any more. */
export function vanished(file: FileRecord, reason: string): Decision {
  // It was stored once and let go for its age; that somebody wanted it back makes no gap of it.
  if (file.wantedAt && file.storedAt && file.version === 0)
    return { file: letGo(file, reason), event: { what: "gone", detail: reason } };
  return {
    file: { ...file, status: "gone", nextAttemptAt: undefined, reason },
    event: { what: "gone", detail: reason },
  };
}

function pending(source: string, slot: string, { found, before, same }: Candidate, now: Date): FileRecord {
  const { path, entry, observation } = found;
  return {
    source,
    path,
    slot,
    observedAt: observation.observedAt,
    status: "pending",
    size: entry.size,
    modifiedAt: entry.modifiedAt,
    firstSeenAt: same ? before!.firstSeenAt : now,
    // Of the version that is on disk until this one takes its place.
    sha256: before?.sha256,
    storedAt: before?.storedAt,
    location: before?.location,
    encoding: before?.encoding,
    storedSize: before?.storedSize,
    wantedAt: before?.wantedAt,
    version: before?.version ?? 0,
    attempts: same ? before!.attempts : 0,
    nextAttemptAt: same ? before!.nextAttemptAt : undefined,
    reason: same ? before!.reason : undefined,
  };
}

function ignored(before: FileRecord, { entry }: Found): Decision {
  // The listed version is remembered, so that the next visit has no news.
  const file = { ...before, size: entry.size, modifiedAt: entry.modifiedAt };
  return { file, event: { what: "change-ignored", detail: describe(before, entry) } };
}

function quarantined(record: FileRecord, reason: string): Decision {
  return {
    file: { ...record, status: "quarantined", nextAttemptAt: undefined, reason },
    event: { what: "quarantined", detail: reason },
  };
}

function describe(before: FileRecord, entry: Found["entry"]): string {
  const show = (v: { size?: number; modifiedAt?: Date }) =>
    `${v.size ?? "?"} bytes of ${v.modifiedAt?.toISOString() ?? "an unknown time"}`;
  return `${show(before)} became ${show(entry)}`;
}
