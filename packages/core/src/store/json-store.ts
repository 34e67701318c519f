import { resolve } from "node:path";
import type { Plugin } from "../di/tokens.js";
import { StateStoreToken } from "../di/tokens.js";
import { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import type { LedgerNote } from "./ledger-note.js";
import { checkChanges } from "./check-changes.js";
import { JsonFile } from "./json-file.js";
import type { MemoryLedger } from "./memory-ledger.js";
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

export interface JsonStoreOptions {
  /** The ledger's file; it and its folder are made if need be. */
  readonly path: string;
}

/** One change of the ledger, waiting for its turn. */
interface Job {
  /** Whether the ledger differs afterwards. */
  run(ledger: MemoryLedger): boolean;
  done(): void;
  fail(error: unknown): void;
}

/**
 * The ledger in one JSON file that people can read, for small jobs: all of it is in memory, and written whole with
 * every `record` (those made at the same time share a write). Past some ten thousand files use SQLite.
 *
 * What was acknowledged is on disk, synced. Processes that share a local file system may share the file: they take
 * turns by a lock file beside it, and each sees what the others wrote. A lock left behind by a killed process is taken
 * over on the same host; one from another host has to be deleted by hand, as the error says.
 */
export class JsonStore implements StateStore {
  readonly #file: JsonFile;
  #open = false;
  #waiting: Job[] = [];
  #writing: Promise<void> | undefined;

  constructor({ path }: JsonStoreOptions) {
    this.#file = new JsonFile(path);
  }

  async open(): Promise<void> {
    await this.#file.create();
    this.#open = true;
  }

  async *slots(source: string, range: TimeRange, filter?: SlotFilter): AsyncIterable<SlotRecord> {
    yield* (await this.#read("slots")).slots(source, range, filter);
  }

  async *glimpses(source: string, range: TimeRange, filter?: GlimpseFilter): AsyncIterable<SlotGlimpse> {
    yield* (await this.#read("glimpses")).glimpses(source, range, filter);
  }

  async files(source: string, paths: readonly string[]): Promise<Map<string, FileRecord>> {
    return (await this.#read("files")).files(source, paths);
  }

  async filesAt(locations: readonly string[]): Promise<FileRecord[]> {
    return (await this.#read("files")).filesAt(locations);
  }

  async record(changes: readonly LedgerChange[], options?: RecordOptions): Promise<void> {
    checkChanges(changes);
    await this.#change("record", (ledger) => {
      ledger.record(changes, options);
      return changes.length > 0;
    });
  }

  async *find(query: FileQuery): AsyncIterable<FileRecord> {
    yield* (await this.#read("find")).find(query);
  }

  async summarize(query: SummaryQuery): Promise<Summary> {
    return (await this.#read("summarize")).summarize(query);
  }

  async planned(source: string): Promise<PlannedStretch | undefined> {
    return (await this.#read("planned")).planned(source);
  }

  async *events(source: string, path: string): AsyncIterable<LedgerEvent> {
    yield* (await this.#read("events")).events(source, path);
  }

  async messages(hook: string, limit: number): Promise<OutboxMessage[]> {
    return (await this.#read("messages")).outbox.first(hook, limit);
  }

  async backlog(): Promise<Map<string, number>> {
    return (await this.#read("backlog")).outbox.backlog();
  }

  async notes(prefix: string): Promise<LedgerNote[]> {
    return (await this.#read("notes")).notes.startingWith(prefix);
  }

  async lease(name: string, holder: string, ttlMs: number, now: Date): Promise<boolean> {
    let taken = false;
    await this.#change("lease", (ledger) => (taken = ledger.leases.take(name, holder, ttlMs, now)));
    return taken;
  }

  async leaseHolder(name: string, now: Date): Promise<string | undefined> {
    return (await this.#read("lease")).leases.holder(name, now);
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#writing;
  }

  async #read(operation: string): Promise<MemoryLedger> {
    this.#refuseUnlessOpen(operation);
    // During a write the file would have to be read anew for each look at it.
    await this.#writing;
    return this.#file.read();
  }

  async #change(operation: string, run: Job["run"]): Promise<void> {
    this.#refuseUnlessOpen(operation);
    await new Promise<void>((done, fail) => {
      this.#waiting.push({ run, done, fail });
      this.#writing ??= this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    // What is asked for in the same turn of the event loop shares the first write; what comes during one, the next.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      let jobs: Job[] = [];
      try {
        await this.#file.change((ledger) => {
          jobs = this.#waiting.splice(0);
          return runAll(jobs, ledger);
        });
        for (const job of jobs) job.done();
      } catch (error) {
        for (const job of jobs.length > 0 ? jobs : this.#waiting.splice(0)) job.fail(error);
      }
    }
    this.#writing = undefined;
  }

  #refuseUnlessOpen(operation: string): void {
    if (this.#open) return;
    throw new DaybookError("store", "the ledger is not open; call open() first", { retry: "no", operation });
  }
}

/** One that is refused fails alone. */
function runAll(jobs: readonly Job[], ledger: MemoryLedger): boolean {
  let changed = false;
  for (const job of jobs) {
    try {
      changed = job.run(ledger) || changed;
    } catch (error) {
      job.fail(error);
    }
  }
  return changed;
}

/** The ledger in one JSON file; the same file is opened once. */
export function jsonStore(options: JsonStoreOptions): Plugin<StateStore> {
  const key = `json:${resolve(options.path)}`;
  return { name: "json", provides: StateStoreToken, key, create: () => new JsonStore(options) };
}
