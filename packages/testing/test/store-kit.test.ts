import type { StateStore } from "@daybook/core";
import { MemoryStore } from "@daybook/core";
import type { StoreCase } from "@daybook/testing";
import { storeCases } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { brokenStore } from "./store/broken-store.js";
import { brokenStores } from "./store/broken-stores.js";

const cases = storeCases({ persistent: true, leaseClock: "argument" });

async function passes({ run }: StoreCase, store: StateStore): Promise<boolean> {
  const reopen = async () => {
    await store.close();
    await store.open();
    return store;
  };
  await store.open();
  return run({ store, reopen }).then(
    () => true,
    () => false,
  );
}

async function failures(make: () => StateStore, which = cases): Promise<string[]> {
  const failed: string[] = [];
  for (const c of which) if (!(await passes(c, make()))) failed.push(c.name);
  return failed;
}

describe("the store kit tells a store that", () => {
  const uncaught = new Set(cases);

  // A case that has told one broken store already is only run again where a store broken otherwise got past the rest.
  async function isCaught(make: () => StateStore): Promise<boolean> {
    const failed = await failures(make, [...uncaught]);
    for (const c of uncaught) if (failed.includes(c.name)) uncaught.delete(c);
    if (failed.length > 0) return true;
    for (const c of cases) if (!uncaught.has(c) && !(await passes(c, make()))) return true;
    return false;
  }

  for (const [name, how] of Object.entries(brokenStores))
    test(name, async () => {
      expect(await isCaught(() => brokenStore(how))).toBe(true);
    });

  test("is broken in some way by each of its cases", () => {
    expect([...uncaught].map((c) => c.name)).toEqual([]);
  });
});

test("a store that is not broken passes, also through the wrapper of the broken ones", async () => {
  expect(await failures(() => brokenStore(() => ({})))).toEqual([]);
});

test("stores with a clock of their own are held to it", async () => {
  const ofDatabase = storeCases({ persistent: true, leaseClock: "database" });
  const own = (): StateStore =>
    brokenStore((s) => ({
      lease: (name, holder, ttl) => s.lease(name, holder, ttl, new Date()),
      leaseHolder: (name) => s.leaseHolder(name, new Date()),
      record: (changes, options) => s.record(changes, { ...options, now: new Date() }),
    }));
  expect(await failures(own, ofDatabase)).toEqual([]);
  expect(await failures(() => new MemoryStore(), ofDatabase)).toEqual([
    "a lease expires by the database's clock, whatever time the caller thinks it is",
    "a lease that has run out by the database's clock fences, whatever time the caller thinks it is",
  ]);
});

test("what doesn't outlive a close is not asked to", () => {
  const fewer = storeCases({ persistent: false, leaseClock: "argument" });
  const names = cases.map((c) => c.name).filter((name) => !fewer.some((c) => c.name === name));
  expect(names).toEqual([
    "a ledger closed and opened again is the same",
    "leases outlive a close, so that nobody takes over early",
    "messages that wait outlive a close, in their order",
    "notes outlive a close",
    "a planned stretch outlives a close",
  ]);
});
