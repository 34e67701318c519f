import type { Summary } from "@daybook/core";
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

const nothing: Summary = {
  slots: { open: 0, failed: 0, partial: 0, incomplete: 0, complete: 0, empty: 0, missing: 0 },
  settled: 0,
  files: { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 },
  skipped: 0,
  unreadable: 0,
};

const ledger = [
  aVisit(0, { skipped: { count: 3, names: ["x"] } }),
  aVisit(1, { listing: "failed", nextVisitAt: hour(6), unreadable: { count: 2, names: [] } }),
  aVisit(2, { closed: false, nextVisitAt: hour(5) }),
  aVisit(3, { listing: "missing" }),
  aVisit(4, { nextVisitAt: hour(9) }),
  aVisit(5, { listing: "empty" }),
  aVisit(6, { lacking: { count: 2, names: ["12:40"] } }),
  aVisit(0, { source: "other", nextVisitAt: hour(2), skipped: { count: 1, names: ["y"] } }),
  aFile(storedFile("a", { size: 100 })),
  aFile(storedFile("b", { size: 11 })),
  aFile(storedFile("g", { slot: slotPath(6), size: 5 })),
  aFile(fileOf("c", { slot: slotPath(1) })),
  aFile(fileOf("d", { slot: slotPath(4), status: "quarantined" })),
  aFile(fileOf("e", { slot: slotPath(4), status: "gone" })),
  aFile(fileOf("f", { slot: slotPath(4), status: "expired", size: 7 })),
  aFile(storedFile("a", { source: "other", size: 1_000 })),
];

const ours: Summary = {
  slots: { open: 1, failed: 1, partial: 1, incomplete: 1, complete: 1, empty: 1, missing: 1 },
  settled: 5,
  files: { pending: 1, stored: 3, quarantined: 1, gone: 1, expired: 1, bytes: 116 },
  skipped: 3,
  unreadable: 2,
  nextVisitAt: hour(5),
};

export const storeSummaryCases: StoreCase[] = [
  {
    name: "the summary of an empty ledger, or of an unknown source, is all zeros",
    async run({ store }) {
      same(await store.summarize({}), nothing);
      await store.record(ledger);
      same(await store.summarize({ source: "nobody", range: always }), nothing);
      same(await store.summarize({ source: SOURCE, range: { start: hour(50) } }), nothing);
    },
  },
  {
    name: "a source's summary adds up its slots and files, and tells when the next visit is due",
    async run({ store }) {
      await store.record(ledger);
      same(await store.summarize({ source: SOURCE }), ours);
      same(await store.summarize({ source: SOURCE, range: always }), ours);
    },
  },
  {
    name: "a summary without a source is of all of them",
    async run({ store }) {
      await store.record(ledger);
      same(await store.summarize({}), {
        ...ours,
        slots: { ...ours.slots, complete: 2 },
        settled: 6,
        files: { ...ours.files, stored: 4, bytes: 1_116 },
        skipped: 4,
        nextVisitAt: hour(2),
      });
      const first = await store.summarize({ range: { start: hour(0), end: hour(1) } });
      same([first.slots.complete, first.files.bytes, first.skipped], [2, 1_111, 4]);
    },
  },
  {
    name: "a summary's range takes the slots that overlap it",
    async run({ store }) {
      await store.record([...ledger, aVisit(-5, { path: "/endless", end: undefined, listing: "empty" })]);
      const middle = await store.summarize({ source: SOURCE, range: { start: hour(1.5), end: hour(4) } });
      same(middle, {
        ...nothing,
        slots: { ...nothing.slots, failed: 1, open: 1, missing: 1, empty: 1 },
        settled: 2,
        files: { ...nothing.files, pending: 1 },
        unreadable: 2,
        nextVisitAt: hour(5),
      });
      const late = await store.summarize({ source: SOURCE, range: { start: hour(5), end: hour(6) } });
      same([late.slots.empty, late.settled, late.nextVisitAt], [2, 2, undefined]);
    },
  },
  {
    name: "the summary agrees with the slots and files themselves",
    async run({ store }) {
      await store.record(ledger);
      await store.record([aFile(storedFile("c", { slot: slotPath(1) })), aFile(fileOf("a")), aVisit(1)]);
      const { slots, files } = await store.summarize({ source: SOURCE });
      for (const slot of await all(store.slots(SOURCE, always)))
        (slots as Record<string, number>)[slot.state]!--;
      same(slots, nothing.slots);
      for (const status of ["pending", "stored", "quarantined", "gone", "expired"] as const)
        same(files[status], (await all(store.find({ source: SOURCE, status: [status] }))).length);
    },
  },
];
