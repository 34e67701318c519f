import { isAbsolute, join, resolve } from "node:path";
import type { ForeignFile } from "@daybook/core";

/** Where files may lie that a state file of radarlib's tells of. */
export interface Whereabouts {
  /** The state file's folder: what it tells of is often relative to it. */
  readonly directory: string;
  /** Folders named on the command line. */
  readonly folders: readonly string[];
}

/** One row of radarlib's, whatever it was kept in; columns came and went with its versions. */
export function foreignFile(
  filename: string,
  row: Readonly<Record<string, unknown>>,
  { directory, folders }: Whereabouts,
): ForeignFile {
  const local = text(row["local_path"]);
  const remotePath = text(row["remote_path"]);
  // Its date daemon put all files in one folder; others keep the folders of the source.
  const below = remotePath?.split("/").filter((name) => name !== "" && name !== ".." && name !== ".") ?? [];
  const tails = below.map((_, i) => below.slice(i).join("/"));
  const name = filename.slice(filename.lastIndexOf("/") + 1);
  const places = [
    ...(local === undefined ? [] : isAbsolute(local) ? [local] : [resolve(local), resolve(directory, local)]),
    ...folders.flatMap((folder) => [name, ...tails].map((tail) => join(resolve(folder), tail))),
  ];
  const sha256 = text(row["checksum"])?.toLowerCase();
  const size = row["file_size"];
  return {
    name,
    remotePath,
    size: typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : undefined,
    sha256: sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
    storedAt: instant(row["downloaded_at"]),
    places,
    incomplete: incomplete(row),
    deleted: deleted(row),
  };
}

/** What radarlib's clean-up daemon notes: first that it is about to delete a file, then that it has. */
function deleted(row: Readonly<Record<string, unknown>>): ForeignFile["deleted"] {
  if (!["cleaned", "pending_cleanup"].includes(String(row["cleanup_status"]))) return undefined;
  return { reason: "radarlib's clean-up has deleted it", at: instant(row["cleaned_at"]) };
}

/** Why radarlib itself doesn't count on the file. */
function incomplete(row: Readonly<Record<string, unknown>>): string | undefined {
  const status = text(row["status"]);
  if (status !== undefined && status !== "completed") return `radarlib has it as ${status}`;
  if (row["permanently_failed"] === 1) return "radarlib has given it up";
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Python's isoformat, with a T or a blank; without a zone it is UTC, as radarlib writes it. */
function instant(value: unknown): Date | undefined {
  const written = text(value)?.replace(" ", "T");
  if (written === undefined) return undefined;
  const at = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}
