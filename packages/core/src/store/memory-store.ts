import type { Plugin } from "../di/tokens.js";
import { StateStoreToken } from "../di/tokens.js";
import { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { checkChanges } from "./check-changes.js";
import type { LedgerNote } from "./ledger-note.js";
import { MemoryLedger } from "./memory-ledger.js";
import type { OutboxMessage } from "./outbox-message.js";
import type {
  FileQuery,
  FileRecord,
  GlimpseFilter,
  LedgerChange,
  LedgerEvent,
  PlannedStretch,
  RecordOptions,
  SlotFilter,
  SlotGlimpse,
  SlotRecord,
  StateStore,
  Summary,
  SummaryQuery,
} from "./state-store.js";

/**
 * A ledger that lives as long as this object: for tests and trials. Closed and opened again it still holds what was
 * recorded. What it returns are copies.
 */
export class MemoryStore implements StateStore {
  readonly #ledger = new MemoryLedger();
  #open = false;

  async open(): Promise<void> {
    this.#open = true;
  }

  async *slots(source: string, range: TimeRange, filter?: SlotFilter): AsyncIterable<SlotRecord> {
    yield* this.#opened("slots").slots(source, range, filter);
  }

  async *glimpses(source: string, range: TimeRange, filter?: GlimpseFilter): AsyncIterable<SlotGlimpse> {
    yield* this.#opened("glimpses").glimpses(source, range, filter);
  }

  async files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>> {
    return this.#opened("files").files(source, paths);
  }

  async filesAt(locations: readonly string[]): Promise<FileRecord[]> {
    return this.#opened("files").filesAt(locations);
  }

  async record(changes: readonly LedgerChange[], options?: RecordOptions): Promise<void> {
    checkChanges(changes);
    this.#opened("record").record(changes, options);
  }

  async *find(query: FileQuery): AsyncIterable<FileRecord> {
    yield* this.#opened("find").find(query);
  }

  async summarize(query: SummaryQuery): Promise<Summary> {
    return this.#opened("summarize").summarize(query);
  }

  async planned(source: string): Promise<PlannedStretch | undefined> {
    return this.#opened("planned").planned(source);
  }

  async *events(source: string, path: string): AsyncIterable<LedgerEvent> {
    yield* this.#opened("events").events(source, path);
  }

  async messages(hook: string, limit: number): Promise<OutboxMessage[]> {
    return this.#opened("messages").outbox.first(hook, limit);
  }

  async backlog(): Promise<Map<string, number>> {
    return this.#opened("backlog").outbox.backlog();
  }

  async notes(prefix: string): Promise<LedgerNote[]> {
    return this.#opened("notes").notes.startingWith(prefix);
  }

  async lease(name: string, holder: string, ttlMs: number, now: Date): Promise<boolean> {
    return this.#opened("lease").leases.take(name, holder, ttlMs, now);
  }

  async leaseHolder(name: string, now: Date): Promise<string | undefined> {
    return this.#opened("lease").leases.holder(name, now);
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  #opened(operation: string): MemoryLedger {
    if (this.#open) return this.#ledger;
    throw new DaybookError("store", "the ledger is not open; call open() first", { retry: "no", operation });
  }
}

/** Keeps the ledger in memory only. Hand in a store to go on with what it holds. */
export function memoryStore(store = new MemoryStore()): Plugin<StateStore> {
  return { name: "memory", provides: StateStoreToken, create: () => store };
}
