import type Database from "better-sqlite3";
import type { Db } from "./database.js";

/** Each SQL text prepared once; rows come as arrays. */
export class Statements {
  readonly #db: Db;
  readonly #prepared = new Map<string, Database.Statement>();

  constructor(db: Db) {
    this.#db = db;
  }

  run(sql: string, ...values: unknown[]): Database.RunResult {
    return this.#prepare(sql).run(...values);
  }

  get<Row>(sql: string, ...values: unknown[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      if (statement.reader) statement.raw();
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
