import { expect, test } from "vitest";
import { hotQueries } from "../tools/hot-queries.mjs";
import { fillLedger } from "../tools/ledger-of.mjs";
import { describeWithPostgres } from "./support/postgres.js";
import { all } from "./support/records.js";

const FILES = 120_000;

await describeWithPostgres("with many files", (postgres) => {
  test("the hot queries go by index, and never through a whole table", async () => {
    const schema = postgres.freshSchema();
    const store = postgres.store({ schema });
    await store.open();
    await fillLedger(postgres.sql(), schema, FILES);
    const [lookUp, due, gaps, byTime] = await hotQueries(postgres.url(), schema, FILES);
    expect(lookUp!.rows).toBe(1_000);
    expect(lookUp!.nodes).toContain("Index Scan files files_pkey");
    expect(due!.rows).toBeGreaterThan(0);
    expect(due!.nodes.join()).toMatch(/slots_due/);
    expect(gaps!.rows).toBeGreaterThan(0);
    expect(gaps!.nodes.join()).toMatch(/slots_(wanting|flawed)/);
    expect(byTime!.rows).toBe(2_000);
    expect(byTime!.nodes.join()).toMatch(/Incremental Sort.*files_by_time/);
    for (const { nodes } of [lookUp!, due!, gaps!, byTime!])
      expect(nodes.filter((node) => /^Seq Scan (files|slots|directories)/.test(node))).toEqual([]);
    // What was filled the short way is a ledger like any other.
    const { files, slots } = await store.summarize({});
    const pending = await all(store.find({ status: ["pending"] }));
    expect(files.stored + files.pending).toBe(FILES);
    expect(pending).toHaveLength(files.pending);
    expect(slots.partial).toBe(files.pending);
  });
});
