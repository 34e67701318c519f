import { refusedHere } from "./failure.js";
import { putNote } from "./notes.js";
import { addMessage, removeMessage } from "./outbox.js";
import { putPlanned } from "./planned.js";
import type { ChangeRow, EventRow, FileRow, VisitRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

interface SourceInfo {
  readonly id: number;
  longestSlot: number;
}

interface Directory {
  readonly id: number;
  prefix: string | null;
  /** The same path under other slots: a file moves here from there. */
  readonly elsewhere: readonly { readonly id: number; readonly slotId: number }[];
}

/** A slot without an end counts as longer than any range is old. */
const ENDLESS = TIMELESS;

/** Of sizes that a server made up: sums of them stay what a column can hold, and are told as the most a number can be. */
const LARGEST = 2 ** 62;
const bounded = (n: number): number => Math.max(-LARGEST, Math.min(LARGEST, n));

/** 1, in place of a location that is its directory's prefix and the name. As a number it would become a float. */
const AS_PREFIX = 1n;

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * The changes of one call, applied within one transaction; made anew for each, so that what it remembers of other
 * processes' rows can't be stale. A slot's counts move by what its files were and are now: repeating a change moves
 * nothing, and a directory of a million files costs no more than a small one.
 */
export class Recording {
  readonly #sql: Statements;
  readonly #sources = new Map<string, SourceInfo>();
  readonly #slots = new Map<string, number>();
  readonly #directories = new Map<string, Directory>();
  readonly #deltas = new Map<
    number,
    [pending: number, stored: number, quarantined: number, gone: number, expired: number, bytes: number]
  >();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  apply(changes: readonly ChangeRow[]): void {
    for (const { kind, row } of changes) {
      if (kind === "file") this.#file(row);
      else if (kind === "visit") this.#visit(row);
      else if (kind === "due") this.#due(...row);
      else if (kind === "event") this.#event(row);
      else if (kind === "message") addMessage(this.#sql, row);
      else if (kind === "note") putNote(this.#sql, row);
      else if (kind === "planned") putPlanned(this.#sql, this.#source(row[0]).id, row[1]);
      else removeMessage(this.#sql, row);
    }
    for (const [slot, delta] of this.#deltas)
      if (delta.some((n) => n !== 0)) this.#sql.run(ADD_TO_SLOT, ...delta.map(bounded), slot);
  }

  #visit([source, path, start, end, ...rest]: VisitRow): void {
    const info = this.#source(source);
    const length = end === null ? ENDLESS : end - start;
    if (length > info.longestSlot) {
      this.#sql.run("UPDATE sources SET longest_slot = max(longest_slot, ?) WHERE id = ?", length, info.id);
      info.longestSlot = length;
    }
    this.#sql.run(UPSERT_SLOT, info.id, path, start, end, ...rest);
  }

  #due(source: string, path: string, at: number): void {
    const slot = this.#slot(source, path);
    this.#sql.run(
      "UPDATE slots SET next_visit_at = min(ifnull(next_visit_at, ?), ?) WHERE id = ?",
      at,
      at,
      slot,
    );
  }

  #file(row: FileRow): void {
    const [
      source,
      path,
      slotPath,
      observedAt,
      status,
      size,
      modifiedAt,
      firstSeenAt,
      sha256,
      location,
      ...rest
    ] = row;
    const slot = this.#slot(source, slotPath);
    const cut = path.lastIndexOf("/") + 1;
    const name = path.slice(cut);
    const directory = this.#directory(source, slot, path.slice(0, cut));
    for (const other of directory.elsewhere) {
      const left = this.#before(other.id, name);
      if (!left) continue;
      this.#sql.run("DELETE FROM files WHERE directory_id = ? AND name = ?", other.id, name);
      this.#count(other.slotId, left, -1);
    }
    const before = this.#before(directory.id, name);
    if (before) this.#count(slot, before, -1);
    this.#count(slot, [status, size], 1);
    this.#sql.run(
      UPSERT_FILE,
      directory.id,
      name,
      this.#source(source).id,
      observedAt ?? TIMELESS,
      status,
      size,
      modifiedAt,
      firstSeenAt,
      sha256 !== null && SHA256.test(sha256) ? Buffer.from(sha256, "hex") : sha256,
      location === null ? null : this.#shortened(directory, location, name),
      ...rest,
    );
  }

  #event([source, ...event]: EventRow): void {
    const id = this.#source(source).id;
    if (!this.#sql.get(SAME_EVENT, id, ...event)) this.#sql.run(INSERT_EVENT, id, ...event);
  }

  #before(directory: number, name: string): [status: number, size: number | null] | undefined {
    return this.#sql.get(
      "SELECT status, size FROM files WHERE directory_id = ? AND name = ?",
      directory,
      name,
    );
  }

  #count(slot: number, [status, size]: readonly [number, number | null], sign: 1 | -1): void {
    let delta = this.#deltas.get(slot);
    if (!delta) this.#deltas.set(slot, (delta = [0, 0, 0, 0, 0, 0]));
    delta[status]! += sign;
    if (status === 1) delta[5] += sign * (size ?? 0);
  }

  /** The first location that ends in its file's name sets the directory's prefix. */
  #shortened(directory: Directory, location: string, name: string): string | bigint {
    if (directory.prefix === null && location.endsWith(name)) {
      directory.prefix = location.slice(0, location.length - name.length);
      this.#sql.run("UPDATE directories SET prefix = ? WHERE id = ?", directory.prefix, directory.id);
    }
    return directory.prefix !== null && location === directory.prefix + name ? AS_PREFIX : location;
  }

  #source(name: string): SourceInfo {
    let source = this.#sources.get(name);
    if (!source) {
      const [id, longestSlot] = this.#sql.get<[number, number]>(SELECT_SOURCE, name) ?? [
        this.#sql.get<[number]>("INSERT INTO sources (name) VALUES (?) RETURNING id", name)![0],
        0,
      ];
      this.#sources.set(name, (source = { id, longestSlot }));
    }
    return source;
  }

  #slot(source: string, path: string): number {
    const key = `${source}\0${path}`;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#sql.get<[number]>(
        "SELECT id FROM slots WHERE source_id = ? AND path = ?",
        this.#source(source).id,
        path,
      )?.[0];
      if (slot === undefined)
        throw refusedHere("the slot isn't in the ledger; record a visit to it first", { source, path });
      this.#slots.set(key, slot);
    }
    return slot;
  }

  #directory(source: string, slot: number, path: string): Directory {
    const key = `${slot}\0${path}`;
    let directory = this.#directories.get(key);
    if (!directory) {
      const sourceId = this.#source(source).id;
      const known = this.#sql.all<[id: number, slot: number, prefix: string | null]>(
        "SELECT id, slot_id, prefix FROM directories WHERE source_id = ? AND path = ?",
        sourceId,
        path,
      );
      const own = known.find(([, slotId]) => slotId === slot);
      const [id, , prefix] = own ?? [
        this.#sql.get<[number]>(INSERT_DIRECTORY, sourceId, slot, path)![0],
        slot,
        null,
      ];
      // What is remembered of the same path under other slots doesn't know of this one.
      if (!own && known.length > 0) this.#directories.clear();
      const elsewhere = known.filter((d) => d[0] !== id).map(([other, slotId]) => ({ id: other, slotId }));
      this.#directories.set(key, (directory = { id, prefix, elsewhere }));
    }
    return directory;
  }
}

