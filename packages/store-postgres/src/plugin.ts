import type { Plugin, StateStore } from "@daybook/core";
import { StateStoreToken } from "@daybook/core";
import type { PostgresOptions } from "./options.js";
import { PostgresStore } from "./postgres-store.js";

/** The ledger in PostgreSQL: `createDaybook({ plugins: [postgresStore({ connectionString }), …] })`. */
export function postgresStore(options: PostgresOptions = {}): Plugin<StateStore> {
  return {
    name: "postgres",
    provides: StateStoreToken,
    // A pool has no text to tell it from others by: stores on a pool of your own aren't shared.
    key: options.pool ? undefined : JSON.stringify(options),
    create: () => new PostgresStore(options),
  };
}
