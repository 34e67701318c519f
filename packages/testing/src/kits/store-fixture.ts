import assert from "node:assert/strict";
import type { FileRecord, LedgerChange, LedgerEvent, SlotVisit, StateStore } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import type { ContractCase } from "./contract-case.js";

/** What one case of `storeCases` is given: an empty ledger of its own. */
export interface StoreFixture {
  /** Opened, with nothing in it. */
  readonly store: StateStore;
  /** Closes the store and opens the same ledger again; left out where nothing outlives a close. */
  readonly reopen?: () => Promise<StateStore>;
}

/** What a store declares about itself; decides which cases apply. */
export interface StoreTraits {
  /** Whether the ledger outlives a close; then the fixture has `reopen`. */
  readonly persistent: boolean;
  /** Which clock leases expire by: the `now` they are handed, or the database's own. */
  readonly leaseClock: "argument" | "database";
}

export type StoreCase = ContractCase<StoreFixture>;

export const SOURCE = "radar";

/** 2025-01-01 at this hour, UTC; fractions are minutes and less. */
export function hour(hours: number): Date {
  return new Date(Date.UTC(2025, 0, 1) + hours * 3_600_000);
}

/** The path of that hour's slot. */
export function slotPath(hours: number): string {
  return `/data/${hour(hours).toISOString().slice(0, 13)}`;
}

/** A complete listing of one hour's slot, taken when it had closed. */
export function visitOf(hours: number, fields: Partial<SlotVisit> = {}): SlotVisit {
  return {
    source: SOURCE,
    path: slotPath(hours),
    start: hour(hours),
    end: hour(hours + 1),
    listing: "entries",
    visitedAt: hour(hours + 2),
    closed: true,
    failures: 0,
    skipped: { count: 0, names: [] },
    unreadable: { count: 0, names: [] },
    ...fields,
  };
}

/** A file that waits to be fetched, in the slot of hour 0 unless told otherwise. */
export function fileOf(name: string, fields: Partial<FileRecord> = {}): FileRecord {
  const slot = fields.slot ?? slotPath(0);
  return {
    source: SOURCE,
    path: `${slot}/${name}`,
    slot,
    observedAt: hour(0.5),
    status: "pending",
    size: 10,
    modifiedAt: hour(0.6),
    firstSeenAt: hour(1),
    version: 0,
    attempts: 0,
    ...fields,
  };
}

export function storedFile(name: string, fields: Partial<FileRecord> = {}): FileRecord {
  return fileOf(name, {
    status: "stored",
    sha256: "ab".repeat(32),
    location: `radar/${name}`,
    storedAt: hour(1.5),
    version: 1,
    ...fields,
  });
}

export function eventOf(fields: Partial<LedgerEvent> = {}): LedgerEvent {
  return { source: SOURCE, path: `${slotPath(0)}/a`, at: hour(1), what: "failed", ...fields };
}

export const aVisit = (hours: number, fields?: Partial<SlotVisit>): LedgerChange => ({
  kind: "visit",
  visit: visitOf(hours, fields),
});
export const aFile = (file: FileRecord): LedgerChange => ({ kind: "file", file });
export const anEvent = (event: LedgerEvent): LedgerChange => ({ kind: "event", event });

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

export const always = { start: new Date(0) };

/** Everything a ledger tells about one source and the paths of its files and slots. */
export async function contents(store: StateStore, source = SOURCE): Promise<unknown> {
  const slots = await all(store.slots(source, always));
  const files = await all(store.find({ source }));
  const paths = [...slots, ...files].map((record) => record.path);
  const events = await Promise.all(paths.map((path) => all(store.events(source, path))));
  return { slots, files, events, summary: await store.summarize({ source }) };
}

/** Deeply equal, where a field that is undefined counts as left out. */
export function same(actual: unknown, expected: unknown, message?: string): void {
  assert.deepStrictEqual(defined(actual), defined(expected), message);
}

function defined(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(defined);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined).map(([k, v]) => [k, defined(v)]));
}

export async function rejects(promise: Promise<unknown>, kind: "store"): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(
      isDaybookError(error, kind),
      `expected a DaybookError of kind "${kind}", got: ${String(error)}`,
    );
    return true;
  });
}
