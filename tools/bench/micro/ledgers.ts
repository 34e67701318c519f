import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, type StateStore } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import { afterAll } from "vitest";

/** Open and empty, by name; closed and gone at the end. */
export async function ledgers(): Promise<ReadonlyMap<string, StateStore>> {
  const folder = mkdtempSync(join(tmpdir(), "daybook-bench-ledger-"));
  const all = new Map<string, StateStore>([
    ["memory", new MemoryStore()],
    ["SQLite", new SqliteStore({ path: join(folder, "state.db") })],
  ]);
  for (const store of all.values()) await store.open();
  afterAll(async () => {
    for (const store of all.values()) await store.close();
    rmSync(folder, { recursive: true });
  });
  return all;
}
