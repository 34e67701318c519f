import type { LedgerChange, PlannedStretch } from "@daybook/core";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
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

const aStretch = (fields: Partial<PlannedStretch> = {}): PlannedStretch => ({
  layout: "l1",
  selection: "s1",
  start: hour(0),
  end: hour(3),
  slots: 3,
  ...fields,
});
const planned = (stretch?: PlannedStretch, source = SOURCE): LedgerChange => ({
  kind: "planned",
  source,
  stretch,
});
const looked = (hours: number, selection = "s1") => aVisit(hours, { selection });
const threeHours = [0, 1, 2].map((at) => looked(at));

export function storePlannedCases({ persistent }: StoreTraits): StoreCase[] {
  return persistent ? [...anyStore, outlives] : anyStore;
}

const anyStore: StoreCase[] = [
  {
    name: "a planned stretch is known as it was noted last, until it is taken back",
    async run({ store }) {
      same(await store.planned(SOURCE), undefined);
      await store.record([...threeHours, planned(aStretch())]);
      same([await store.planned(SOURCE), await store.planned("other")], [aStretch(), undefined]);
      const longer = aStretch({
        layout: "l2",
        start: new Date(hour(0).getTime() + 1),
        end: hour(4),
        slots: 4,
      });
      await store.record([looked(3), planned(longer), planned(aStretch(), "other")]);
      same(await store.planned(SOURCE), longer);
      await store.record([planned()]);
      same(await store.planned(SOURCE), undefined);
    },
  },
  {
    name: "a planned stretch isn't believed while a slot of it has no record, or one too many",
    async run({ store }) {
      await store.record([looked(0), looked(2), planned(aStretch())]);
      same(await store.planned(SOURCE), undefined);
      await store.record([looked(1)]);
      same(await store.planned(SOURCE), aStretch());
      await store.record([aVisit(2, { path: "/another", selection: "s1" })]);
      same(await store.planned(SOURCE), undefined);
    },
  },
  {
    name: "a planned stretch isn't believed once a slot of it was visited for something else",
    async run({ store }) {
      await store.record([...threeHours, planned(aStretch())]);
      await store.record([looked(1, "s2")]);
      same(await store.planned(SOURCE), undefined);
      await store.record([aVisit(1)]);
      same(await store.planned(SOURCE), undefined);
      await store.record([looked(1)]);
      same(await store.planned(SOURCE), aStretch());
    },
  },
  {
    name: "slots that share an instant with a planned stretch count, those that touch it don't",
    async run({ store }) {
      const day = aVisit(-20, { end: hour(1), selection: "s1" });
      const endless = aVisit(-30, { end: undefined, selection: "s1" });
      await store.record([looked(-1), looked(3), ...threeHours, looked(5)]);
      await store.record([planned(aStretch())]);
      same(await store.planned(SOURCE), aStretch());
      await store.record([day, endless]);
      same(await store.planned(SOURCE), undefined);
      await store.record([planned(aStretch({ slots: 5 }))]);
      same(await store.planned(SOURCE), aStretch({ slots: 5 }));
    },
  },
  {
    name: "slots whose last visit was later than a time can be asked for",
    async run({ store }) {
      await store.record([
        aVisit(0, { visitedAt: hour(9) }),
        aVisit(1, { visitedAt: new Date(+hour(9) + 1), nextVisitAt: hour(20) }),
        aVisit(2, { visitedAt: hour(30), closed: false, nextVisitAt: hour(40) }),
        aVisit(3),
        aVisit(4, { visitedAt: hour(30), source: "other" }),
      ]);
      const paths = async (filter: object) =>
        (await all(store.slots(SOURCE, always, filter))).map(({ path }) => path);
      same(await paths({ visitedAfter: hour(9) }), [slotPath(1), slotPath(2)]);
      same(await paths({ visitedAfter: hour(9), dueBy: hour(20) }), [slotPath(1)]);
      same(await paths({ visitedAfter: hour(9), unsettled: true }), [slotPath(2)]);
      same(await paths({ visitedAfter: hour(30) }), []);
    },
  },
  {
    name: "slots that aren't settled, and slots that are flawed, can be asked for",
    async run({ store }) {
      await store.record([
        aVisit(0),
        aFile(storedFile("a")),
        aVisit(1, { closed: false }),
        aVisit(2, { listing: "failed" }),
        aVisit(3, { listing: "missing" }),
        aVisit(4),
        ...["stored", "gone"].map((status) =>
          aFile(fileOf(status, { slot: slotPath(4), status: status as "stored" | "gone" })),
        ),
        aVisit(5),
        aFile(fileOf("waits", { slot: slotPath(5) })),
        aVisit(6),
        aFile(fileOf("bad", { slot: slotPath(6), status: "quarantined" })),
        aVisit(7, { unreadable: { count: 1, names: ["?"] } }),
        aFile(storedFile("b", { slot: slotPath(7) })),
        aVisit(8),
        aFile(storedFile("c", { slot: slotPath(8) })),
      ]);
      const hours = async (filter: object, range = always) =>
        (await all(store.slots(SOURCE, range, filter)))
          .map(({ start }) => +start - +hour(0))
          .map((ms) => ms / 36e5);
      same(await hours({ unsettled: true }), [1, 2, 5]);
      same(await hours({ flawed: true }), [1, 2, 3, 4, 5, 6, 7]);
      same(await hours({ flawed: true, unsettled: true }), [1, 2, 5]);
      same(await hours({ flawed: true, states: ["complete", "failed"] }), [2, 4]);
      const middle = { start: hour(2.5), end: hour(5.5) };
      same([await hours({ flawed: true }, middle), await hours({ unsettled: true }, middle)], [[2, 3, 4, 5], [2, 5]]); // prettier-ignore
      await store.record([aFile(storedFile("waits", { slot: slotPath(5) })), aFile(fileOf("a"))]);
      same(await hours({ unsettled: true }), [0, 1, 2]);
      same(await hours({ flawed: true }), [0, 1, 2, 3, 4, 6, 7]);
    },
  },
];

const outlives: StoreCase = {
  name: "a planned stretch outlives a close",
  async run({ store, reopen }) {
    await store.record([...threeHours, planned(aStretch())]);
    same(await (await reopen!()).planned(SOURCE), aStretch());
  },
};
