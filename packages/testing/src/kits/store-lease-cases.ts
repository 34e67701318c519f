import assert from "node:assert/strict";
import type { StateStore } from "@daybook/core";
import type { StoreCase, StoreTraits } from "./store-fixture.js";
import { hour, same } from "./store-fixture.js";

const minutes = (n: number): number => n * 60_000;
const now = hour(0);

export function storeLeaseCases({ leaseClock }: StoreTraits): StoreCase[] {
  return [...anyClock, ...(leaseClock === "argument" ? argumentClock : databaseClock)];
}

const anyClock: StoreCase[] = [
  {
    name: "a lease is refused to others while somebody holds it, and renewed for its holder",
    async run({ store }) {
      same(await store.leaseHolder("radar", now), undefined);
      same(await store.lease("radar", "me", minutes(5), now), true);
      same(await store.lease("radar", "you", minutes(5), now), false);
      same(await store.lease("radar", "me", minutes(5), now), true);
      same(await store.leaseHolder("radar", now), "me");
    },
  },
  {
    name: "leases of different names don't touch",
    async run({ store }) {
      same(await store.lease("radar", "me", minutes(5), now), true);
      same(await store.lease("other", "you", minutes(5), now), true);
      same([await store.leaseHolder("radar", now), await store.leaseHolder("other", now)], ["me", "you"]);
      same(await store.leaseHolder("third", now), undefined);
    },
  },
  {
    name: "a ttl of 0 gives a lease back, but only the holder's own",
    async run({ store }) {
      same(await store.lease("radar", "me", minutes(5), now), true);
      same(await store.lease("radar", "you", 0, now), false);
      same(await store.leaseHolder("radar", now), "me");
      same(await store.lease("radar", "me", 0, now), true);
      same(await store.leaseHolder("radar", now), undefined);
      same(await store.lease("radar", "me", 0, now), true);
      same(await store.lease("radar", "you", minutes(5), now), true);
    },
  },
  {
    name: "of many who ask at the same time one gets the lease",
    async run({ store }) {
      const who = Array.from({ length: 10 }, (_, i) => `holder ${i}`);
      const got = await Promise.all(who.map((holder) => store.lease("radar", holder, minutes(5), now)));
      same(got.filter(Boolean).length, 1);
      same(await store.leaseHolder("radar", now), who[got.indexOf(true)]);
    },
  },
];

const argumentClock: StoreCase[] = [
  {
    name: "a lease expires its ttl after it was last renewed",
    async run({ store }) {
      await store.lease("radar", "me", minutes(5), now);
      await store.lease("radar", "me", minutes(5), new Date(now.getTime() + minutes(4)));
      const last = new Date(now.getTime() + minutes(9) - 1);
      same(
        [await store.lease("radar", "you", minutes(1), last), await store.leaseHolder("radar", last)],
        [false, "me"],
      );
      const over = new Date(now.getTime() + minutes(9));
      same(await store.leaseHolder("radar", over), undefined);
      same(await store.lease("radar", "you", minutes(1), over), true);
      same(await store.leaseHolder("radar", over), "you");
      same(await store.lease("radar", "me", minutes(1), over), false);
    },
  },
];

const databaseClock: StoreCase[] = [
  {
    name: "a lease expires by the database's clock, whatever time the caller thinks it is",
    async run({ store }) {
      await store.lease("radar", "me", minutes(60), now);
      same(await store.lease("radar", "you", minutes(1), new Date(now.getTime() + minutes(600))), false);
      await store.lease("radar", "me", 50, now);
      await released(store);
      same(await store.lease("radar", "you", minutes(1), now), true);
      same(await store.leaseHolder("radar", now), "you");
    },
  },
];

async function released(store: StateStore): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await store.leaseHolder("radar", now)) !== undefined)
    assert.ok(Date.now() < deadline, "a lease of 50 ms was still held after 20 s");
}
