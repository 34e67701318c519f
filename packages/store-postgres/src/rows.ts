import { smallest } from "@daybook/core";
import type {
  FileRecord,
  FileStatus,
  LedgerEvent,
  LedgerNote,
  ListingOutcome,
  OutboxMessage,
  PlannedStretch,
  SlotGlimpse,
  SlotRecord,
  Summary,
} from "@daybook/core";

import { readableSize } from "@daybook/core";

type Nullable<T> = { [K in keyof T]: T[K] | null };

const date = (ms: number | null): Date | undefined =>
  ms === null || !Number.isSafeInteger(ms) ? undefined : new Date(ms);

/** Sums of sizes that a server made up are told as the most a number can be. */
const sum = (bytes: number): number => Math.max(0, Math.min(bytes, Number.MAX_SAFE_INTEGER));

export interface SlotRow extends Nullable<{
  ended_at: number;
  listed_at: number;
  next_visit_at: number;
  reason: string;
  selection: string;
}> {
  path: string;
  start_at: number;
  listing: ListingOutcome;
  visited_at: number;
  closed: boolean;
  failures: number;
  skipped: number;
  skipped_names: string[];
  unreadable: number;
  unreadable_names: string[];
  lacking: number;
  lacking_names: string[];
  pending: number;
  stored: number;
  quarantined: number;
  gone: number;
  expired: number;
  bytes: number;
  state: SlotRecord["state"];
  settled: boolean;
}

export interface GlimpseRow extends Pick<SlotRow, "path" | "start_at" | "ended_at" | "state" | "selection"> {
  lost: number;
}

export function toGlimpse({ path, start_at, ended_at, state, selection, lost }: GlimpseRow): SlotGlimpse {
  const [start, end] = [new Date(start_at), date(ended_at)];
  return { path, start, end, state, selection: selection ?? undefined, lost };
}

export function toSlotRecord(source: string, row: SlotRow): SlotRecord {
  const { pending, stored, quarantined, gone, expired } = row;
  return {
    source,
    path: row.path,
    start: new Date(row.start_at),
    end: date(row.ended_at),
    listing: row.listing,
    visitedAt: new Date(row.visited_at),
    listedAt: date(row.listed_at),
    closed: row.closed,
    nextVisitAt: date(row.next_visit_at),
    failures: row.failures,
    reason: row.reason ?? undefined,
    selection: row.selection ?? undefined,
    skipped: { count: row.skipped, names: row.skipped_names },
    unreadable: { count: row.unreadable, names: row.unreadable_names },
    lacking: row.lacking > 0 ? { count: row.lacking, names: row.lacking_names } : undefined,
    state: row.state,
    settled: row.settled,
    files: { pending, stored, quarantined, gone, expired, bytes: sum(row.bytes) },
  };
}

export interface FileRowRead extends Nullable<{
  observed_at: number;
  size: number;
  modified_at: number;
  sha256: string;
  location: string;
  stored_at: number;
  next_attempt_at: number;
  reason: string;
  encoding: string;
  stored_size: number;
  wanted_at: number;
}> {
  source: string;
  path: string;
  slot: string;
  status: FileStatus;
  first_seen_at: number;
  version: number;
  attempts: number;
}

export function toFileRecord(source: string, row: FileRowRead): FileRecord {
  return {
    source,
    path: row.path,
    slot: row.slot,
    observedAt: date(row.observed_at),
    status: row.status,
    size: readableSize(row.size),
    modifiedAt: date(row.modified_at),
    firstSeenAt: new Date(row.first_seen_at),
    sha256: row.sha256 ?? undefined,
    location: row.location ?? undefined,
    storedAt: date(row.stored_at),
    version: row.version,
    attempts: row.attempts,
    nextAttemptAt: date(row.next_attempt_at),
    reason: row.reason ?? undefined,
    encoding: row.encoding ?? undefined,
    storedSize: readableSize(row.stored_size),
    wantedAt: date(row.wanted_at),
  };
}

export interface EventRowRead {
  id: number;
  path: string;
  at: number;
  what: string;
  detail: string | null;
}

export function toEvent(source: string, { path, at, what, detail }: EventRowRead): LedgerEvent {
  return { source, path, at: new Date(at), what, ...(detail === null ? {} : { detail }) };
}

export interface MessageRow {
  hook: string;
  id: string;
  key: string;
  at: number;
  body: string;
}

export function toMessage({ hook, id, key, at, body }: MessageRow): OutboxMessage {
  return { hook, id, key, at: new Date(at), body };
}

export interface NoteRow {
  key: string;
  value: string;
  at: number;
}

export function toNote({ key, value, at }: NoteRow): LedgerNote {
  return { key, value, at: new Date(at) };
}

export interface PlannedRow {
  layout: string;
  selection: string;
  start_at: number;
  end_at: number;
  slots: number;
}

export function toPlanned({ layout, selection, start_at, end_at, slots }: PlannedRow): PlannedStretch {
  return { layout, selection, start: new Date(start_at), end: new Date(end_at), slots };
}

export interface SummaryRow {
  state: SlotRecord["state"];
  slots: number;
  settled: number;
  pending: number;
  stored: number;
  quarantined: number;
  gone: number;
  expired: number;
  bytes: number;
  skipped: number;
  unreadable: number;
  next_visit_at: number | null;
}

export function toSummary(rows: readonly SummaryRow[]): Summary {
  const slots = { open: 0, failed: 0, partial: 0, incomplete: 0, complete: 0, empty: 0, missing: 0 };
  for (const row of rows) slots[row.state] = row.slots;
  const total = (pick: (row: SummaryRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  const due = rows.flatMap((row) => row.next_visit_at ?? []);
  return {
    slots,
    settled: total((row) => row.settled),
    files: {
      pending: total((row) => row.pending),
      stored: total((row) => row.stored),
      quarantined: total((row) => row.quarantined),
      gone: total((row) => row.gone),
      expired: total((row) => row.expired),
      bytes: sum(total((row) => row.bytes)),
    },
    skipped: total((row) => row.skipped),
    unreadable: total((row) => row.unreadable),
    nextVisitAt: due.length > 0 ? new Date(smallest(due)) : undefined,
  };
}
