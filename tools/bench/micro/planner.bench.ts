import { DEFAULT_POLICY, MemoryStore, Planner, type StateStore } from "@daybook/core";
import { bench, describe } from "vitest";
import { fill, LAYOUT, SOURCE } from "./filled-ledger.js";
import { ledgers } from "./ledgers.js";

const start = new Date("2016-01-01T00:00:00Z");
const now = new Date("2026-01-01T00:00:00Z");

const empty = new MemoryStore();
await empty.open();
const filled = await ledgers();
for (const store of filled.values()) await fill(store, { range: { start, end: now }, filesPerSlot: 0 });

const planner = (store: StateStore) =>
  new Planner({ source: SOURCE, layout: LAYOUT, store, range: { start }, policy: DEFAULT_POLICY });

async function backfill(store: StateStore): Promise<void> {
  for await (const _ of planner(store).backfill(now));
}

const few = { iterations: 3, warmupIterations: 0 };

describe("planning ten years of hours", () => {
  bench("all unknown", () => backfill(empty), few);
  for (const [name, store] of filled) {
    bench(`all settled, in ${name}`, () => backfill(store), few);
    bench(`all settled, the live lane only, in ${name}`, async () => void (await planner(store).live(now)));
  }
});
