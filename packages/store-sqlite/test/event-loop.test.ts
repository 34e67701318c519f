import { setImmediate as turn } from "node:timers/promises";
import type { LedgerChange } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import { expect, test } from "vitest";

const start = new Date("2025-01-01T00:00:00Z");
const slot = "/data";

const visit: LedgerChange = {
  kind: "visit",
  visit: {
    ...{
      source: "radar",
      path: slot,
      start,
      listing: "entries",
      visitedAt: start,
      closed: true,
      failures: 0,
    },
    skipped: { count: 0, names: [] },
    unreadable: { count: 0, names: [] },
  },
};
const file = (i: number): LedgerChange => ({
  kind: "file",
  file: {
    ...{
      source: "radar",
      path: `${slot}/${i}`,
      slot,
      status: "stored",
      firstSeenAt: start,
      version: 1,
      attempts: 0,
    },
    observedAt: start,
  },
});

/** How often the event loop came round while the work was under way. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let done = false;
  const finished = work.finally(() => (done = true));
  let turns = 0;
  for (; !done; turns++) await turn();
  await finished;
  return turns;
}

test("the event loop keeps turning during a long call", async () => {
  const store = new SqliteStore({ path: ":memory:" });
  await store.open();
  // What an empty call takes is the thread's own to and fro; a long one has to leave far more turns.
  const idle = await turnsDuring(store.record([]));
  const changes = Array.from({ length: 20_000 }, (_, i) => file(i));
  expect(await turnsDuring(store.record([visit, ...changes]))).toBeGreaterThan(10 * idle);
  expect((await store.summarize({})).files.stored).toBe(20_000);
  await store.close();
});
