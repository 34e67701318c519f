import pg from "pg";
import { expect, test } from "vitest";
import { migrations } from "../src/schema/migrations.js";
import { keyOf } from "../src/text.js";
import { describeWithPostgres } from "./support/postgres.js";

await describeWithPostgres("ledgers of old schemas", (postgres) => {
  /** One as it was written when the schema was that: a source, a slot, and a stored file in it. */
  async function oldLedger(version: number): Promise<{ schema: string; quoted: string; sql: pg.Pool }> {
    const schema = postgres.freshSchema();
    const quoted = pg.escapeIdentifier(schema);
    const sql = postgres.sql();
    await sql.query(`CREATE SCHEMA ${quoted};
        CREATE TABLE ${quoted}.schema_version (version integer PRIMARY KEY, migrated_at timestamptz NOT NULL DEFAULT now())`);
    for (let next = 0; next < version; next++) {
      await sql.query(migrations[next]!(quoted));
      await sql.query(`INSERT INTO ${quoted}.schema_version (version) VALUES (${next + 1})`);
    }
    await sql.query(`
        INSERT INTO ${quoted}.sources (name) VALUES ('radar');
        INSERT INTO ${quoted}.slots (source_id, path, path_key, start_at, end_at, listing, visited_at, closed, failures, skipped,
          skipped_names, unreadable, unreadable_names, stored, bytes)
          VALUES (1, '/s', '${keyOf("/s")}', 0, 3600000, 'entries', 7200000, true, 0, 0, '[]', 0, '[]', 1, 5);
        INSERT INTO ${quoted}.directories (source_id, path, path_key) VALUES (1, '/s/', '${keyOf("/s/")}');
        INSERT INTO ${quoted}.files (directory_id, slot_id, observed_at, size, first_seen_at, source_id, version, attempts, status,
          name, location) VALUES (1, 1, 60000, 5, 7200000, 1, 1, 0, 'stored', 'a', 'radar/a')`);
    return { schema, quoted, sql };
  }

  for (const version of migrations.keys())
    test(`one of schema ${version + 1} opens with all that it holds, and goes on`, async () => {
      const { schema, quoted, sql } = await oldLedger(version + 1);
      const store = postgres.store({ schema });
      await store.open();
      const known = await store.files("radar", ["/s/a"]);
      expect(known.get("/s/a")).toMatchObject({ status: "stored", size: 5, location: "radar/a" });
      await store.record([
        { kind: "file", file: { ...known.get("/s/a")!, size: 7 } },
        { kind: "note", key: "k", value: "v", at: new Date(0) },
      ]);
      expect(await store.notes("k")).toHaveLength(1);
      expect((await store.summarize({})).files.bytes).toBe(7);
      const { rows } = await sql.query(`SELECT max(version) AS version FROM ${quoted}.schema_version`);
      expect(rows).toEqual([{ version: migrations.length }]);
    });

  test("one that holds sizes no server can mean opens, tells them as unknown, and takes what is right in their place", async () => {
    const { schema, quoted, sql } = await oldLedger(1);
    await sql.query(`
      INSERT INTO ${quoted}.files (directory_id, slot_id, observed_at, size, first_seen_at, source_id, version, attempts, status, name)
        SELECT 1, 1, 60000, size, 7200000, 1, 0, 0, 'pending', name
        FROM (VALUES ('large', 9007199254740992), ('huge', 9223372036854775807), ('less', -1)) AS f(name, size);
      UPDATE ${quoted}.slots SET pending = 3`);
    const store = postgres.store({ schema });
    await store.open();
    const known = [...(await store.files("radar", ["/s/large", "/s/huge", "/s/less"])).values()];
    expect(known.map(({ size }) => size)).toEqual([undefined, undefined, undefined]);
    await store.record(known.map((file) => ({ kind: "file", file: { ...file, status: "stored", size: 4 } })));
    const { files, slots } = await store.summarize({});
    expect([files.stored, files.pending, files.bytes, slots.complete]).toEqual([4, 0, 17, 1]);
  });
});
