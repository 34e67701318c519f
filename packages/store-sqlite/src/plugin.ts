import { resolve } from "node:path";
import type { Plugin, StateStore } from "@daybook/core";
import { StateStoreToken } from "@daybook/core";
import type { SqliteStoreOptions } from "./options.js";
import { SqliteStore } from "./sqlite-store.js";

/** The ledger in one SQLite file; the same file is opened once. */
export function sqliteStore(options: SqliteStoreOptions): Plugin<StateStore> {
  const key = options.path === ":memory:" ? undefined : `sqlite:${resolve(options.path)}`;
  return { name: "sqlite", provides: StateStoreToken, key, create: () => new SqliteStore(options) };
}
