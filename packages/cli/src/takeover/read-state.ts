import { open, readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DaybookError } from "@daybook/core";
import type { ForeignFile } from "@daybook/core";
import { findModule } from "../config/find-module.js";
import { foreignFile } from "./radarlib-row.js";
import type { Whereabouts } from "./radarlib-row.js";

/** What is needed of `@daybook/store-sqlite` to read somebody else's database. */
interface ForeignDatabase {
  columns(table: string): string[];
  rows(table: string): Iterable<Record<string, unknown>>;
  close(): void;
}

export interface ReadStateOptions {
  /** Where packages are looked for first: the configuration's folder. */
  readonly modules: string;
  /** Folders in which the files may lie. */
  readonly folders: readonly string[];
}

/**
 * The files a state of radarlib's tells of: the SQLite database of its date and download daemons, or the JSON of its
 * `FileStateTracker`. Rejects with kind "config" where it is neither.
 */
export async function* readState(file: string, options: ReadStateOptions): AsyncGenerator<ForeignFile> {
  const whereabouts = { directory: dirname(resolve(file)), folders: options.folders };
  const kind = await kindOf(file);
  if (kind === "sqlite") yield* readSqlite(file, options, whereabouts);
  else yield* readJson(file, whereabouts);
}

async function kindOf(file: string): Promise<"sqlite" | "other"> {
  try {
    const handle = await open(file);
    try {
      const { buffer } = await handle.read(Buffer.alloc(16), 0, 16, 0);
      return buffer.toString("latin1") === "SQLite format 3\0" ? "sqlite" : "other";
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : `it can't be read (${code})`;
    throw new DaybookError("config", `${file}: ${why}`, { cause });
  }
}

async function* readSqlite(
  file: string,
  { modules }: ReadStateOptions,
  whereabouts: Whereabouts,
): AsyncGenerator<ForeignFile> {
  const database = await openDatabase(file, modules);
  try {
    if (!database.columns("downloads").includes("filename"))
      throw new DaybookError("config", `${file} is no state of radarlib's: it has no table downloads`);
    for (const row of database.rows("downloads"))
      yield foreignFile(String(row["filename"]), row, whereabouts);
    if (database.columns("partial_downloads").includes("filename"))
      for (const { filename, remote_path } of database.rows("partial_downloads"))
        yield {
          ...foreignFile(String(filename), { remote_path }, whereabouts),
          incomplete: "radarlib has only a part of it, of which it doesn't know the version",
        };
  } finally {
    database.close();
  }
}

async function openDatabase(file: string, modules: string): Promise<ForeignDatabase> {
  const url = findModule("@daybook/store-sqlite", modules);
  if (url === undefined) {
    const detail =
      "to read an SQLite database, the package @daybook/store-sqlite is needed: npm install @daybook/store-sqlite";
    throw new DaybookError("config", detail);
  }
  const { ForeignDatabase: Database } = (await import(url)) as {
    ForeignDatabase: new (options: { path: string }) => ForeignDatabase;
  };
  return new Database({ path: file });
}

async function* readJson(file: string, whereabouts: Whereabouts): AsyncGenerator<ForeignFile> {
  let state: unknown;
  try {
    state = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new DaybookError("config", `${file} is neither an SQLite database nor JSON`, { cause });
  }
  const isMap = typeof state === "object" && state !== null && !Array.isArray(state);
  const entries = isMap ? Object.entries(state as Record<string, unknown>) : [];
  if (!isMap || entries.some(([, entry]) => typeof entry !== "object" || entry === null))
    throw new DaybookError(
      "config",
      `${file} is no state of radarlib's: it must map file names to what is known of them`,
    );
  for (const [filename, entry] of entries as [string, Record<string, unknown>][]) {
    const { metadata, ...known } = entry;
    yield foreignFile(
      filename,
      { ...(metadata as Record<string, unknown> | undefined), ...known },
      whereabouts,
    );
  }
}
