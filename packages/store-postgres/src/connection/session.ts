import type { PoolClient, QueryResultRow } from "pg";
import { types } from "./types.js";

/** One connection, inside a transaction. */
export class Session {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async rows<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const { rows } = await this.#client.query<R>({ text, values: [...values], types });
    return rows;
  }

  async run(text: string, values: readonly unknown[] = []): Promise<void> {
    await this.rows(text, values);
  }

  /** Several statements without values, in one round trip. */
  async script(text: string): Promise<void> {
    await this.#client.query(text);
  }
}
