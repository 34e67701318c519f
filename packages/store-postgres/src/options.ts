import type { ConnectionOptions } from "node:tls";
import type { Pool } from "pg";

/** What both ways of connecting have in common. */
interface LedgerOptions {
  /** The schema that holds Daybook's tables; created if it isn't there. Default "daybook". */
  readonly schema?: string;
  /**
   * How long, in ms, a call goes on trying while the server is away, counted from the first failure. Default 60 s.
   * `open` doesn't wait for a server that is away.
   */
  readonly reconnectFor?: number;
}

/** Where the server is. What is left out comes from PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE. */
export interface PostgresConnection {
  /** `postgres://user:password@host:5432/database`; wins over the single fields. */
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** Off by default. `true` checks the server's certificate against the machine's authorities. */
  readonly ssl?: boolean | ConnectionOptions;
  /** Connections at most. Default 5. */
  readonly max?: number;
}

export type PostgresOptions = LedgerOptions &
  (
    | (PostgresConnection & { readonly pool?: undefined })
    /** A pool of your own: left open, and with its own settings, when the store is closed. */
    | { readonly pool: Pool }
  );
