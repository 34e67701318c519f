import pg from "pg";
import { PostgresStore } from "@daybook/store-postgres";
import type { PostgresOptions } from "@daybook/store-postgres";
import { afterAll, afterEach, describe, expect } from "vitest";
import type { EmbeddedServer } from "./embedded-server.mjs";
import { startServer } from "./embedded-server.mjs";

export interface Postgres extends EmbeddedServer {
  /** A name no other test uses. */
  freshSchema(): string;
  /** A store that is closed after the test, on a fresh schema unless told otherwise; not open yet. */
  store(options?: PostgresOptions): PostgresStore;
  /** One connection's pool, ended after the test: to look behind the store's back. */
  sql(): pg.Pool;
  /** What the server counted so far, of the connections that stores have ended by now. */
  count(what: "deadlocks" | "xact_rollback"): Promise<number>;
}

const STORES = "SELECT FROM pg_stat_activity WHERE application_name = 'daybook'";

/** A suite with a server of its own. Where none can start, it fails with the reason in CI, and elsewhere is skipped with it. */
export async function describeWithPostgres(name: string, suite: (postgres: Postgres) => void): Promise<void> {
  const server = await startServer().catch((error: unknown) => {
    if (process.env.CI) throw error;
    console.warn(`skipping "${name}": ${String(error)}`);
  });
  describe.skipIf(!server)(name, () => {
    if (!server) return;
    const cleanUp: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const undo of cleanUp.splice(0).reverse()) await undo();
    });
    afterAll(() => server.close());
    let schemas = 0;
    const freshSchema = () => `ledger ${++schemas}`;
    const sql = () => {
      const pool = new pg.Pool({ connectionString: server.url(), max: 1 });
      pool.on("error", () => {});
      cleanUp.push(() => pool.end());
      return pool;
    };
    suite({
      ...server,
      freshSchema,
      sql,
      async count(what) {
        const pool = sql();
        // A connection's counts are added when it ends.
        await expect.poll(async () => (await pool.query(STORES)).rowCount, { timeout: 10_000 }).toBe(0);
        const { rows } = await pool.query<{ count: string }>(
          `SELECT sum(${what}) AS count FROM pg_stat_database`,
        );
        return Number(rows[0]!.count);
      },
      store(options = {}) {
        const where = options.pool ? {} : { connectionString: server.url() };
        const store = new PostgresStore({ schema: freshSchema(), ...where, ...options } as PostgresOptions);
        cleanUp.push(() => store.close());
        return store;
      },
    });
  });
}
