import { join } from "node:path";
import { JsonStore, MemoryStore, unsafeName, type LedgerChange, type StateStore } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import { HOSTILE_NAMES } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { describeWithPostgres } from "../packages/store-postgres/test/support/postgres.js";
import { temporaryFolder } from "./support/in-process.js";

const SOURCE = "in";
const SLOT = "/incoming";
const at = new Date("2025-01-01T06:00:00Z");
/** Names that the engine lets into a ledger. */
const NAMES = HOSTILE_NAMES.map(({ name }) => name).filter((name) => unsafeName(name) === undefined);
const pathOf = (name: string) => `${SLOT}/${name}`;

/** A visit that found every name, as files, as folders above files, and in events. */
function changes(): LedgerChange[] {
  const none = { count: 0, names: [] };
  const seen = { source: SOURCE, path: SLOT, start: new Date(0), listing: "entries", visitedAt: at } as const;
  const visit = { ...seen, closed: false, failures: 0, skipped: none, unreadable: none };
  const record = (path: string, location: string) => ({
    kind: "file" as const,
    file: {
      source: SOURCE,
      path,
      slot: SLOT,
      status: "stored" as const,
      size: 1,
      firstSeenAt: at,
      sha256: "0f".repeat(32),
      location,
      storedAt: at,
      version: 1,
      attempts: 0,
      reason: location,
    },
  });
  return [
    { kind: "visit", visit },
    ...NAMES.flatMap((name) => [
      record(pathOf(name), `in/${name}`),
      record(`${pathOf(name)}/${name}`, `in/${name}/${name}`),
      {
        kind: "event" as const,
        event: { source: SOURCE, path: pathOf(name), at, what: "changed", detail: name },
      },
    ]),
  ];
}

async function keepsEveryName(store: StateStore, again: () => StateStore = () => store): Promise<void> {
  await store.open();
  await store.record(changes());
  if (again() !== store) await store.close();
  const reopened = again();
  await reopened.open();
  const paths = NAMES.flatMap((name) => [pathOf(name), `${pathOf(name)}/${name}`]);
  const known = await reopened.files(SOURCE, paths);
  expect([...known.keys()].sort()).toEqual([...paths].sort());
  const found = new Map<string, string | undefined>();
  for await (const { path, location, reason } of reopened.find({ source: SOURCE, slot: SLOT })) {
    expect(reason).toBe(location);
    found.set(path, location);
  }
  expect(found.size).toBe(paths.length);
  for (const name of NAMES) {
    const path = pathOf(name);
    expect(known.get(path)).toMatchObject({ path, location: `in/${name}` });
    expect(found.get(path)).toBe(`in/${name}`);
    expect(found.get(`${path}/${name}`)).toBe(`in/${name}/${name}`);
    const events = [];
    for await (const event of reopened.events(SOURCE, path)) events.push(event.detail);
    expect(events).toEqual([name]);
  }
  await reopened.close();
}

describe("names as odd as they come are kept to the letter", () => {
  it("in memory", () => keepsEveryName(new MemoryStore()));

  it("in a JSON file, across a restart", async () => {
    const path = join(temporaryFolder(), "state.json");
    const stores = [new JsonStore({ path }), new JsonStore({ path })];
    await keepsEveryName(stores[0]!, () => stores[1]!);
  });

  it("in SQLite, across a restart", async () => {
    const path = join(temporaryFolder(), "state.db");
    const stores = [new SqliteStore({ path }), new SqliteStore({ path })];
    await keepsEveryName(stores[0]!, () => stores[1]!);
  });
});

await describeWithPostgres("names as odd as they come are kept to the letter in PostgreSQL", (postgres) => {
  it("across a restart", async () => {
    const schema = postgres.freshSchema();
    const [first, second] = [postgres.store({ schema }), postgres.store({ schema })];
    await keepsEveryName(first, () => second);
  });
});
