import type { LedgerChange } from "@daybook/core";
import type { StoreCase } from "./store-fixture.js";
import {
  aFile,
  all,
  always,
  anEvent,
  aVisit,
  contents,
  eventOf,
  fileOf,
  hour,
  rejects,
  same,
  slotPath,
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const due = (hours: number, at: Date, source = SOURCE): LedgerChange => ({
  kind: "due",
  source,
  path: slotPath(hours),
  at,
});

export const storeRecordCases: StoreCase[] = [
  {
    name: "the same changes recorded twice leave the same ledger",
    async run({ store }) {
      const changes = [
        aVisit(0, { nextVisitAt: hour(9), skipped: { count: 2, names: ["x"] } }),
        due(0, hour(8)),
        aFile(storedFile("a", { size: 5 })),
        aFile(fileOf("b")),
        anEvent(eventOf()),
        anEvent(eventOf({ detail: "connection reset" })),
      ];
      await store.record(changes);
      const once = await contents(store);
      await store.record(changes);
      same(await contents(store), once);
    },
  },
  {
    name: "one bad change and none of the others is applied",
    async run({ store }) {
      await store.record([aVisit(0, { nextVisitAt: hour(9) }), aFile(fileOf("a"))]);
      const before = await contents(store);
      const good = [
        aVisit(0, { listing: "failed" }),
        aVisit(1),
        due(0, hour(1)),
        aFile(storedFile("a")),
        aFile(storedFile("b")),
        anEvent(eventOf()),
      ];
      await rejects(store.record([...good, aFile(fileOf("lost", { slot: "/unknown" }))]), "store");
      same(await contents(store), before);
      same(await all(store.events(SOURCE, eventOf().path)), []);
    },
  },
  {
    name: 'a file of an unknown slot rejects with kind "store", also if another source has that slot',
    async run({ store }) {
      await rejects(store.record([aFile(fileOf("a"))]), "store");
      await store.record([aVisit(0, { source: "other" })]);
      await rejects(store.record([aFile(fileOf("a"))]), "store");
      same(await all(store.find({})), []);
    },
  },
  {
    name: 'a due change of an unknown slot rejects with kind "store", also if another source has that slot',
    async run({ store }) {
      await rejects(store.record([due(0, hour(1))]), "store");
      await store.record([aVisit(0, { source: "other" })]);
      await rejects(store.record([due(0, hour(1))]), "store");
      same(await all(store.slots(SOURCE, always)), []);
    },
  },
  {
    name: "a visit makes its slot known to what follows in the same call",
    async run({ store }) {
      await store.record([aVisit(0), due(0, hour(5)), aFile(storedFile("a"))]);
      const [slot] = await all(store.slots(SOURCE, always));
      same([slot?.state, slot?.nextVisitAt], ["complete", hour(5)]);
    },
  },
  {
    name: "of two records of one thing in a call the later one stays",
    async run({ store }) {
      await store.record([
        aVisit(0, { listing: "failed" }),
        aFile(fileOf("a")),
        aVisit(0),
        aFile(storedFile("a", { size: 3 })),
      ]);
      const [slot, ...more] = await all(store.slots(SOURCE, always));
      same([slot?.listing, slot?.files.stored, slot?.files.pending, slot?.files.bytes], ["entries", 1, 0, 3]);
      same(more, []);
      same(await all(store.find({})), [storedFile("a", { size: 3 })]);
    },
  },
  {
    name: "due moves a slot's next visit only earlier",
    async run({ store }) {
      const next = async () => (await all(store.slots(SOURCE, always))).map((s) => s.nextVisitAt);
      await store.record([aVisit(0, { nextVisitAt: hour(5) }), aVisit(1)]);
      await store.record([due(0, hour(6)), due(1, hour(7))]);
      same(await next(), [hour(5), hour(7)]);
      await store.record([due(0, hour(4)), due(1, hour(6)), due(1, hour(8))]);
      same(await next(), [hour(4), hour(6)]);
      await store.record([aVisit(0, { nextVisitAt: hour(9) })]);
      same(await next(), [hour(9), hour(6)]);
    },
  },
  {
    name: "recording nothing is fine and changes nothing",
    async run({ store }) {
      await store.record([aVisit(0)]);
      const before = await contents(store);
      await store.record([]);
      same(await contents(store), before);
    },
  },
  {
    name: "records made at the same time all arrive",
    async run({ store }) {
      await store.record([aVisit(0)]);
      const one = (i: number) =>
        store.record([aVisit(0), aFile(storedFile(`f${i}`)), anEvent(eventOf({ what: `${i}` }))]);
      await Promise.all(Array.from({ length: 30 }, (_, i) => one(i)));
      const [slot] = await all(store.slots(SOURCE, always));
      same([slot?.files.stored, slot?.files.bytes], [30, 300]);
      same((await all(store.find({}))).length, 30);
      same((await all(store.events(SOURCE, eventOf().path))).length, 30);
    },
  },
  {
    name: "thousands of changes go in one call",
    async run({ store }) {
      const files = Array.from({ length: 3_000 }, (_, i) => storedFile(`${i % 7}/f${i}`, { size: i }));
      await store.record([aVisit(0), ...files.map(aFile)]);
      const [slot] = await all(store.slots(SOURCE, always));
      same([slot?.files.stored, slot?.files.bytes], [3_000, (3_000 * 2_999) / 2]);
    },
  },
  {
    name: "the ledger keeps copies: changing what was handed in or handed out changes nothing",
    async run({ store }) {
      const file = storedFile("a");
      const names = ["x"];
      await store.record([aVisit(0, { nextVisitAt: hour(9), skipped: { count: 1, names } }), aFile(file)]);
      const before = JSON.stringify(await contents(store));
      names.push("y");
      file.firstSeenAt.setTime(0);
      for await (const slot of store.slots(SOURCE, always)) {
        slot.start.setTime(0);
        slot.nextVisitAt?.setTime(0);
        (slot.skipped.names as string[]).push("z");
      }
      for await (const found of store.find({})) found.observedAt?.setTime(0);
      for (const found of (await store.files(SOURCE, [file.path])).values()) found.storedAt?.setTime(0);
      (await store.summarize({})).nextVisitAt?.setTime(0);
      same(JSON.stringify(await contents(store)), before);
    },
  },
];
