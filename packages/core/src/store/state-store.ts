import type { TimeRange } from "../time/range.js";
import type { LedgerNote } from "./ledger-note.js";
import type { OutboxMessage } from "./outbox-message.js";

/** See docs/architecture.md for the table of states. "unseen" is never stored: it is the absence of a record. */
export type SlotState =
  "unseen" | "open" | "failed" | "partial" | "incomplete" | "complete" | "empty" | "missing";

/** How the last visit's listing ended: four outcomes that are never mixed up, and one that may be cut off. */
export type ListingOutcome = "entries" | "empty" | "missing" | "failed" | "truncated";

/**
 * pending: seen, to be fetched (or waiting until it is ready, or for its next attempt). stored: at its final name,
 * verified. quarantined: given up, with the reason. gone: it left the source before it could be fetched. expired: older
 * than its source keeps files, so it was deleted, or was never fetched; what the ledger knew of it stays.
 */
export type FileStatus = "pending" | "stored" | "quarantined" | "gone" | "expired";

/** Names at the source that are not ours: they don't parse, are of the wrong type, or are unsafe. */
export interface Skipped {
  readonly count: number;
  /** The first few, for people to look at; printable. */
  readonly names: readonly string[];
}

/** What one visit found out about a slot; this is what the crawler writes. */
export interface SlotVisit {
  readonly source: string;
  /** The slot's directory; with `source` the slot's identity. */
  readonly path: string;
  readonly start: Date;
  readonly end?: Date;
  readonly listing: ListingOutcome;
  readonly visitedAt: Date;
  /** When the last complete listing was taken; a failed visit passes the earlier one on. */
  readonly listedAt?: Date;
  /** Whether a complete listing was taken after the slot's end plus grace. */
  readonly closed: boolean;
  /** When the slot is due again; undefined: not any more. */
  readonly nextVisitAt?: Date;
  /** Visits that failed in a row. */
  readonly failures: number;
  /** Why the last visit failed, or what kept it from taking all, in words. */
  readonly reason?: string;
  /** Digest of what the visit looked for: a visit that looked for something else doesn't count. */
  readonly selection?: string;
  readonly skipped: Skipped;
  /**
   * What of the slot couldn't be taken, so that it isn't complete: lines that couldn't be read, directories that may not be
   * listed, and, where it holds nothing else, files of other times than the range's.
   */
  readonly unreadable: Skipped;
  /** What the slot owes by its source's expectation and hasn't got; left out where that is nothing, or nothing is expected. */
  readonly lacking?: Skipped;
}

export interface FileCounts {
  readonly pending: number;
  readonly stored: number;
  readonly quarantined: number;
  readonly gone: number;
  readonly expired: number;
  /** Bytes of the stored ones. */
  readonly bytes: number;
}

/** A slot as the ledger remembers it: the last visit, and what its files add up to. */
export interface SlotRecord extends SlotVisit {
  readonly state: Exclude<SlotState, "unseen">;
  readonly settled: boolean;
  readonly files: FileCounts;
}

/** One remote file. Identity is (source, path); version is (size, modifiedAt). */
export interface FileRecord {
  readonly source: string;
  /** Absolute remote path. */
  readonly path: string;
  /** Path of the slot it belongs to. */
  readonly slot: string;
  readonly observedAt?: Date;
  readonly status: FileStatus;
  /** Bytes, as last listed. */
  readonly size?: number;
  readonly modifiedAt?: Date;
  /** When this version was first seen. */
  readonly firstSeenAt: Date;
  /** Hex; of the version that is stored. */
  readonly sha256?: string;
  /** Where the destination put it, relative to the destination; an expired file has no place. */
  readonly location?: string;
  /** How it is kept where that isn't as it was sent, such as "gzip"; `size` and `sha256` are of what was sent. */
  readonly encoding?: string;
  /** Bytes on disk, of a file with an `encoding`. */
  readonly storedSize?: number;
  readonly storedAt?: Date;
  /** 1 for the first version stored, then counting up; 0 while none is. */
  readonly version: number;
  /** Failed attempts at this version. */
  readonly attempts: number;
  readonly nextAttemptAt?: Date;
  /** When somebody asked for it although it was older than its source keeps files: it is kept from then on. */
  readonly wantedAt?: Date;
  /** Why it isn't stored: the last failure, or what it waits for. */
  readonly reason?: string;
}

/** A noteworthy moment in the life of a file or slot: a failure, a new version, a late arrival. Kept for `explain`. */
export interface LedgerEvent {
  readonly source: string;
  /** The file's or the slot's path. */
  readonly path: string;
  readonly at: Date;
  /** "failed", "quarantined", "replaced", "late", "gap-closed" … */
  readonly what: string;
  readonly detail?: string;
}

export type LedgerChange =
  | { readonly kind: "visit"; readonly visit: SlotVisit }
  /** The slot is due at `at` or when it would have been anyway, whichever is earlier. */
  | { readonly kind: "due"; readonly source: string; readonly path: string; readonly at: Date }
  | { readonly kind: "file"; readonly file: FileRecord }
  | { readonly kind: "event"; readonly event: LedgerEvent }
  /** Puts a message in the outbox; one that waits there already stays as it is, in its place. */
  | { readonly kind: "message"; readonly message: OutboxMessage }
  /** Takes a message out of the outbox: it was delivered, or given up. One that isn't there is fine. */
  | { readonly kind: "delivered"; readonly hook: string; readonly id: string }
  /** What is known of a source's stretch, in place of what was known; without one nothing is. */
  | { readonly kind: "planned"; readonly source: string; readonly stretch?: PlannedStretch }
  /** What is noted under the key, in place of what was; without a value it is forgotten. */
  | { readonly kind: "note"; readonly key: string; readonly value?: string; readonly at: Date };

