import { checkChanges, DaybookError, fencesOf, isDaybookError } from "@daybook/core";
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
import type { QueryResultRow } from "pg";
import pg from "pg";
import { Database } from "./connection/database.js";
import { toStoreError } from "./errors.js";
import type { PostgresOptions } from "./options.js";
import { paged } from "./paged.js";
import { foldChanges } from "./record/batch.js";
import { holdFences } from "./record/fences.js";
import { recordBatch } from "./record/record.js";
import type {
  EventRowRead,
  FileRowRead,
  GlimpseRow,
  MessageRow,
  NoteRow,
  PlannedRow,
  SlotRow,
  SummaryRow,
} from "./rows.js";
import {
  toEvent,
  toFileRecord,
  toGlimpse,
  toMessage,
  toNote,
  toPlanned,
  toSlotRecord,
  toSummary,
} from "./rows.js";
import { isCurrent, migrate } from "./schema/migrate.js";
import { chunks } from "./sql/bulk.js";
import { pageOfEvents } from "./sql/events.js";
import { firstPage, pageOfFiles } from "./sql/file-pages.js";
import { LOOK_UPS_PER_STATEMENT, lookUpFiles, lookUpPlaces } from "./sql/files.js";
import { giveLeaseBack, takeLease, whoHoldsLease } from "./sql/leases.js";
import { allSources } from "./sql/names.js";
import { notesStartingWith } from "./sql/notes.js";
import { backlog, firstMessages } from "./sql/outbox.js";
import { readPlanned } from "./sql/planned.js";
import { pageOfGlimpses, pageOfSlots } from "./sql/slot-pages.js";
import { summary } from "./sql/summary.js";
import { isStorable, keyOf, splitPath } from "./text.js";
import { START_OF_TIME } from "./time.js";

/**
 * The ledger in PostgreSQL 13 or newer, for any number of machines at once.
 *
 * A server that goes away is waited for, for `reconnectFor` ms a call, then the call rejects with kind "store". `record`
 * resolves once the server has confirmed the commit; where that answer is lost, it records again, which changes nothing
 * if it had got through. A login that is refused rejects with kind "auth".
 */
export class PostgresStore implements StateStore {
  readonly #database: Database;
  readonly #schema: string;
  readonly #quoted: string;
  #opening?: Promise<void>;

  constructor(options: PostgresOptions = {}) {
    this.#schema = options.schema ?? "daybook";
    this.#quoted = pg.escapeIdentifier(this.#schema);
    this.#database = new Database(options);
  }

