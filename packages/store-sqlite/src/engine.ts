import type { Db } from "./database.js";
import { openDatabase } from "./database.js";
import type { EventCursor } from "./events.js";
import { readEvents } from "./events.js";
import type { FindCursor, FindPage, FindRequest } from "./find.js";
import { findPage } from "./find.js";
import { holds, lease, leaseHolder } from "./leases.js";
import { readNotes } from "./notes.js";
import { readFiles } from "./read-files.js";
import { readFilesAt } from "./read-files-at.js";
import { readBacklog, readMessages } from "./outbox.js";
import { readPlanned } from "./planned.js";
import type { GlimpsePage, GlimpseQuery } from "./read-glimpses.js";
import { readGlimpses } from "./read-glimpses.js";
import type { SlotQuery } from "./read-slots.js";
import { readSlots } from "./read-slots.js";
import { Recording } from "./record.js";
import { refuseFullDisk } from "./room.js";
import type {
  ChangeRow,
  EventRow,
  FenceRow,
  FileRow,
  MessageRow,
  NoteRow,
  PlannedRow,
  SlotRow,
} from "./rows.js";
import { Statements } from "./statements.js";
import type { Sums, SummaryRequest } from "./summarize.js";
import { summarize } from "./summarize.js";

/** What the worker answers: every call is synchronous, short or not. Arguments and results are plain data. */
export class Engine {
  readonly #db: Db;
  readonly #sql: Statements;

  constructor(path: string) {
    this.#db = openDatabase(path);
    this.#sql = new Statements(this.#db);
  }

  /** Returns once the ledger is open; the constructor has seen to that. */
  ready(): void {}

  /** The first fence whose lease is lost; nothing is written then. */
  record(
    changes: readonly ChangeRow[],
    fences: readonly FenceRow[],
    now: number | null,
  ): FenceRow | undefined {
    return this.#write(() => {
      const lost = fences.find((fence) => !holds(this.#sql, fence, now));
      if (!lost) new Recording(this.#sql).apply(changes);
      return lost;
    });
  }

  files(source: string, paths: readonly string[]): FileRow[] {
    return this.#read(() => readFiles(this.#sql, source, paths));
  }

  filesAt(locations: readonly string[]): FileRow[] {
    return this.#read(() => readFilesAt(this.#sql, locations));
  }

  slots(query: SlotQuery): SlotRow[] {
    return this.#read(() => readSlots(this.#sql, query));
  }

  planned(source: string): PlannedRow | undefined {
    return readPlanned(this.#sql, source);
  }

  glimpses(query: GlimpseQuery): GlimpsePage {
    return this.#read(() => readGlimpses(this.#sql, query));
  }

  find(request: FindRequest, limit: number, cursor?: FindCursor): FindPage {
    return this.#read(() => findPage(this.#sql, request, limit, cursor));
  }

  summarize(request: SummaryRequest): Sums {
    return this.#read(() => summarize(this.#sql, request));
  }

  events(
    source: string,
    path: string,
    limit: number,
    cursor?: EventCursor,
  ): { rows: EventRow[]; next?: EventCursor } {
    return readEvents(this.#sql, source, path, limit, cursor);
  }

  messages(hook: string, limit: number): MessageRow[] {
    return readMessages(this.#sql, hook, limit);
  }

  backlog(): [hook: string, messages: number][] {
    return readBacklog(this.#sql);
  }

  notes(prefix: string): NoteRow[] {
    return readNotes(this.#sql, prefix);
  }

  lease(name: string, holder: string, ttlMs: number, now: number): boolean {
    return this.#write(() => lease(this.#sql, name, holder, ttlMs, now));
  }

  leaseHolder(name: string, now: number): string | null {
    return leaseHolder(this.#sql, name, now);
  }

  close(): void {
    this.#db.close();
  }

  /** One view of the ledger for many queries, and one lock for all of them, which is most of a short query's cost. */
  #read<T>(work: () => T): T {
    return this.#db.transaction(work).deferred();
  }

  /** Begins as a write: a transaction that reads first can fail at once when another process writes meanwhile. */
  #write<T>(work: () => T): T {
    refuseFullDisk(this.#db.name);
    return this.#db.transaction(work).immediate();
  }
}
