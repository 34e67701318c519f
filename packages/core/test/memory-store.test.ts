import { MemoryStore, memoryStore, StateStoreToken } from "@daybook/core";
import { storeCases } from "@daybook/testing";
import { describe, expect, test } from "vitest";

describe("MemoryStore keeps the store contract:", () => {
  for (const { name, run } of storeCases({ persistent: true, leaseClock: "argument" }))
    test(name, async () => {
      const store = new MemoryStore();
      const reopen = async () => {
        await store.close();
        await store.open();
        return store;
      };
      await store.open();
      await run({ store, reopen });
    });
});

test("memoryStore() makes a ledger of its own, or goes on with the one handed in", () => {
  const deps = {} as Parameters<ReturnType<typeof memoryStore>["create"]>[0];
  const kept = new MemoryStore();
  expect(memoryStore().provides).toBe(StateStoreToken);
  expect(memoryStore().create(deps)).toBeInstanceOf(MemoryStore);
  expect(memoryStore(kept).create(deps)).toBe(kept);
});