  open(): Promise<void> {
    this.#opening ??= this.#open().catch(async (error: unknown) => {
      this.#opening = undefined;
      await this.#database.close();
      throw error;
    });
    return this.#opening;
  }

  async *slots(source: string, range: TimeRange, filter: SlotFilter = {}): AsyncIterable<SlotRecord> {
    if (!isStorable(source)) return;
    const page = (last: SlotRow | undefined, limit: number) => {
      const after = { start: last?.start_at ?? START_OF_TIME, path: last?.path ?? "" };
      const { text, values } = pageOfSlots(this.#quoted, { source, range, filter, after, limit });
      return this.#query<SlotRow>("slots", text, values);
    };
    for await (const row of paged(page)) yield toSlotRecord(source, row);
  }

  async *glimpses(source: string, range: TimeRange, filter: GlimpseFilter = {}): AsyncIterable<SlotGlimpse> {
    if (!isStorable(source)) return;
    const page = (last: GlimpseRow | undefined, limit: number) => {
      const after = { start: last?.start_at ?? START_OF_TIME, path: last?.path ?? "" };
      const { text, values } = pageOfGlimpses(this.#quoted, { source, range, filter, after, limit });
      return this.#query<GlimpseRow>("glimpses", text, values);
    };
    for await (const row of paged(page)) yield toGlimpse(row);
  }

  async files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>> {
    this.#database.refuseIfClosed("files");
    const found = new Map<string, FileRecord>();
    const wanted = [...new Set(paths)]
      .filter((path) => isStorable(path) && isStorable(source))
      .map(splitPath);
    for (const some of chunks(wanted, LOOK_UPS_PER_STATEMENT)) {
      const places = new Map<string, number>();
      for (const { directory } of some) if (!places.has(directory)) places.set(directory, places.size + 1);
      const rows = await this.#query<FileRowRead>("files", lookUpFiles(this.#quoted), [
        source,
        [...places.keys()].map(keyOf),
        some.map(({ name }) => name),
        some.map(({ directory }) => places.get(directory)),
      ]);
      for (const row of rows) found.set(row.path, toFileRecord(source, row));
    }
    return found;
  }

  async filesAt(locations: readonly string[]): Promise<FileRecord[]> {
    this.#database.refuseIfClosed("files");
    const found: FileRecord[] = [];
    for (const some of chunks([...new Set(locations)].filter(isStorable), LOOK_UPS_PER_STATEMENT)) {
      const rows = await this.#query<FileRowRead & { source: string }>("files", lookUpPlaces(this.#quoted), [
        some,
      ]);
      for (const row of rows) found.push(toFileRecord(row.source, row));
    }
    return found;
  }

  async record(changes: readonly LedgerChange[], options?: RecordOptions): Promise<void> {
    checkChanges(changes);
    const batch = foldChanges(changes);
    const fences = fencesOf(options);
    await this.#call("record", () =>
      this.#database.transaction(async (session) => {
        await holdFences(session, this.#quoted, fences);
        await recordBatch(session, this.#quoted, batch);
      }),
    );
  }

  async *find(query: FileQuery): AsyncIterable<FileRecord> {
    let { limit = Infinity } = query;
    for (const source of await this.#sources(query.source))
      for (const dated of query.range ? [true] : [true, false])
        for await (const row of this.#findIn({ ...query, source }, dated, limit)) {
          limit--;
          yield toFileRecord(source, row);
        }
  }

  async summarize(query: SummaryQuery): Promise<Summary> {
    const { text, values } = summary(this.#quoted, query);
    return toSummary(await this.#query<SummaryRow>("summarize", text, values));
  }

  async planned(source: string): Promise<PlannedStretch | undefined> {
    if (!isStorable(source)) return undefined;
    const [row] = await this.#query<PlannedRow>("planned", readPlanned(this.#quoted), [source]);
    return row && toPlanned(row);
  }

  async *events(source: string, path: string): AsyncIterable<LedgerEvent> {
    if (!isStorable(source) || !isStorable(path)) return;
    const text = pageOfEvents(this.#quoted);
    const page = (last: EventRowRead | undefined, limit: number) =>
      this.#query<EventRowRead>("events", text, [
        source,
        keyOf(path),
        last?.at ?? START_OF_TIME,
        last?.id ?? 0,
        limit,
      ]);
    for await (const row of paged(page)) yield toEvent(source, row);
  }

  async messages(hook: string, limit: number): Promise<OutboxMessage[]> {
    if (!isStorable(hook)) return [];
    return (await this.#query<MessageRow>("messages", firstMessages(this.#quoted), [hook, limit])).map(
      toMessage,
    );
  }

  async backlog(): Promise<Map<string, number>> {
    const rows = await this.#query<{ hook: string; messages: number }>("backlog", backlog(this.#quoted), []);
    return new Map(rows.map(({ hook, messages }) => [hook, messages]));
  }

  async notes(prefix: string): Promise<LedgerNote[]> {
    if (!isStorable(prefix)) return [];
    return (await this.#query<NoteRow>("notes", notesStartingWith(this.#quoted), [prefix])).map(toNote);
  }

  /** By the database's clock, which is one for all machines; `now` is not looked at. */
  async lease(name: string, holder: string, ttlMs: number, _now: Date): Promise<boolean> {
    if (ttlMs > 0) {
      const ours = await this.#query("lease", takeLease(this.#quoted), [name, holder, ttlMs]);
      return ours.length > 0;
    }
    const theirs = await this.#query("lease", giveLeaseBack(this.#quoted), [name, holder]);
    return theirs.length === 0;
  }

  async leaseHolder(name: string, _now: Date): Promise<string | undefined> {
    const [row] = await this.#query<{ holder: string }>("lease", whoHoldsLease(this.#quoted), [name]);
    return row?.holder;
  }

  async databaseTime(): Promise<Date> {
    const sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now";
    const [row] = await this.#query<{ now: number }>("time", sql, []);
    return new Date(row!.now);
  }

  /** Waits for calls under way, except those that wait for a server that is away: they end with their last failure. */
  async close(): Promise<void> {
    this.#opening = undefined;
    await this.#database.close();
  }

  async #open(): Promise<void> {
    await this.#call("open", async () => {
      if (this.#schema === "" || !isStorable(this.#schema) || Buffer.byteLength(this.#schema) > 63)
        throw new DaybookError("config", "schema must be a name of 1 to 63 bytes", { operation: "open" });
      this.#database.connect();
      const patient = false;
      const current = await this.#database.transaction((s) => isCurrent(s, this.#schema), { patient });
      if (!current) await this.#database.transaction((s) => migrate(s, this.#schema), { patient });
    });
  }

  async #sources(source: string | undefined): Promise<string[]> {
    if (source !== undefined) return isStorable(source) ? [source] : [];
    const rows = await this.#query<{ name: string }>("find", allSources(this.#quoted), []);
    return rows.map(({ name }) => name);
  }

  #findIn(query: FileQuery & { source: string }, dated: boolean, limit: number): AsyncIterable<FileRowRead> {
    const page = (last: FileRowRead | undefined, size: number) => {
      const after = last
        ? { observedAt: last.observed_at ?? START_OF_TIME, path: last.path }
        : firstPage(query);
      const { text, values } = pageOfFiles(this.#quoted, { query, dated, after, limit: size });
      return this.#query<FileRowRead>("find", text, values);
    };
    return paged(page, limit);
  }

  #query<R extends QueryResultRow>(
    operation: string,
    text: string,
    values: readonly unknown[],
  ): Promise<R[]> {
    return this.#call(operation, () => this.#database.query<R>(text, values));
  }

  async #call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isDaybookError(error) ? error : toStoreError(error, operation);
    }
  }
}
