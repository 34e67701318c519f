import type { FileQuery, FileStatus, LedgerChange, ListingOutcome, StateStore } from "@daybook/core";
import { MemoryStore } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import fc from "fast-check";
import { expect, test } from "vitest";

const base = Date.UTC(2025, 0, 1);
const at = (minutes: number): Date => new Date(base + minutes * 60_000);
const always = { start: new Date(0) };

const source = fc.constantFrom("a", "b");
const slotPath = fc.constantFrom("/s", "/s/0", "/s/1", "/s/1-");
const minutes = fc.integer({ min: 0, max: 300 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const names = fc.record({ count: fc.nat(3), names: fc.constant(["x"]) });

const visit = fc
  .record({
    source,
    path: slotPath,
    start: minutes.map(at),
    listing: fc.constantFrom<ListingOutcome>("entries", "empty", "missing", "failed", "truncated"),
    visitedAt: minutes.map(at),
    closed: fc.boolean(),
    nextVisitAt: maybe(minutes.map(at)),
    failures: fc.nat(3),
    skipped: names,
    unreadable: names,
    length: maybe(fc.integer({ min: 1, max: 120 })),
  })
  .map(({ length, ...v }) => ({
    ...v,
    end: length === undefined ? undefined : new Date(+v.start + length * 60_000),
  }))
  .map((v): LedgerChange => ({ kind: "visit", visit: v }));

const file = fc
  .record({
    source,
    path: fc.constantFrom("/s/0/x", "/s/0/y", "/s/1/x", "/s/1/d/x", "/s/1/d/z", "/s/1-/x", "/s/x"),
    slot: slotPath,
    observedAt: maybe(fc.constantFrom(at(0), at(60), at(61))),
    status: fc.constantFrom<FileStatus>("pending", "stored", "quarantined", "gone", "expired"),
    size: maybe(fc.nat()),
    firstSeenAt: minutes.map(at),
    location: maybe(fc.constantFrom("a/x", "x", "b/other", "a/y")),
    sha256: maybe(fc.constantFrom("ab".repeat(32), "not hex", "AB".repeat(32))),
    encoding: maybe(fc.constantFrom("gzip", "zstd")),
    storedSize: maybe(fc.nat()),
    wantedAt: maybe(minutes.map(at)),
    version: fc.nat(3),
    attempts: fc.nat(3),
  })
  .map((f): LedgerChange => ({ kind: "file", file: f }));

const due = fc.record({ kind: fc.constant("due" as const), source, path: slotPath, at: minutes.map(at) });

const history = fc.array(fc.array(fc.oneof(visit, file, file, due), { maxLength: 12 }), { maxLength: 12 });

const queries: FileQuery[] = [
  {},
  { source: "a" },
  { status: ["pending", "gone"] },
  { status: ["stored"], slot: "/s/1" },
  { slot: "/s", limit: 2 },
  { range: { start: at(60), end: at(61) } },
];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function told(store: StateStore): Promise<unknown> {
  const range = { start: at(60), end: at(120) };
  return {
    slots: await Promise.all(["a", "b"].map((name) => all(store.slots(name, always)))),
    some: await all(store.slots("a", range, { dueBy: at(150), states: ["failed", "partial", "open"] })),
    found: await Promise.all(queries.map((query) => all(store.find(query)))),
    sums: await Promise.all([{}, { source: "a" }, { range }].map((query) => store.summarize(query))),
  };
}

test("whatever the history, SQLite tells the same as a ledger in memory", async () => {
  await fc.assert(
    fc.asyncProperty(history, async (batches) => {
      const memory = new MemoryStore();
      const sqlite = new SqliteStore({ path: ":memory:" });
      await Promise.all([memory.open(), sqlite.open()]);
      try {
        for (const batch of batches) {
          const outcome = (store: StateStore) =>
            store.record(batch).then(
              () => "done",
              () => "refused",
            );
          expect(await outcome(sqlite)).toBe(await outcome(memory));
        }
        expect(await told(sqlite)).toEqual(await told(memory));
      } finally {
        await sqlite.close();
      }
    }),
    { numRuns: 60 },
  );
});

test("in slots of tens of thousands of files, find() tells the same as a ledger in memory", async () => {
  const memory = new MemoryStore();
  const sqlite = new SqliteStore({ path: ":memory:" });
  const start = at(0);
  const visits = ["/big", "/small"].map((path): LedgerChange => ({
    kind: "visit",
    visit: {
      ...{ source: "a", path, start, listing: "entries", visitedAt: start, closed: true, failures: 0 },
      skipped: { count: 0, names: [] },
      unreadable: { count: 0, names: [] },
    },
  }));
  // Crowds at three instants and among the files without a time, in directories that lie in one another.
  const files = Array.from({ length: 11_000 }, (_, i): LedgerChange => {
    const slot = i % 10 === 0 ? "/small" : "/big";
    const directory = ["", "/a", "/a/b", "/a-"][i % 4]!;
    const observedAt = i % 3 === 0 ? undefined : at(i % 5 === 0 ? i : i % 3);
    const status = i % 7 === 0 ? "pending" : "stored";
    return {
      kind: "file",
      file: {
        ...{ source: "a", path: `${slot}${directory}/${i % 997}-${i}`, slot, status, observedAt, size: i },
        ...{ firstSeenAt: start, version: 1, attempts: 0 },
      },
    };
  });
  for (const store of [memory, sqlite]) {
    await store.open();
    await store.record([...visits, ...files]);
    await store.record(
      files.slice(0, 1_200).map((c) => (c.kind === "file" ? { ...c, file: { ...c.file, slot: "/big" } } : c)),
    );
  }
  for (const query of [
    {},
    { slot: "/big" },
    { slot: "/small" },
    { slot: "/big", status: ["pending"] as const },
    { status: ["pending"] as const, range: { start: at(1), end: at(5_000) } },
    { slot: "/big", limit: 2_345 },
  ]) {
    const paths = async (store: StateStore) => (await all(store.find(query))).map((found) => found.path);
    expect(await paths(sqlite)).toEqual(await paths(memory));
  }
  await sqlite.close();
});
