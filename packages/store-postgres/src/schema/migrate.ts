import { DaybookError } from "@daybook/core";
import pg from "pg";
import type { Session } from "../connection/session.js";
import { migrations } from "./migrations.js";

/** Created where missing, brought up to date, or refused with kind "config". Any number of machines may do so at once. */
export async function migrate(session: Session, schema: string): Promise<void> {
  const quoted = pg.escapeIdentifier(schema);
  await refuseUnfit(session);
  if ((await versionOf(session, quoted)) === migrations.length) return;
  // Held until the transaction ends, however it ends; works through a pooler too, unlike a lock of the session.
  await session.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`daybook schema ${schema}`]);
  const version = await versionOf(session, quoted);
  if (version > migrations.length) throw newerSchema(schema, version);
  if (version === 0) await createVersionTable(session, schema, quoted);
  for (let next = version; next < migrations.length; next++) {
    await session.script(migrations[next]!(quoted));
    await session.run(`INSERT INTO ${quoted}.schema_version (version) VALUES ($1)`, [next + 1]);
  }
}

async function versionOf(session: Session, quoted: string): Promise<number> {
  const [there] = await session.rows<{ found: boolean }>("SELECT to_regclass($1) IS NOT NULL AS found", [
    `${quoted}.schema_version`,
  ]);
  if (!there!.found) return 0;
  const [row] = await session.rows<{ version: number }>(
    `SELECT coalesce(max(version), 0) AS version FROM ${quoted}.schema_version`,
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
