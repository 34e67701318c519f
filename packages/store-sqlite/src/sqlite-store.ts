import { dirname } from "node:path";
import type {
  FileQuery,
  FileRecord,
  GlimpseFilter,
  LedgerChange,
  LedgerEvent,
  LedgerNote,
  OutboxMessage,
  PlannedStretch,
  RecordOptions,
  SlotFilter,
  SlotGlimpse,
  SlotRecord,
  StateStore,
  Summary,
  SummaryQuery,
  TimeRange,
} from "@daybook/core";
import { checkChanges, DaybookError, fencesOf, leaseLost, makeFolder } from "@daybook/core";
import { failureOf } from "./errors.js";
import type { EventCursor } from "./events.js";
import type { FindCursor, FindRequest } from "./find.js";
import type { SqliteStoreOptions } from "./options.js";
import type { FenceRow } from "./rows.js";
import type { GlimpsePage } from "./read-glimpses.js";
import { pageToGlimpses } from "./read-glimpses.js";
import {
  changeToRow,
  rowToEvent,
  rowToFile,
  rowToMessage,
  rowToNote,
  rowToPlanned,
  rowToSlot,
  STATUSES,
} from "./rows.js";
import { toSummary } from "./summary.js";
import { WorkerClient } from "./worker-client.js";

/** Rows per message: what reading them holds up the event loop for is a millisecond or two. */
const PAGE = 1_000;
/** The same, of what costs a part of that. */
const GLIMPSES = 2 * PAGE;
/** Each is looked for under all the names that it could end in. */
const PLACES = 200;

/**
 * The ledger in one SQLite file. Several processes of one machine may share it; a file on a network drive is not safe.
 * SQLite runs in a thread of its own, so that a slow call never holds up the event loop.
 *
 * What `record` has acknowledged survives a crash or kill of the process. A power cut may take the last transactions,
 * never the file.
 */
export class SqliteStore implements StateStore {
  readonly #path: string;
  #client: Promise<WorkerClient> | undefined;

  constructor({ path }: SqliteStoreOptions) {
    this.#path = path;
  }

