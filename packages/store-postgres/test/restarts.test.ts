import pg from "pg";
import type { PostgresStore } from "@daybook/store-postgres";
import { expect, test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";
import { all, file, hour, slotPath, SOURCE, visit } from "./support/records.js";

const always = { start: new Date(0) };

await describeWithPostgres("a server that goes away", (postgres) => {
  test("and comes back costs no record: what record() resolved is there, and it resolves all", async () => {
    const store = await opened({ schema: postgres.freshSchema() });
    await store.record([visit(0)]);
    const recorded: string[] = [];
    let stopped = false;
    const lanes = [0, 1, 2].map(async (lane) => {
      // Until some have been recorded after the second restart.
      for (let i = 0; !stopped || i < 20; i++) {
        const name = `${lane}-${i}`;
        await store.record([visit(0), file(0, name)]);
        recorded.push(`${slotPath(0)}/${name}`);
      }
    });
    for (let restart = 0; restart < 2; restart++) {
      const before = recorded.length;
      await expect.poll(() => recorded.length, { timeout: 20_000 }).toBeGreaterThan(before + 20);
      await postgres.stop();
      await postgres.start();
    }
    const after = recorded.length;
    await expect.poll(() => recorded.length, { timeout: 20_000 }).toBeGreaterThan(after + 20);
    stopped = true;
    await Promise.all(lanes);
    const [slot] = await all(store.slots(SOURCE, always));
    expect(slot!.files.stored).toBe(recorded.length);
    expect((await store.files(SOURCE, recorded)).size).toBe(recorded.length);
  });

  test("in the middle of a transaction, between two queries, doesn't end the process", async () => {
    const schema = postgres.freshSchema();
    const store = await opened({ schema });
    await store.record([visit(0)]);
    const lock = await holdSlots(schema);
    const waiting = store.record([file(0, "a")]);
    await lock.hasWaiter();
    await postgres.stop();
    await postgres.start();
    await waiting;
    expect((await store.summarize({})).files.stored).toBe(1);
  });

  test("is waited for by readers too, even in the middle of a long answer", async () => {
    const store = await opened({ schema: postgres.freshSchema() });
    const names = Array.from({ length: 4_500 }, (_, i) => `f${String(i).padStart(5, "0")}`);
    await store.record([visit(0), ...names.map((name) => file(0, name))]);
    const found: string[] = [];
    for await (const { path } of store.find({})) {
      if (found.push(path) !== 100) continue;
      await postgres.stop();
      void postgres.start();
    }
    expect(found).toEqual(names.map((name) => `${slotPath(0)}/${name}`));
    await postgres.stop();
    const answers = Promise.all([
      store.summarize({}),
      store.files(SOURCE, found.slice(0, 3)),
      store.lease("RMA1", "me", 60_000, hour(0)),
    ]);
    await postgres.start();
    expect(await answers).toMatchObject([{ files: { stored: 4_500 } }, { size: 3 }, true]);
  });

  test('for longer than reconnectFor rejects with kind "store", and later calls work again', async () => {
    const store = await opened({ schema: postgres.freshSchema(), reconnectFor: 200 });
    await store.record([visit(0)]);
    await postgres.stop();
    try {
      const calls = [() => store.record([visit(1)]), () => store.summarize({}), () => all(store.find({}))];
      for (const call of calls)
        await expect(call()).rejects.toMatchObject({
          name: "DaybookError",
          kind: "store",
          detail: expect.stringContaining("can't be reached"),
        });
    } finally {
      await postgres.start();
    }
    await store.record([visit(1)]);
    expect((await store.summarize({})).slots.empty).toBe(2);
  });

  test("is not waited for any longer once the store is closed", async () => {
    const store = await opened({ schema: postgres.freshSchema() });
    await postgres.stop();
    try {
      const call = store.summarize({});
      const outcome = expect(call).rejects.toMatchObject({ kind: "store" });
      await store.close();
      await outcome;
    } finally {
      await postgres.start();
    }
  });

  test("while a pool that was handed in is idle doesn't end the process", async () => {
    const pool = new pg.Pool({ connectionString: postgres.url() });
    try {
      const store = await opened({ pool, schema: postgres.freshSchema() });
      await postgres.stop();
      await postgres.start();
      await store.record([visit(0)]);
      expect((await store.summarize({})).slots.empty).toBe(1);
      await store.close();
    } finally {
      // From here on the pool is ours alone.
      pool.on("error", () => {});
      await pool.end();
    }
  });

  async function opened(options: Parameters<typeof postgres.store>[0]): Promise<PostgresStore> {
    const store = postgres.store(options);
    await store.open();
    return store;
  }

  /** Locks the slots for as long as the connection lives. */
  async function holdSlots(schema: string) {
    const sql = postgres.sql();
    const client = await sql.connect();
    client.on("error", () => client.release(true));
    await client.query(`BEGIN; LOCK TABLE "${schema}".slots`);
    return {
      hasWaiter: () =>
        expect
          .poll(async () => (await client.query("SELECT 1 FROM pg_locks WHERE NOT granted")).rowCount, {
            timeout: 10_000,
          })
          .toBe(1),
    };
  }
});
