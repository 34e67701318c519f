import { DaybookError } from "@daybook/core";
import pg from "pg";
import type { Session } from "../connection/session.js";
import { migrations } from "./migrations.js";

/** Whether the schema is there and up to date; one that can't be used rejects with kind "config". */
export async function isCurrent(session: Session, schema: string): Promise<boolean> {
  await refuseUnfit(session);
  const version = await versionOf(session, schema);
  if (version > migrations.length) throw newerSchema(schema, version);
  return version === migrations.length;
}

/**
 * Creates what is missing and brings up to date what is old. Any number of machines may do so at once. To be run in a
 * transaction of its own.
 */
export async function migrate(session: Session, schema: string): Promise<void> {
  // Held until the transaction ends, however it ends; works through a pooler too, unlike a lock of the session. It comes
  // first: only locking a table that isn't locked yet makes a connection notice what others created while it waited.
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`daybook schema ${schema}`]);
  if (await isCurrent(session, schema)) return;
  const quoted = pg.escapeIdentifier(schema);
  const version = await versionOf(session, schema);
  if (version === 0) await createVersionTable(session, schema, quoted);
  for (let next = version; next < migrations.length; next++) {
    await session.script(migrations[next]!(quoted));
    await session.run(`INSERT INTO ${quoted}.schema_version (version) VALUES ($1)`, [next + 1]);
  }
}

async function versionOf(session: Session, schema: string): Promise<number> {
  // Asked of the catalogue's tables: to_regclass would remember that there was none.
  const [there] = await session.rows(
    `SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = 'schema_version'`,
    [schema],
  );
  if (!there) return 0;
  const [row] = await session.rows<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${pg.escapeIdentifier(schema)}.schema_version`,
  );
  return row!.version;
}

async function createVersionTable(session: Session, schema: string, quoted: string): Promise<void> {
  // "IF NOT EXISTS" asks for the right to create even where the schema exists.
  const [there] = await session.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  if (!there) await session.script(`CREATE SCHEMA ${quoted}`);
  await session.script(
    `CREATE TABLE IF NOT EXISTS ${quoted}.schema_version (
       version integer PRIMARY KEY,
       migrated_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
}

/** Oldest server we are made for, as server_version_num says it. */
const OLDEST = 130_000;

async function refuseUnfit(session: Session): Promise<void> {
  const [server] = await session.rows<{ version: number; release: string; encoding: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS release,
            current_setting('server_encoding') AS encoding`,
  );
  const { version, release, encoding } = server!;
  if (version < OLDEST)
    throw new DaybookError("config", `PostgreSQL 13 or newer is needed; this server is ${release}`);
  if (encoding !== "UTF8")
    throw new DaybookError(
      "config",
      `the database's encoding is ${encoding}, which can't hold every path; create one with ENCODING 'UTF8' TEMPLATE template0`,
    );
}

function newerSchema(schema: string, version: number): DaybookError {
  return new DaybookError(
    "config",
    `schema "${schema}" has version ${version}, made by a newer Daybook; this one knows ${migrations.length}: ` +
      "upgrade @daybook/store-postgres here, or use another schema",
  );
}
