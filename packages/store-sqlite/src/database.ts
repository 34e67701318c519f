import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Refusal } from "./failure.js";
import { refuseFullDisk } from "./room.js";
import { APPLICATION_ID, MIGRATIONS } from "./schema.js";

export type Db = Database.Database;

/** In ms; how long a call waits for another process's transaction. */
const BUSY_TIMEOUT = 5_000;

/**
 * Opens the ledger's file, made if need be, with its schema up to date; its folder is there. On a read-only file system it
 * can be read.
 */
export function openDatabase(path: string): Db {
  return isReadOnly(path) ? openCopy(path) : openForWriting(path);
}

function openForWriting(path: string): Db {
  refuseFullDisk(path);
  const db = new Database(path, { timeout: BUSY_TIMEOUT });
  try {
    refuseStrangers(db, path);
    db.pragma("journal_mode = WAL");
    // A power cut may take the last transactions, never the file; the engine finds what it had renamed by then.
    db.pragma("synchronous = NORMAL");
    db.pragma("cache_size = -8192");
    migrate(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Whether the file is there, and its file system takes no writes. */
function isReadOnly(path: string): boolean {
  if (path === ":memory:" || !existsSync(path)) return false;
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}

/** SQLite has to write beside a file in WAL mode even to read it: so a copy is read, which can't be written to. */
function openCopy(path: string): Db {
  const folder = mkdtempSync(join(tmpdir(), "daybook-ledger-"));
  const copy = join(folder, "ledger.db");
  try {
    for (const suffix of ["", "-wal"])
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
    const db = openForWriting(copy);
    // One file, which stays for whoever has it open.
    db.pragma("journal_mode = DELETE");
    db.pragma("query_only = ON");
    return db;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseStrangers(db: Db, path: string): void {
  const id = db.pragma("application_id", { simple: true });
  if (id === APPLICATION_ID) return;
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  if (id === 0 && tables === 0) return;
  throw new Refusal({
    kind: "config",
    detail: `${path} is a database, but not a Daybook ledger; give the ledger a file of its own`,
  });
}

function migrate(db: Db, path: string): void {
  const version = () => Number(db.pragma("user_version", { simple: true }));
  if (version() > MIGRATIONS.length)
    throw new Refusal({
      kind: "config",
      detail:
        `the ledger ${path} was written by a newer Daybook (its schema is ${version()}, this one knows up to ` +
        `${MIGRATIONS.length}); update @daybook/store-sqlite`,
    });
  const steps = db.transaction(() => {
    // Looked at again inside: another process may have been faster.
    for (const [from, sql] of MIGRATIONS.entries()) {
      if (from < version()) continue;
      db.exec(sql);
      db.pragma(`user_version = ${from + 1}`);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
  });
  if (version() < MIGRATIONS.length) steps.immediate();
}
