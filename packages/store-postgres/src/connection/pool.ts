import pg from "pg";
import type { PostgresOptions } from "../options.js";

/** The pool calls go through, and whether it is ours to end. */
export interface OpenPool {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

// Without a listener, a server that goes away while a connection is idle ends the process. The call that meets the
// loss reports it.
const ignore = () => {};

export function openPool(options: PostgresOptions): OpenPool {
  if (options.pool) {
    const { pool } = options;
    pool.on("error", ignore);
    return { pool, close: async () => void pool.off("error", ignore) };
  }
  const { connectionString, host, port, user, password, database, ssl, max = 5 } = options;
  const pool = new pg.Pool({
    ...(connectionString === undefined ? { host, port, user, password, database } : { connectionString }),
    ...(ssl === undefined ? {} : { ssl }),
    max,
    application_name: "daybook",
    connectionTimeoutMillis: 10_000,
    // Who stands still in the middle of a transaction must not keep a lease's row from those who take it over.
    idle_in_transaction_session_timeout: 10_000,
    // A machine that vanished is noticed within minutes rather than hours.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on("error", ignore);
  return { pool, close: () => pool.end() };
}
