export type { PostgresConnection, PostgresOptions } from "./options.js";
export { PostgresStore } from "./postgres-store.js";
export { postgresStore } from "./plugin.js";
