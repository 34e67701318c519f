import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "@daybook/store-sqlite";
import Database from "better-sqlite3";
import { afterAll, expect, test } from "vitest";
import { APPLICATION_ID, MIGRATIONS } from "../src/schema.js";

const folder = mkdtempSync(join(tmpdir(), "daybook-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A ledger as the first versions wrote it: a source, a slot, and a stored file in it. */
function oldLedger(path: string, schema: number): Database.Database {
  const db = new Database(path);
  for (const sql of MIGRATIONS.slice(0, schema)) db.exec(sql);
  db.pragma(`user_version = ${schema}`);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.exec(`
    INSERT INTO sources (id, name, longest_slot) VALUES (1, 'radar', 3600000);
    INSERT INTO slots (id, source_id, path, start_at, end_at, listing, visited_at, closed, failures, skipped, skipped_names,
      unreadable, unreadable_names, stored, bytes) VALUES (1, 1, '/s', 0, 3600000, 'entries', 7200000, 1, 0, 0, '[]', 0, '[]', 1, 5);
    INSERT INTO directories (id, source_id, slot_id, path, prefix) VALUES (1, 1, 1, '/s/', 'radar/');
    INSERT INTO files (directory_id, name, source_id, observed_at, status, size, first_seen_at, location, version, attempts)
      VALUES (1, 'a', 1, 60000, 1, 5, 7200000, 1, 1, 0);
  `);
  return db;
}

for (const schema of MIGRATIONS.keys())
  test(`a ledger of schema ${schema + 1} opens with all that it holds, and goes on`, async () => {
    const path = join(folder, `${schema}.db`);
    oldLedger(path, schema + 1).close();
    const store = new SqliteStore({ path });
    await store.open();
    const known = await store.files("radar", ["/s/a"]);
    expect(known.get("/s/a")).toMatchObject({ status: "stored", size: 5, location: "radar/a" });
    expect((await store.summarize({})).slots.complete).toBe(1);
    await store.record([
      { kind: "file", file: { ...known.get("/s/a")!, size: 7 } },
      { kind: "note", key: "k", value: "v", at: new Date(0) },
    ]);
    expect(await store.notes("k")).toHaveLength(1);
    expect((await store.summarize({})).files.bytes).toBe(7);
    await store.close();
    const db = new Database(path);
    expect(db.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length);
    db.close();
  });

test("a ledger that holds sizes no server can mean opens, tells them as unknown, and takes what is right in their place", async () => {
  const path = join(folder, "poisoned.db");
  const db = oldLedger(path, 1);
  for (const [name, size] of [
    ["large", 2n ** 53n],
    ["huge", 2n ** 62n],
    ["less", -1n],
  ] as const)
    db.prepare(
      `INSERT INTO files (directory_id, name, source_id, observed_at, status, size, first_seen_at, version, attempts)
       VALUES (1, ?, 1, 60000, 0, ?, 7200000, 0, 0)`,
    ).run(name, size);
  db.exec("UPDATE slots SET pending = 3");
  db.close();
  const store = new SqliteStore({ path });
  await store.open();
  const paths = ["/s/huge", "/s/large", "/s/less"];
  const known = [...(await store.files("radar", paths)).values()];
  expect(known.map(({ size }) => size)).toEqual([undefined, undefined, undefined]);
  await store.record(known.map((file) => ({ kind: "file", file: { ...file, status: "stored", size: 4 } })));
  const { files, slots } = await store.summarize({});
  expect([files.stored, files.pending, files.bytes, slots.complete]).toEqual([4, 0, 17, 1]);
  await store.close();
});
