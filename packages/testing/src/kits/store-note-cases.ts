import type { LedgerChange, StateStore } from "@daybook/core";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
import { aFile, aVisit, fileOf, hour, rejects, same } from "./store-fixture.js";

const note = (key: string, value?: string, at = hour(1)): LedgerChange => ({ kind: "note", key, value, at });

const told = async (store: StateStore, prefix = "") =>
  (await store.notes(prefix)).map(({ key, value }) => `${key}=${value}`);

export function storeNoteCases({ persistent }: StoreTraits): StoreCase[] {
  return persistent ? [...anyStore, ...persistentStore] : anyStore;
}

const anyStore: StoreCase[] = [
  {
    name: "notes come back as noted, by key, those alone whose keys begin with the prefix",
    async run({ store }) {
      same(await store.notes(""), []);
      const odd = 'it\'s "so"\n🛰 100% _';
      await store.record([
        note("time/b", "2"),
        note("time/a", odd, hour(2)),
        note("timely", ""),
        note("host/x", "0"),
      ]);
      same(await store.notes("time/"), [
        { key: "time/a", value: odd, at: hour(2) },
        { key: "time/b", value: "2", at: hour(1) },
      ]);
      same(await told(store), ["host/x=0", `time/a=${odd}`, "time/b=2", "timely="]);
      same([await told(store, "time/a/"), await told(store, "%"), await told(store, "_")], [[], [], []]);
    },
  },
  {
    name: "a note stands in place of the one before it, and without a value it is forgotten",
    async run({ store }) {
      await store.record([note("a", "1"), note("b", "1"), note("c", "1")]);
      await store.record([note("a", "2", hour(3)), note("b"), note("c"), note("c", "3"), note("never")]);
      same(await store.notes(""), [
        { key: "a", value: "2", at: hour(3) },
        { key: "c", value: "3", at: hour(1) },
      ]);
    },
  },
  {
    name: "a note goes with the other changes of its call, or not at all",
    async run({ store }) {
      await store.record([aVisit(0), aFile(fileOf("a")), note("a", "1")]);
      const bad = aFile(fileOf("lost", { slot: "/unknown" }));
      await rejects(store.record([note("a", "2"), note("b", "2"), bad]), "store");
      same(await told(store), ["a=1"]);
    },
  },
];

const persistentStore: StoreCase[] = [
  {
    name: "notes outlive a close",
    async run({ store, reopen }) {
      await store.record([note("a", "1", hour(4)), note("b", "1")]);
      await store.record([note("b")]);
      same(await (await reopen!()).notes(""), [{ key: "a", value: "1", at: hour(4) }]);
    },
  },
];
