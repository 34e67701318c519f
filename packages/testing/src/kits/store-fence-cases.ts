import assert from "node:assert/strict";
import type { Fence, LedgerChange, RecordOptions, StateStore } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
import { aFile, aVisit, contents, fileOf, hour, same, storedFile } from "./store-fixture.js";

const now = hour(0);
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const LEASE = 5 * 60_000;
const ours: Fence = { lease: "radar", holder: "me" };
const changes: LedgerChange[] = [
  aVisit(0),
  aFile(storedFile("a")),
  { kind: "note", key: "n", value: "v", at: now },
];

async function refuses(store: StateStore, options: RecordOptions, lease = "radar"): Promise<void> {
  const before = [await contents(store), await store.notes("")];
  await assert.rejects(store.record(changes, options), (error) => {
    assert.ok(isDaybookError(error, "busy"), `expected kind "busy", got: ${String(error)}`);
    same([error.code, error.path], ["lease-lost", lease]);
    return true;
  });
  same([await contents(store), await store.notes("")], before, "something was written");
}

export function storeFenceCases({ leaseClock }: StoreTraits): StoreCase[] {
  return leaseClock === "argument" ? [...anyStore, ...argumentClock] : [...anyStore, ...databaseClock];
}

const anyStore: StoreCase[] = [
  {
    name: "a record with a fence is written while its holder holds the lease, and refused whole once it doesn't",
    async run({ store }) {
      await refuses(store, { fence: ours, now });
      await store.lease("radar", "me", LEASE, now);
      await store.record(changes, { fence: ours, now });
      await refuses(store, { fence: { ...ours, holder: "you" }, now });
      await refuses(store, { fence: { ...ours, lease: "other" }, now }, "other");
      await store.lease("radar", "me", 0, now);
      await refuses(store, { fence: ours, now });
      await store.lease("radar", "you", LEASE, now);
      await refuses(store, { fence: ours, now });
    },
  },
  {
    name: "of several fences each must hold, and the one that doesn't is named",
    async run({ store }) {
      await store.lease("radar", "me", LEASE, now);
      await store.lease("other", "you", LEASE, now);
      const other = { lease: "other", holder: "me" };
      await refuses(store, { fence: [ours, other], now }, "other");
      await store.record(changes, { fence: [ours, { ...other, holder: "you" }, ours], now });
      await store.record(changes, { fence: [], now });
    },
  },
  {
    name: "who takes the lease while another records waits, or the record is refused: never both",
    async run({ store }) {
      await store.record([aVisit(0)]);
      await store.lease("radar", "me", LEASE, now);
      const writing = Array.from({ length: 20 }, (_, i) =>
        store.record([aFile(fileOf(`f${i}`))], { fence: ours, now }).then(
          () => true,
          (error: unknown) => (isDaybookError(error, "busy") ? false : Promise.reject(error as Error)),
        ),
      );
      const given = store.lease("radar", "me", 0, now).then(() => store.lease("radar", "you", LEASE, now));
      same(await given, true);
      const { pending } = (await store.summarize({})).files;
      const written = (await Promise.all(writing)).filter(Boolean).length;
      same([pending, (await store.summarize({})).files.pending], [written, written]);
      await refuses(store, { fence: ours, now });
    },
  },
];

const argumentClock: StoreCase[] = [
  {
    name: "a lease that has run out fences, where a time is given, although nobody took it",
    async run({ store }) {
      await store.lease("radar", "me", LEASE, now);
      await store.record(changes, { fence: ours, now: new Date(later(5).getTime() - 1) });
      await refuses(store, { fence: ours, now: later(5) });
      await store.record(changes, { fence: ours });
    },
  },
];

const databaseClock: StoreCase[] = [
  {
    name: "a lease that has run out by the database's clock fences, whatever time the caller thinks it is",
    async run({ store }) {
      await store.lease("radar", "me", 60_000, later(-600));
      await store.record(changes, { fence: ours, now: later(600) });
      await store.lease("radar", "me", 20, now);
      const deadline = Date.now() + 20_000;
      while ((await store.leaseHolder("radar", now)) !== undefined) assert.ok(Date.now() < deadline);
      await refuses(store, { fence: ours, now });
    },
  },
];
