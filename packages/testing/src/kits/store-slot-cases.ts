import assert from "node:assert/strict";
import type { StateStore, TimeRange } from "@daybook/core";
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
  visitOf,
} from "./store-fixture.js";

const hoursIn = async (store: StateStore, range: TimeRange): Promise<number[]> =>
  (await all(store.slots(SOURCE, range))).map((s) => (s.start.getTime() - hour(0).getTime()) / 3_600_000);

export const storeSlotCases: StoreCase[] = [
  {
    name: "slots() gives the slots that share an instant with the range, oldest first",
    async run({ store }) {
      await store.record([3, 0, 4, 1, 2].map((h) => aVisit(h)));
      same(await hoursIn(store, always), [0, 1, 2, 3, 4]);
      same(await hoursIn(store, { start: hour(1), end: hour(3) }), [1, 2]);
      same(await hoursIn(store, { start: hour(1.5), end: hour(2.5) }), [1, 2]);
      same(await hoursIn(store, { start: new Date(hour(2).getTime() - 1), end: hour(2) }), [1]);
      same(await hoursIn(store, { start: hour(2), end: new Date(hour(2).getTime() + 1) }), [2]);
      same(await hoursIn(store, { start: hour(3.5) }), [3, 4]);
      same(await hoursIn(store, { start: hour(5), end: hour(9) }), []);
    },
  },
  {
    name: "a slot without an end overlaps every range that ends after its start",
    async run({ store }) {
      await store.record([aVisit(0, { end: undefined }), aVisit(1), aVisit(5)]);
      same(await hoursIn(store, { start: hour(3), end: hour(4) }), [0]);
      same(await hoursIn(store, { start: hour(5), end: hour(6) }), [0, 5]);
      same(await hoursIn(store, { start: hour(9000) }), [0]);
      same(await hoursIn(store, { start: hour(-2), end: hour(0) }), []);
    },
  },
  {
    name: "a long slot is found by a range that begins long after it",
    async run({ store }) {
      await store.record([aVisit(0, { end: hour(1000) }), ...[1, 2, 3, 998, 1001].map((h) => aVisit(h))]);
      same(await hoursIn(store, { start: hour(998), end: hour(1000) }), [0, 998]);
      same(await hoursIn(store, { start: hour(1000) }), [1001]);
    },
  },
  {
    name: "slots() keeps to its source, also where another has the same paths",
    async run({ store }) {
      await store.record([aVisit(0), aVisit(0, { source: "other", listing: "empty" }), aVisit(1)]);
      same(await hoursIn(store, always), [0, 1]);
      const [other, ...more] = await all(store.slots("other", always));
      same([other?.source, other?.listing, more.length], ["other", "empty", 0]);
      same(await all(store.slots("nobody", always)), []);
    },
  },
  {
    name: "dueBy keeps the slots due at or before it",
    async run({ store }) {
      const due = (h: number, nextVisitAt?: Date) => aVisit(h, { nextVisitAt });
      await store.record([due(0, hour(10)), due(1, hour(9)), due(2, hour(10.5)), due(3)]);
      const found = await all(store.slots(SOURCE, always, { dueBy: hour(10) }));
      same(
        found.map((s) => s.path),
        [slotPath(0), slotPath(1)],
      );
      const narrow = await all(
        store.slots(SOURCE, { start: hour(1), end: hour(2) }, { dueBy: hour(11), states: ["empty"] }),
      );
      same(
        narrow.map((s) => s.path),
        [slotPath(1)],
      );
    },
  },
  {
    name: "states keeps the slots in one of them; unseen ones are never stored",
    async run({ store }) {
      await store.record([
        aVisit(0, { listing: "empty" }),
        aVisit(1, { listing: "failed" }),
        aVisit(2, { listing: "missing" }),
        aVisit(3, { closed: false }),
      ]);
      const inStates = async (...states: ("empty" | "failed" | "missing" | "open" | "unseen")[]) =>
        (await all(store.slots(SOURCE, always, { states }))).map((s) => s.state);
      same(await inStates("failed", "empty"), ["empty", "failed"]);
      same(await inStates("missing", "unseen", "open"), ["missing", "open"]);
      same(await inStates("unseen"), []);
      same(await inStates(), []);
    },
  },
  {
    name: "every field of a visit comes back as recorded, to the millisecond",
    async run({ store }) {
      const names = ['"quoted"', "new\nline", "Ünï-🛰", "100%_\\"];
      const visit = visitOf(0, {
        start: new Date(hour(0).getTime() + 1),
        end: new Date(hour(1).getTime() - 1),
        listing: "truncated",
        visitedAt: new Date(hour(2).getTime() + 123),
        listedAt: new Date(hour(1).getTime() + 456),
        closed: false,
        nextVisitAt: new Date(hour(3).getTime() + 789),
        failures: 3,
        reason: 'cut off: "226 truncated"\nsay so',
        selection: "a1b2c3",
        skipped: { count: 12, names },
        unreadable: { count: 2, names: ["???"] },
        lacking: { count: 3, names: ["12:40", "12:50 VRAD"] },
      });
      await store.record([{ kind: "visit", visit }]);
      const [slot] = await all(store.slots(SOURCE, always));
      const files = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
      same(slot, { ...visit, state: "failed", settled: false, files });
    },
  },
  {
    name: "a slot visited again is replaced whole: what the new visit leaves out is gone",
    async run({ store }) {
      await store.record([
        aVisit(0, { nextVisitAt: hour(5), listedAt: hour(2), reason: "cut", failures: 2, listing: "failed" }),
      ]);
      const again = visitOf(0, { end: undefined, visitedAt: hour(6), skipped: { count: 1, names: ["x"] } });
      await store.record([{ kind: "visit", visit: again }]);
      const slots = await all(store.slots(SOURCE, always));
      const files = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
      same(slots, [{ ...again, state: "empty", settled: true, files }]);
    },
  },
  {
    name: "thousands of slots come back in order, each once, with and without a filter",
    async run({ store }) {
      const count = 2_500;
      const visits = Array.from({ length: count }, (_, i) =>
        aVisit((i * 7) % count, { nextVisitAt: hour(0) }),
      );
      await store.record(visits);
      const expected = Array.from({ length: count }, (_, i) => slotPath(i));
      for (const filter of [undefined, { dueBy: hour(1) }, { states: ["empty"] as const }]) {
        const paths = (await all(store.slots(SOURCE, always, filter))).map((s) => s.path);
        same(paths, expected);
      }
    },
  },
  {
    name: "slots that start at the same time all come, whatever their number",
    async run({ store }) {
      const paths = Array.from({ length: 1_200 }, (_, i) => `/data/${String(i).padStart(4, "0")}`);
      await store.record(paths.map((path) => aVisit(0, { path })));
      same((await all(store.slots(SOURCE, always))).map((s) => s.path).sort(), paths);
    },
  },
  {
    name: "glimpses() tells of the slots that slots() gives, in their order, however many there are",
    async run({ store }) {
      const paths = Array.from({ length: 2_050 }, (_, i) => `/data/same/${i}`);
      await store.record([
        ...paths.map((path) => aVisit(0, { path, listing: "empty" })),
        aVisit(-30, { end: undefined, closed: false, selection: "a1b2c3" }),
        aVisit(1, { listing: "missing", start: new Date(hour(1).getTime() + 1) }),
        aVisit(2, { source: "other" }),
        aVisit(3),
        aFile(storedFile("a", { slot: slotPath(3) })),
        aFile(fileOf("b", { slot: slotPath(3), status: "quarantined" })),
        aFile(fileOf("c", { slot: slotPath(3), status: "gone" })),
        aVisit(4, { listing: "failed" }),
        aVisit(5),
        aFile(storedFile("d", { slot: slotPath(5) })),
        aVisit(6),
        aFile(storedFile("e", { slot: slotPath(6) })),
        aFile(fileOf("f", { slot: slotPath(6), status: "gone" })),
      ]);
      for (const range of [always, { start: hour(0), end: hour(4) }, { start: hour(3.5), end: hour(9) }])
        for (const filter of [undefined, { flawed: false }, { flawed: true }]) {
          const slots = await all(store.slots(SOURCE, range, filter));
          const expected = slots.map(({ path, start, end, state, selection, files }) => ({
            path,
            start,
            end,
            state,
            selection,
            lost: files.quarantined + files.gone,
          }));
          assert.ok(expected.length > 1);
          same(await all(store.glimpses(SOURCE, range, filter)), expected);
        }
      same(await all(store.glimpses("nobody", always)), []);
    },
  },
  {
    name: "slots recorded while they are read come once each",
    async run({ store }) {
      const count = 1_200;
      await store.record(Array.from({ length: count }, (_, h) => aVisit(h, { nextVisitAt: hour(h) })));
      const seen: string[] = [];
      for await (const slot of store.slots(SOURCE, always, { dueBy: hour(count) })) {
        seen.push(slot.path);
        if (seen.length % 100 === 1)
          await store.record([
            { kind: "visit", visit: { ...visitOf(seen.length - 1), visitedAt: hour(5_000) } },
            aFile(fileOf("late", { slot: slot.path })),
          ]);
      }
      assert.equal(seen.length, count);
      same(
        seen,
        Array.from({ length: count }, (_, h) => slotPath(h)),
      );
    },
  },
];
