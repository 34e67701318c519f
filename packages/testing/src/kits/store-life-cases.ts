import assert from "node:assert/strict";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
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
  SOURCE,
  storedFile,
} from "./store-fixture.js";

const ledger = [
  aVisit(0, { nextVisitAt: hour(9), skipped: { count: 2, names: ["x", "y\n"] }, reason: "slow" }),
  aVisit(1, { listing: "failed", unreadable: { count: 1, names: ["??"] } }),
  aFile(storedFile("a", { size: 2 ** 33 })),
  aFile(fileOf("b", { observedAt: undefined })),
  anEvent(eventOf({ detail: "reset" })),
];

export function storeLifeCases({ persistent }: StoreTraits): StoreCase[] {
  return persistent ? [...anyStore, ...persistentStore] : anyStore;
}

const anyStore: StoreCase[] = [
  {
    name: "open() again keeps the ledger",
    async run({ store }) {
      await store.record(ledger);
      const before = await contents(store);
      await store.open();
      await Promise.all([store.open(), store.open()]);
      same(await contents(store), before);
    },
  },
  {
    name: "close() twice, or two at once, is fine",
    async run({ store }) {
      await store.record(ledger);
      await Promise.all([store.close(), store.close()]);
      await store.close();
    },
  },
  {
    name: 'calls after close() reject with kind "store"',
    async run({ store }) {
      await store.record(ledger);
      await store.close();
      await rejects(store.record([aVisit(2)]), "store");
      await rejects(store.record([]), "store");
      await rejects(store.files(SOURCE, ["/a"]), "store");
      await rejects(store.files(SOURCE, []), "store");
      await rejects(store.summarize({}), "store");
      await rejects(store.messages("alarm", 1), "store");
      await rejects(store.backlog(), "store");
      await rejects(store.lease("radar", "me", 1_000, hour(0)), "store");
      await rejects(store.leaseHolder("radar", hour(0)), "store");
      await rejects(all(store.slots(SOURCE, always)), "store");
      await rejects(all(store.find({})), "store");
      await rejects(all(store.events(SOURCE, "/a")), "store");
    },
  },
];

const persistentStore: StoreCase[] = [
  {
    name: "a ledger closed and opened again is the same",
    async run({ store, reopen }) {
      assert.ok(reopen, "the fixture of a persistent store has reopen()");
      await store.record(ledger);
      const before = await contents(store);
      const again = await reopen();
      same(await contents(again), before);
      await again.record([aVisit(0), aFile(fileOf("a")), ...ledger]);
      same(await contents(await reopen()), before);
    },
  },
  {
    name: "leases outlive a close, so that nobody takes over early",
    async run({ store, reopen }) {
      assert.ok(reopen, "the fixture of a persistent store has reopen()");
      await store.lease("radar", "me", 600_000, hour(0));
      const again = await reopen();
      same(await again.lease("radar", "you", 600_000, hour(0)), false);
      same(await again.leaseHolder("radar", hour(0)), "me");
    },
  },
];