/**
 * A stretch of time every slot of which has a record, made by a visit that looked in all of it. It spares a start the
 * comparison of each slot with the ledger.
 */
export interface PlannedStretch {
  /** Digest of the layout whose slots these are. */
  readonly layout: string;
  /** What the records' visits looked for. */
  readonly selection: string;
  readonly start: Date;
  readonly end: Date;
  /** How many slots share an instant with it. */
  readonly slots: number;
}

export interface SlotFilter {
  /** Only slots whose `nextVisitAt` is at or before this. */
  readonly dueBy?: Date;
  readonly states?: readonly SlotState[];
  /** Only slots whose last visit was later than this. No index helps: all of the range are looked through. */
  readonly visitedAfter?: Date;
  /** Only slots that aren't settled. */
  readonly unsettled?: boolean;
  /** Only slots that aren't complete, and those a file left before it could be fetched. */
  readonly flawed?: boolean;
}

export type GlimpseFilter = Pick<SlotFilter, "flawed">;

/** A recorded slot in a few words, for pictures of long stretches: thousands cost little. */
export interface SlotGlimpse extends Pick<SlotRecord, "path" | "start" | "end" | "state" | "selection"> {
  /** Files given up, or gone before they came: gaps, whatever the state. */
  readonly lost: number;
}

export interface FileQuery {
  readonly source?: string;
  readonly status?: readonly FileStatus[];
  /** On `observedAt`; files without one match only when there is no range. */
  readonly range?: TimeRange;
  /** Only files of this slot. */
  readonly slot?: string;
  readonly limit?: number;
}

export interface SummaryQuery {
  readonly source?: string;
  /** Slots that overlap it. */
  readonly range?: TimeRange;
}

export interface Summary {
  /** Slots by state, as recorded; "unseen" is not in it. */
  readonly slots: Readonly<Record<Exclude<SlotState, "unseen">, number>>;
  readonly settled: number;
  readonly files: FileCounts;
  readonly skipped: number;
  readonly unreadable: number;
  /** The earliest `nextVisitAt`. */
  readonly nextVisitAt?: Date;
}

/** Names the lease that a writer must still hold for its writes to count. */
export interface Fence {
  readonly lease: string;
  readonly holder: string;
}

export interface RecordOptions {
  /** Checked in the transaction that writes: where one is lost, nothing is written. */
  readonly fence?: Fence | readonly Fence[];
  /** By which leases run out; adapters shared by several machines use the database's clock. Left out: they don't. */
  readonly now?: Date;
}

/**
 * The ledger. Batch calls only: one round trip per directory, never one per file. Time comes in as an argument.
 * Failures are `DaybookError`s of kind "store", or "no-space" for a full disk.
 */
export interface StateStore {
  /** Creates or migrates; a schema newer than this code rejects with kind "config". Safe to call twice. */
  open(): Promise<void>;
  /** Recorded slots of one source that overlap the range, oldest first. */
  slots(source: string, range: TimeRange, filter?: SlotFilter): AsyncIterable<SlotRecord>;
  /** The same slots in the same order, each in a few words. */
  glimpses(source: string, range: TimeRange, filter?: GlimpseFilter): AsyncIterable<SlotGlimpse>;
  /** Those of the paths that are known, by path. */
  files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>>;
  /**
   * The files of all sources whose record names one of these locations, whatever their status, in no order. It says
   * nothing of which destination they are in.
   */
  filesAt(locations: readonly string[]): Promise<FileRecord[]>;
  /**
   * All or nothing, and safe to repeat: the same changes again leave the same ledger. Records are replaced whole; the
   * counts and states of the slots touched are computed from the files, by the rule in `slotState`. A "file" or "due"
   * change whose slot isn't known, and any change that `refusalOf` refuses, rejects with kind "store" and code
   * "record-refused", and names source and path. A fence whose lease isn't held by its holder any more rejects with kind
   * "busy" and code "lease-lost", and names the lease as its path. Either way nothing of it is written.
   */
  record(changes: readonly LedgerChange[], options?: RecordOptions): Promise<void>;
  /** Files by source, observedAt and path. The ledger may change meanwhile. */
  find(query: FileQuery): AsyncIterable<FileRecord>;
  /** Counts and bytes, added up in the database. */
  summarize(query: SummaryQuery): Promise<Summary>;
  /**
   * The source's planned stretch; undefined where there is none, and where the ledger doesn't hold just as many slots of
   * that selection in it.
   */
  planned(source: string): Promise<PlannedStretch | undefined>;
  /** A path's events, oldest first. */
  events(source: string, path: string): AsyncIterable<LedgerEvent>;
  /** The messages that wait for a hook, in the order they were recorded, `limit` of them at most. */
  messages(hook: string, limit: number): Promise<OutboxMessage[]>;
  /** How many messages wait, by hook; hooks for which none does are left out. */
  backlog(): Promise<Map<string, number>>;
  /** The notes whose keys begin with the prefix, by key. */
  notes(prefix: string): Promise<LedgerNote[]>;
  /**
   * Takes or renews the lease for `ttlMs` from now; false while somebody else holds it. A ttl of 0 gives it back.
   * Adapters shared by several machines use the database's clock instead of `now`.
   */
  lease(name: string, holder: string, ttlMs: number, now: Date): Promise<boolean>;
  /** Who holds the lease, if anybody does. */
  leaseHolder(name: string, now: Date): Promise<string | undefined>;
  /** What time it is by the database, where it has a clock of its own; otherwise left out. */
  databaseTime?(): Promise<Date>;
  close(): Promise<void>;
}
