import { DaybookError } from "@daybook/core";
import type { PoolClient, QueryResultRow } from "pg";
import type { PostgresOptions } from "../options.js";
import type { OpenPool } from "./pool.js";
import { openPool } from "./pool.js";
import { persist } from "./persist.js";
import { Session } from "./session.js";
import { types } from "./types.js";

/**
 * The server, as far as the store needs it. Every call is safe to repeat, and is repeated while the server is away. Rejects
 * with what pg threw, or with a `DaybookError`.
 */
export class Database {
  readonly #options: PostgresOptions;
  #opened?: OpenPool;
  #closing = new AbortController();

  constructor(options: PostgresOptions) {
    this.#options = options;
  }

  connect(): void {
    this.#closing = new AbortController();
    this.#opened ??= openPool(this.#options);
  }

  async query<R extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<R[]> {
    return this.#persist(async () => {
      const { rows } = await this.#pool().query<R>({ text, values: [...values], types });
      return rows;
    });
  }

  /** Resolves once the commit is confirmed. `work` may run several times: nothing of an earlier run remains. */
  async transaction<T>(work: (session: Session) => Promise<T>, { patient = true } = {}): Promise<T> {
    return this.#persist(async () => {
      const client = await this.#pool().connect();
      // Between two queries nobody but us hears of a lost connection, and an unheard "error" ends the process.
      client.on("error", ignore);
      let broken = true;
      try {
        const result = await inTransaction(client, work);
        broken = false;
        return result;
      } catch (error) {
        broken = await client.query("ROLLBACK").then(
          () => false,
          () => true,
        );
        throw error;
      } finally {
        // One that is broken may have more to say while it is taken down.
        if (!broken) client.off("error", ignore);
        client.release(broken);
      }
    }, patient);
  }

  /** Rejects by itself whatever needs a connection; for what doesn't, such as looking up nothing. */
  refuseIfClosed(operation?: string): void {
    if (this.#opened) return;
    throw new DaybookError("store", "the ledger is not open; call open() first", { retry: "no", operation });
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#closing.abort();
    await opened?.close();
  }

  #persist<T>(attempt: () => Promise<T>, patient = true): Promise<T> {
    const { reconnectFor = 60_000 } = this.#options;
    return persist(attempt, { patience: patient ? reconnectFor : 0, signal: this.#closing.signal });
  }

  #pool(): OpenPool["pool"] {
    this.refuseIfClosed();
    return this.#opened!.pool;
  }
}

const ignore = () => {};

async function inTransaction<T>(client: PoolClient, work: (session: Session) => Promise<T>): Promise<T> {
  // The timeout: a machine that vanishes in the middle doesn't keep its locks for hours.
  await client.query("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '60s'");
  const result = await work(new Session(client));
  const { command } = await client.query("COMMIT");
  // A transaction that had failed is rolled back by COMMIT, without an error.
  if (command !== "COMMIT") throw new DaybookError("store", "the server rolled the transaction back");
  return result;
}