const SELECT_SOURCE = "SELECT id, longest_slot FROM sources WHERE name = ?";
const INSERT_DIRECTORY = "INSERT INTO directories (source_id, slot_id, path) VALUES (?, ?, ?) RETURNING id";

const ADD_TO_SLOT = `UPDATE slots SET pending = pending + ?, stored = stored + ?, quarantined = quarantined + ?,
  gone = gone + ?, expired = expired + ?, bytes = max(-${LARGEST}, min(${LARGEST}, bytes + ?)) WHERE id = ?`;

const UPSERT_SLOT = `INSERT INTO slots (source_id, path, start_at, end_at, listing, visited_at, listed_at, closed,
    next_visit_at, failures, reason, selection, skipped, skipped_names, unreadable, unreadable_names, lacking,
    lacking_names)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (source_id, path) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at,
    listing = excluded.listing, visited_at = excluded.visited_at, listed_at = excluded.listed_at,
    closed = excluded.closed, next_visit_at = excluded.next_visit_at, failures = excluded.failures,
    reason = excluded.reason, selection = excluded.selection, skipped = excluded.skipped, skipped_names = excluded.skipped_names,
    unreadable = excluded.unreadable, unreadable_names = excluded.unreadable_names,
    lacking = excluded.lacking, lacking_names = excluded.lacking_names`;

const UPSERT_FILE = `INSERT INTO files (directory_id, name, source_id, observed_at, status, size, modified_at,
    first_seen_at, sha256, location, stored_at, version, attempts, next_attempt_at, reason, encoding, stored_size,
    wanted_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (directory_id, name) DO UPDATE SET observed_at = excluded.observed_at, status = excluded.status,
    size = excluded.size, modified_at = excluded.modified_at, first_seen_at = excluded.first_seen_at,
    sha256 = excluded.sha256, location = excluded.location, stored_at = excluded.stored_at,
    version = excluded.version, attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
    reason = excluded.reason, encoding = excluded.encoding, stored_size = excluded.stored_size,
    wanted_at = excluded.wanted_at`;

const SAME_EVENT =
  "SELECT 1 FROM events WHERE source_id = ? AND path = ? AND at = ? AND what = ? AND detail IS ?";
const INSERT_EVENT = "INSERT INTO events (source_id, path, at, what, detail) VALUES (?, ?, ?, ?, ?)";
