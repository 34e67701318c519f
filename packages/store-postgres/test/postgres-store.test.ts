import { inspect } from "node:util";
import { isDaybookError, StateStoreToken } from "@daybook/core";
import pg from "pg";
import { PostgresStore, postgresStore } from "@daybook/store-postgres";
import { describe, expect, test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";
import { all, file, hour, slotPath, SOURCE, visit } from "./support/records.js";

const always = { start: new Date(0) };

await describeWithPostgres("PostgresStore", (postgres) => {
  describe("open()", () => {
    test("of four machines at once on a fresh database succeeds for all, none in another's way", async () => {
      const rolledBack = await postgres.count("xact_rollback");
      for (let round = 0; round < 5; round++) {
        const schema = postgres.freshSchema();
        const stores = Array.from({ length: 4 }, () => postgres.store({ schema }));
        await Promise.all(stores.map((store) => store.open()));
        await stores[0]!.record([visit(0)]);
        for (const store of stores) expect((await store.summarize({})).slots.empty).toBe(1);
        for (const store of stores) await store.close();
      }
      expect(await postgres.count("xact_rollback")).toBe(rolledBack);
    });

    test("refuses a schema that a newer Daybook made, and says what to do", async () => {
      const schema = postgres.freshSchema();
      await postgres.store({ schema }).open();
      await postgres.sql().query(`INSERT INTO "${schema}".schema_version VALUES (99)`);
      const error = await rejection(postgres.store({ schema }).open());
      expect(error).toMatchObject({ kind: "config", detail: expect.stringMatching(/version 99.*upgrade/) });
    });

    test("needs no right to create where the tables are there already", async () => {
      const schema = postgres.freshSchema();
      await postgres.store({ schema }).open();
      const user = await lowlyUser();
      await postgres.sql().query(`GRANT USAGE ON SCHEMA "${schema}" TO ${user.name};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${schema}" TO ${user.name}`);
      const store = postgres.store({ schema, connectionString: user.url });
      await store.open();
      await store.record([visit(0), file(0, "a")]);
      expect((await store.summarize({})).files.stored).toBe(1);
    });

    test("by a user who may not create says who has to", async () => {
      const { url } = await lowlyUser();
      expect(await rejection(postgres.store({ connectionString: url }).open())).toMatchObject({
        kind: "config",
        code: "42501",
        detail: expect.stringContaining("grant"),
      });
    });

    test("on a database that can't hold every path says how to make one that can", async () => {
      await postgres.sql().query("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0");
      const store = postgres.store({ connectionString: postgres.url("ascii") });
      expect(await rejection(store.open())).toMatchObject({ kind: "config", detail: /ENCODING 'UTF8'/ });
    });

    test.each(["", "x".repeat(64), "a\0b"])("refuses the schema name %j", async (schema) => {
      expect(await rejection(postgres.store({ schema }).open())).toMatchObject({ kind: "config" });
    });

    test("takes any other schema name as it is", async () => {
      const store = postgres.store({ schema: `it's "so"; DROP` });
      await store.open();
      await store.record([visit(0), file(0, "a")]);
      expect(await all(store.find({}))).toHaveLength(1);
    });

    test.each([
      ["a wrong password", () => postgres.url("postgres", "daybook", "wr0ng"), "auth", /password/],
      ["a database that isn't there", () => postgres.url("nowhere"), "config", /createdb/],
      ["a host that doesn't resolve", () => "postgres://u:wr0ng@no-such-host.invalid/d", "config", /host/],
      ["a port nobody listens on", () => "postgres://u:wr0ng@127.0.0.1:1/d", "store", /port/],
      ["a URL that isn't one", () => "postgres://u:wr0ng@host:99999/d", "config", /URL/],
    ])("with %s fails at once, and doesn't tell the password", async (_, url, kind, advice) => {
      const error = await rejection(postgres.store({ connectionString: url() }).open());
      expect(error).toMatchObject({ kind, detail: expect.stringMatching(advice) });
      const told = inspect(error, { depth: 9, showHidden: true }) + String(error.stack);
      expect(told).not.toContain("wr0ng");
      expect(told).not.toContain(encodeURIComponent(postgres.password));
    });
  });

  test("a pool that was handed in is left open, with as many listeners as before", async () => {
    const pool = new pg.Pool({ connectionString: postgres.url(), max: 2 });
    try {
      const store = postgres.store({ pool });
      await store.open();
      await store.record([visit(0)]);
      await store.close();
      expect(pool.listenerCount("error")).toBe(0);
      expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    } finally {
      pool.on("error", () => {});
      await pool.end();
    }
  });

  test("the plugin makes the store, shares it by its options, and never shares a pool's", async () => {
    const options = { connectionString: postgres.url(), schema: postgres.freshSchema() };
    const plugin = postgresStore(options);
    expect(plugin).toMatchObject({ name: "postgres", provides: StateStoreToken });
    expect(plugin.key).toBe(postgresStore({ ...options }).key);
    expect(plugin.key).not.toBe(postgresStore({ ...options, schema: "other" }).key);
    expect(postgresStore({ pool: postgres.sql() }).key).toBeUndefined();
    expect(postgresStore().create({} as never)).toBeInstanceOf(PostgresStore);
  });

  describe("text PostgreSQL can't hold", () => {
    test("is escaped in words for people", async () => {
      const store = await opened();
      await store.record([
        visit(0, { reason: "a\0b", skipped: { count: 1, names: ["\ud800", "plain"] } }),
        file(0, "a", { reason: "half \udc00 a pair" }),
        {
          kind: "event",
          event: { source: SOURCE, path: slotPath(0), at: hour(1), what: "failed", detail: "\0" },
        },
      ]);
      const [slot] = await all(store.slots(SOURCE, always));
      expect(slot).toMatchObject({ reason: "a\\u0000b", skipped: { names: ["\\ud800", "plain"] } });
      expect((await all(store.find({})))[0]!.reason).toBe("half \\udc00 a pair");
      expect((await all(store.events(SOURCE, slotPath(0))))[0]!.detail).toBe("\\u0000");
    });

    test("is refused in a path, with nothing of the batch recorded, and found nowhere", async () => {
      const store = await opened();
      expect(await rejection(store.record([visit(0), file(0, "a\0b")]))).toMatchObject({ kind: "store" });
      expect(await rejection(store.record([visit(0), file(0, "a\ud800")]))).toMatchObject({ kind: "store" });
      expect(await all(store.slots(SOURCE, always))).toEqual([]);
      expect((await store.files(SOURCE, ["/a\0b", "/a\ud800"])).size).toBe(0);
      expect(await all(store.events(SOURCE, "/a\0b"))).toEqual([]);
    });
  });

  test("paths of any length and script come back to the letter", async () => {
    const store = await opened();
    const long = Array.from({ length: 3_000 }, (_, i) =>
      String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)),
    );
    const names = [
      long.join(""),
      `${long.join("").slice(0, 900)}/x`,
      `x${"😀".repeat(400)}`,
      `${"😀".repeat(400)}`,
      "tab\tand\nline",
      '{a,"b",NULL}',
      "NULL",
      "\\x00",
    ];
    for (const observedAt of [hour(0), undefined]) {
      await store.record([visit(0), ...names.map((name) => file(0, name, { observedAt }))]);
      const paths = names.map((name) => `${slotPath(0)}/${name}`);
      expect([...(await store.files(SOURCE, paths)).keys()].sort()).toEqual([...paths].sort());
      expect((await all(store.find({}))).map((found) => found.path).sort()).toEqual([...paths].sort());
    }
  });

  describe("what the server says", () => {
    test.each([
      ["53100", "no-space"],
      ["42501", "config"],
      ["XX000", "store"],
    ])("as %s becomes kind %j, with nothing recorded", async (code, kind) => {
      const schema = postgres.freshSchema();
      const store = await opened(schema);
      await failing(schema, code);
      expect(await rejection(store.record([visit(0), file(0, "a")]))).toMatchObject({
        kind,
        code,
        operation: "record",
      });
      expect((await store.summarize({})).slots.empty).toBe(0);
    });

    test.each(["40001", "40P01", "23505"])("as %s makes record() try again, a few times", async (code) => {
      const schema = postgres.freshSchema();
      const store = await opened(schema);
      await failing(schema, code, 3);
      await store.record([visit(0), file(0, "a")]);
      expect((await store.summarize({})).slots.complete).toBe(1);
      await failing(schema, code);
      expect(await rejection(store.record([visit(1), file(1, "a")]))).toMatchObject({ kind: "store", code });
    });

    test('about tables that are gone becomes kind "store"', async () => {
      const schema = postgres.freshSchema();
      const store = await opened(schema);
      await postgres.sql().query(`DROP SCHEMA "${schema}" CASCADE`);
      expect(await rejection(store.summarize({}))).toMatchObject({ kind: "store", retry: "no" });
    });
  });

  async function opened(schema = postgres.freshSchema()): Promise<PostgresStore> {
    const store = postgres.store({ schema });
    await store.open();
    return store;
  }

  async function lowlyUser(): Promise<{ name: string; url: string }> {
    const name = `lowly_${postgres.freshSchema().replace(/\D/g, "")}`;
    await postgres.sql().query(`CREATE ROLE ${name} LOGIN PASSWORD 'x'`);
    return { name, url: postgres.url("postgres", name, "x") };
  }

  /** From now on adding files fails with this code: so many times, or always. */
  async function failing(schema: string, code: string, times = Infinity): Promise<void> {
    // A sequence, since what it counts outlives a rollback.
    await postgres.sql().query(`
      SET search_path TO "${schema}";
      CREATE SEQUENCE IF NOT EXISTS failures;
      ALTER SEQUENCE failures RESTART;
      CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('"${schema}".failures') <= ${Number.isFinite(times) ? times : 1_000_000} THEN
          RAISE EXCEPTION 'made to fail' USING ERRCODE = '${code}';
        END IF;
        RETURN NEW;
      END $$;
      CREATE OR REPLACE TRIGGER fail BEFORE INSERT ON files FOR EACH STATEMENT EXECUTE FUNCTION fail()`);
  }
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (isDaybookError(error)) return error;
  throw new Error("expected a DaybookError", { cause: error });
}
