import { expect, test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";
import { machine, machines } from "./support/machines.js";
import { all } from "./support/records.js";

const always = { start: new Date(0) };

await describeWithPostgres("several machines", (postgres) => {
  test("that want the same leases at once each get some, and no lease goes to two", async () => {
    const got = (await machines(2, postgres.url(), postgres.freshSchema(), "leases")) as number[][];
    expect(got.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  test("that record the same slots at once lose nothing, count right and never deadlock", async () => {
    const schema = postgres.freshSchema();
    const before = await postgres.count("deadlocks");
    await machines(2, postgres.url(), schema, "record");
    expect(await postgres.count("deadlocks")).toBe(before);
    const store = postgres.store({ schema });
    await store.open();
    const files = await all(store.find({ source: "RMA1" }));
    expect(files.filter(({ path }) => path.includes("machine"))).toHaveLength(2 * 3 * 10);
    expect(files).toHaveLength(30 + 2 * 3 * 10);
    expect(await all(store.events("RMA1", "/slots/0"))).toHaveLength(10);
    await countsAreExact(schema);
  });

  test("that move the same files between slots at once count right", async () => {
    const schema = postgres.freshSchema();
    await machines(2, postgres.url(), schema, "move");
    const store = postgres.store({ schema });
    await store.open();
    expect((await store.summarize({ source: "RMA1" })).files.stored).toBe(3);
    await countsAreExact(schema);
  });

  test("of which one is stopped while another takes its lease: it writes nothing more", async () => {
    const schema = postgres.freshSchema();
    const { child, lines, exit } = machine("paused", postgres.url(), schema, "fenced");
    try {
      await lines.next();
      child.stdin.end("go\n");
      for (let i = 0; i < 10; i++) expect((await lines.next()).value).toBe("recorded");
      child.kill("SIGSTOP");
      const store = postgres.store({ schema });
      await store.open();
      // As if it had run out: nobody wants to wait for a minute.
      await postgres.sql().query(`UPDATE "${schema}".leases SET expires_at = now() - interval '1 s'`);
      expect(await store.lease("crawl", "second", 60_000, new Date())).toBe(true);
      const before = (await store.summarize({})).files.stored;
      child.kill("SIGCONT");
      let last: unknown;
      for await (const line of lines) last = line;
      expect(await exit).toEqual([0, null]);
      expect(JSON.parse(String(last))).toEqual(["busy", "lease-lost", "crawl"]);
      expect((await store.summarize({})).files.stored).toBe(before);
    } finally {
      child.kill("SIGKILL");
    }
  });

  async function countsAreExact(schema: string): Promise<void> {
    const store = postgres.store({ schema });
    await store.open();
    for await (const slot of store.slots("RMA1", always)) {
      const counts = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
      for await (const { status, size } of store.find({ source: "RMA1", slot: slot.path })) {
        counts[status]++;
        if (status === "stored") counts.bytes += size!;
      }
      expect(slot.files).toEqual(counts);
    }
  }
});
