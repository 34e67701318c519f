import { DaybookError } from "@daybook/core";
import Database from "better-sqlite3";

/** Somebody else's SQLite file, opened for reading only; for those who take over what another tool has recorded. */
export class ForeignDatabase {
  readonly #db: Database.Database;

  /** Throws kind "config" where there is no such file, or it is no database. */
  constructor(options: { readonly path: string }) {
    try {
      this.#db = new Database(options.path, { readonly: true, fileMustExist: true });
      this.#db.prepare("SELECT count(*) FROM sqlite_schema").get();
    } catch (cause) {
      const detail = `${options.path} can't be read as an SQLite database: ${(cause as Error).message}`;
      throw new DaybookError("config", detail, { cause });
    }
  }

  /** Names of a table's columns; none where there is no such table. */
  columns(table: string): string[] {
    return this.#db.prepare("SELECT name FROM pragma_table_info(?)").pluck().all(table) as string[];
  }

  /** All rows, one at a time. */
  rows(table: string): IterableIterator<Record<string, unknown>> {
    const name = `"${table.replaceAll('"', '""')}"`;
    return this.#db.prepare(`SELECT * FROM ${name}`).iterate() as IterableIterator<Record<string, unknown>>;
  }

  close(): void {
    this.#db.close();
  }
}