  async open(): Promise<void> {
    const opening = (this.#client ??= this.#start());
    try {
      await opening;
    } catch (error) {
      if (this.#client === opening) this.#client = undefined;
      throw error;
    }
  }

  async *slots(source: string, range: TimeRange, filter: SlotFilter = {}): AsyncIterable<SlotRecord> {
    const client = await this.#opened("slots");
    const query = {
      source,
      start: range.start.getTime(),
      end: range.end?.getTime() ?? null,
      dueBy: filter.dueBy?.getTime() ?? null,
      visitedAfter: filter.visitedAfter?.getTime() ?? null,
      states: filter.states ? [...filter.states] : null,
      unsettled: filter.unsettled ?? false,
      flawed: filter.flawed ?? false,
      limit: PAGE,
    };
    let after: readonly [number, string] | undefined;
    do {
      const rows = await client.call("slots", { ...query, after });
      const last = rows.at(-1);
      after = last && rows.length === PAGE ? [last[2], last[1]] : undefined;
      for (const row of rows) yield rowToSlot(row);
    } while (after);
  }

  async *glimpses(
    source: string,
    range: TimeRange,
    { flawed = false }: GlimpseFilter = {},
  ): AsyncIterable<SlotGlimpse> {
    const client = await this.#opened("glimpses");
    const { start, end } = { start: range.start.getTime(), end: range.end?.getTime() ?? null };
    const ask = (after?: readonly [number, string]) =>
      client.call("glimpses", { source, start, end, flawed, after, limit: GLIMPSES });
    let coming: Promise<GlimpsePage> | undefined = ask();
    while (coming) {
      const glimpses = pageToGlimpses(await coming);
      const last = glimpses.at(-1);
      // The thread reads the next page while this one is looked at.
      coming = last && glimpses.length === GLIMPSES ? ask([last.start.getTime(), last.path]) : undefined;
      coming?.catch(() => undefined);
      // One by one: "yield*" would cost three times as much.
      for (const glimpse of glimpses) yield glimpse;
    }
  }

  async files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>> {
    const client = await this.#opened("files");
    const found = new Map<string, FileRecord>();
    for (let at = 0; at < paths.length; at += PAGE) {
      const rows = await client.call("files", source, paths.slice(at, at + PAGE));
      for (const row of rows) found.set(row[1], rowToFile(row));
    }
    return found;
  }

  async filesAt(locations: readonly string[]): Promise<FileRecord[]> {
    const client = await this.#opened("files");
    const found: FileRecord[] = [];
    for (let i = 0; i < locations.length; i += PLACES)
      for (const row of await client.call("filesAt", locations.slice(i, i + PLACES)))
        found.push(rowToFile(row));
    return found;
  }

  async record(changes: readonly LedgerChange[], options: RecordOptions = {}): Promise<void> {
    checkChanges(changes);
    const rows = changes.map(changeToRow);
    const fences = fencesOf(options).map(({ lease, holder }): FenceRow => [lease, holder]);
    const client = await this.#opened("record");
    const lost = await client.call("record", rows, fences, options.now?.getTime() ?? null);
    if (lost) throw leaseLost({ lease: lost[0], holder: lost[1] });
  }

  async *find(query: FileQuery): AsyncIterable<FileRecord> {
    const client = await this.#opened("find");
    const request: FindRequest = {
      source: query.source ?? null,
      statuses: (query.status ?? STATUSES).reduce(
        (bits, status) => bits | (1 << STATUSES.indexOf(status)),
        0,
      ),
      start: query.range?.start.getTime() ?? null,
      end: query.range?.end?.getTime() ?? null,
      slot: query.slot ?? null,
    };
    let cursor: FindCursor | undefined;
    for (let left = query.limit ?? Infinity; left > 0;) {
      const page = await client.call("find", request, Math.min(left, PAGE), cursor);
      for (const row of page.rows) yield rowToFile(row);
      if (!page.next) return;
      left -= page.rows.length;
      cursor = page.next;
    }
  }

  async summarize({ source, range }: SummaryQuery): Promise<Summary> {
    const client = await this.#opened("summarize");
    const start = range?.start.getTime() ?? null;
    const end = range?.end?.getTime() ?? null;
    return toSummary(await client.call("summarize", { source: source ?? null, start, end }));
  }

  async planned(source: string): Promise<PlannedStretch | undefined> {
    const client = await this.#opened("planned");
    const row = await client.call("planned", source);
    return row && rowToPlanned(row);
  }

  async *events(source: string, path: string): AsyncIterable<LedgerEvent> {
    const client = await this.#opened("events");
    let cursor: EventCursor | undefined;
    do {
      const page = await client.call("events", source, path, PAGE, cursor);
      for (const row of page.rows) yield rowToEvent(row);
      cursor = page.next;
    } while (cursor);
  }

  async messages(hook: string, limit: number): Promise<OutboxMessage[]> {
    const client = await this.#opened("messages");
    return (await client.call("messages", hook, limit)).map(rowToMessage);
  }

  async backlog(): Promise<Map<string, number>> {
    const client = await this.#opened("backlog");
    return new Map(await client.call("backlog"));
  }

  async notes(prefix: string): Promise<LedgerNote[]> {
    const client = await this.#opened("notes");
    return (await client.call("notes", prefix)).map(rowToNote);
  }

  async lease(name: string, holder: string, ttlMs: number, now: Date): Promise<boolean> {
    const client = await this.#opened("lease");
    return client.call("lease", name, holder, ttlMs, now.getTime());
  }

  async leaseHolder(name: string, now: Date): Promise<string | undefined> {
    const client = await this.#opened("lease");
    return (await client.call("leaseHolder", name, now.getTime())) ?? undefined;
  }

  /** Answers what was asked before first. */
  async close(): Promise<void> {
    const closing = this.#client;
    this.#client = undefined;
    const client = await closing?.catch(() => undefined);
    await client?.call("close");
  }

  async #start(): Promise<WorkerClient> {
    this.#makeFolder();
    const client = new WorkerClient({ path: this.#path });
    try {
      await client.call("ready");
      return client;
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  #makeFolder(): void {
    if (this.#path === ":memory:") return;
    try {
      makeFolder(dirname(this.#path));
    } catch (error) {
      const { kind, detail, ...options } = failureOf(error, this.#path);
      throw new DaybookError(kind, detail, { operation: "open", cause: error, ...options });
    }
  }

  #opened(operation: string): Promise<WorkerClient> {
    if (this.#client) return this.#client;
    throw new DaybookError("store", "the ledger is not open; call open() first", { retry: "no", operation });
  }
}
