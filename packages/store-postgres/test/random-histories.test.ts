import type { LedgerChange } from "@daybook/core";
import { MemoryStore } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { describeWithPostgres } from "./support/postgres.js";
import { all, file, hour, slotPath, SOURCE, visit } from "./support/records.js";

const hours = fc.integer({ min: 0, max: 3 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const time = fc.integer({ min: 0, max: 5 }).map(hour);

const visits = fc
  .record({
    hour: hours,
    listing: fc.constantFrom("entries", "empty", "missing", "failed", "truncated"),
    closed: fc.boolean(),
    nextVisitAt: optional(time),
    unreadable: fc.constantFrom({ count: 0, names: [] }, { count: 1, names: ["?"] }),
  })
  .map(({ hour: n, ...fields }) => visit(n, fields as object));

const files = fc
  .record({
    slot: hours.map(slotPath),
    name: fc.constantFrom("a", "b", "d/a", "d-/a"),
    status: fc.constantFrom("pending", "stored", "quarantined", "gone", "expired"),
    size: optional(fc.integer({ min: 0, max: 2 ** 40 })),
    observedAt: optional(time),
    wantedAt: optional(time),
    encoding: optional(fc.constant("gzip")),
    storedSize: optional(fc.integer({ min: 0, max: 2 ** 40 })),
    version: fc.nat(3),
  })
  .map(({ name, ...fields }) => file(0, name, fields as object));

const dues = fc
  .record({ path: hours.map(slotPath), at: time })
  .map((due): LedgerChange => ({ kind: "due", source: SOURCE, ...due }));

const events = fc
  .record({
    path: hours.map(slotPath),
    at: time,
    what: fc.constantFrom("late", "failed"),
    detail: optional(fc.string()),
  })
  .map((event): LedgerChange => ({ kind: "event", event: { source: SOURCE, ...event } }));

// Every slot is known from the start: what is refused is the contract kit's to test.
const history = fc.array(fc.array(fc.oneof(visits, files, files, dues, events), { maxLength: 12 }), {
  maxLength: 8,
});

await describeWithPostgres("any history of changes", (postgres) => {
  test("leaves the same ledger as in memory", async () => {
    await fc.assert(
      fc.asyncProperty(history, async (batches) => {
        const stores = [new MemoryStore(), postgres.store()];
        const seen = [];
        for (const store of stores) {
          await store.open();
          await store.record([0, 1, 2, 3].map((n) => visit(n)));
          for (const batch of batches) {
            await store.record(batch);
            await store.record(batch);
          }
          seen.push({
            slots: await all(store.slots(SOURCE, { start: new Date(0) })),
            due: await all(store.slots(SOURCE, { start: hour(1), end: hour(3) }, { dueBy: hour(2) })),
            wanting: await all(
              store.slots(SOURCE, { start: hour(0) }, { states: ["partial", "failed", "empty"] }),
            ),
            files: await all(store.find({})),
            some: await all(
              store.find({ range: { start: hour(1), end: hour(4) }, status: ["pending", "gone"] }),
            ),
            ofSlot: await all(store.find({ slot: slotPath(1), limit: 2 })),
            summary: await store.summarize({ range: { start: hour(1), end: hour(3) } }),
            events: await all(store.events(SOURCE, slotPath(1))),
          });
          await store.close();
        }
        expect(seen[1]).toEqual(seen[0]);
      }),
      { numRuns: 20 },
    );
  });
});
