import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "@daybook/store-sqlite";
import { storeCases } from "@daybook/testing";
import { afterAll, describe, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "daybook-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("SqliteStore keeps the store contract:", () => {
  for (const [index, { name, run }] of storeCases({ persistent: true, leaseClock: "argument" }).entries())
    test(name, async () => {
      const path = join(folder, `${index}.db`);
      let store = new SqliteStore({ path });
      const reopen = async () => {
        await store.close();
        store = new SqliteStore({ path });
        await store.open();
        return store;
      };
      await store.open();
      try {
        await run({ store, reopen });
      } finally {
        await store.close();
      }
    });
});
