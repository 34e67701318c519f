import assert from "node:assert/strict";
import type { FileStatus, LedgerChange, ListingOutcome, StateStore } from "@daybook/core";
import { isSettled, slotState } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import {
  aFile,
  all,
  always,
  aVisit,
  fileOf,
  hour,
  same,
  slotPath,
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const listings: ListingOutcome[] = ["entries", "empty", "missing", "failed", "truncated"];
const statuses: FileStatus[] = ["pending", "stored", "quarantined", "gone", "expired"];

async function slotAt(store: StateStore, hours: number) {
  const slots = await all(store.slots(SOURCE, { start: hour(hours), end: hour(hours + 1) }));
  assert.equal(slots.length, 1);
  return slots[0]!;
}

const noFiles = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };

export const storeStateCases: StoreCase[] = [
  {
    name: "a slot's state and whether it is settled follow the rule, for every listing and mix of files",
    async run({ store }) {
      const changes: LedgerChange[] = [];
      const expected: unknown[] = [];
      for (const listing of listings)
        for (const closed of [false, true])
          for (const [lines, owed] of [
            [0, 0],
            [2, 0],
            [0, 3],
          ] as const)
            for (let mix = 0; mix < 2 ** statuses.length; mix++) {
              const hours = expected.length;
              const unreadable = { count: lines, names: [] };
              const lacking = { count: owed, names: owed > 0 ? ["12:40", "12:50 VRAD"] : [] };
              changes.push(aVisit(hours, { listing, closed, unreadable, lacking }));
              const files = { ...noFiles };
              statuses.forEach((status, bit) => {
                if (!(mix & (2 ** bit))) return;
                changes.push(aFile(fileOf(status, { slot: slotPath(hours), status })));
                files[status] = 1;
                if (status === "stored") files.bytes = 10;
              });
              const facts = { listing, closed, unreadable, lacking, files };
              expected.push({
                path: slotPath(hours),
                state: slotState(facts),
                settled: isSettled(facts),
                files,
              });
            }
      await store.record(changes);
      const slots = await all(store.slots(SOURCE, always));
      same(
        slots.map(({ path, state, settled, files }) => ({ path, state, settled, files })),
        expected,
      );
    },
  },
  {
    name: "counts, bytes and state follow a file from status to status",
    async run({ store }) {
      await store.record([aVisit(0), aFile(storedFile("b", { size: 7 }))]);
      const steps = [
        { file: fileOf("a"), state: "partial", counts: { pending: 1, stored: 1, bytes: 7 } },
        { file: storedFile("a", { size: 100 }), state: "complete", counts: { stored: 2, bytes: 107 } },
        {
          file: storedFile("a", { size: 250, version: 2 }),
          state: "complete",
          counts: { stored: 2, bytes: 257 },
        },
        {
          file: fileOf("a", { status: "quarantined" }),
          state: "partial",
          counts: { quarantined: 1, stored: 1, bytes: 7 },
        },
        {
          file: fileOf("a", { status: "gone" }),
          state: "complete",
          counts: { gone: 1, stored: 1, bytes: 7 },
        },
        {
          file: fileOf("a", { status: "expired" }),
          state: "complete",
          counts: { expired: 1, stored: 1, bytes: 7 },
        },
        {
          file: storedFile("a", { size: undefined }),
          state: "complete",
          counts: { stored: 2, bytes: 7 },
        },
      ];
      for (const { file, state, counts } of steps) {
        await store.record([aFile(file)]);
        const slot = await slotAt(store, 0);
        same(slot.files, { ...noFiles, ...counts });
        same([slot.state, slot.settled], [state, counts.pending === undefined]);
      }
    },
  },
  {
    name: "a visit leaves what the ledger knows of the slot's files alone, and judges by it",
    async run({ store }) {
      await store.record([aVisit(0, { closed: false, nextVisitAt: hour(1) }), aFile(storedFile("a"))]);
      same((await slotAt(store, 0)).state, "open");
      await store.record([aVisit(0, { listing: "missing" })]);
      const slot = await slotAt(store, 0);
      same([slot.state, slot.files], ["complete", { ...noFiles, stored: 1, bytes: 10 }]);
      await store.record([aVisit(0, { listing: "failed" })]);
      same((await slotAt(store, 0)).state, "failed");
      same((await store.files(SOURCE, [`${slotPath(0)}/a`])).size, 1);
    },
  },
  {
    name: "a file recorded for another slot is counted there and no longer here",
    async run({ store }) {
      await store.record([aVisit(0), aVisit(1), aFile(storedFile("a"))]);
      const moved = { ...storedFile("a"), slot: slotPath(1) };
      await store.record([aFile(moved)]);
      same((await slotAt(store, 0)).files, noFiles);
      same((await slotAt(store, 1)).files, { ...noFiles, stored: 1, bytes: 10 });
      same([...(await store.files(SOURCE, [moved.path])).values()], [moved]);
      same(await all(store.find({ slot: slotPath(0) })), []);
    },
  },
  {
    name: "sizes and their sums are exact beyond 32 bits",
    async run({ store }) {
      const size = 5 * 2 ** 40 + 1;
      await store.record([
        aVisit(0),
        aFile(storedFile("a", { size })),
        aFile(storedFile("b", { size: 2 ** 32 })),
      ]);
      same((await slotAt(store, 0)).files.bytes, size + 2 ** 32);
      same((await store.summarize({})).files.bytes, size + 2 ** 32);
      same([...(await store.files(SOURCE, [`${slotPath(0)}/a`])).values()][0]?.size, size);
    },
  },
];
