import type { FileRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

/** The columns of a `FileRow`, from files f, directories d, slots s and sources o. */
export const FILE_COLUMNS = `o.name, d.path || f.name AS path, s.path AS slot,
  nullif(f.observed_at, ${TIMELESS}) AS observed_at, f.status, f.size, f.modified_at, f.first_seen_at,
  CASE typeof(f.sha256) WHEN 'blob' THEN lower(hex(f.sha256)) ELSE f.sha256 END AS sha256,
  CASE typeof(f.location) WHEN 'integer' THEN d.prefix || f.name ELSE f.location END AS location,
  f.stored_at, f.version, f.attempts, f.next_attempt_at, f.reason, f.encoding, f.stored_size, f.wanted_at`;

type FoundFile = [
  observedAt: FileRow[3],
  status: FileRow[4],
  size: FileRow[5],
  modifiedAt: FileRow[6],
  firstSeenAt: FileRow[7],
  sha256: FileRow[8],
  location: string | number | null,
  ...rest: [
    FileRow[10],
    FileRow[11],
    FileRow[12],
    FileRow[13],
    FileRow[14],
    FileRow[15],
    FileRow[16],
    FileRow[17],
  ],
];

type Directory = [id: number, slot: string, prefix: string | null];

const DIRECTORIES = `SELECT d.id, s.path, d.prefix FROM directories d CROSS JOIN slots s ON s.id = d.slot_id
  WHERE d.source_id = ? AND d.path = ?`;

const COLUMNS = `nullif(f.observed_at, ${TIMELESS}), f.status, f.size, f.modified_at, f.first_seen_at,
  CASE typeof(f.sha256) WHEN 'blob' THEN lower(hex(f.sha256)) ELSE f.sha256 END, f.location, f.stored_at, f.version,
  f.attempts, f.next_attempt_at, f.reason, f.encoding, f.stored_size, f.wanted_at`;

const FILE = `SELECT ${COLUMNS} FROM files f WHERE f.directory_id = ? AND f.name = ?`;

/** A file is in one of its path's directories only. */
const SINGLE = `SELECT s.path, d.prefix, ${COLUMNS} FROM directories d
  CROSS JOIN files f ON f.directory_id = d.id AND f.name = ? CROSS JOIN slots s ON s.id = d.slot_id
  WHERE d.source_id = ? AND d.path = ?`;

/**
 * Within a transaction: those of the paths that are known. In-process one look-up costs no more than its share of a
 * batch in SQL; what is worth sharing is the directory, which most paths of a listing have in common.
 */
export function readFiles(sql: Statements, source: string, paths: readonly string[]): FileRow[] {
  const sourceId = sql.get<[number]>("SELECT id FROM sources WHERE name = ?", source)?.[0];
  if (sourceId === undefined) return [];
  const found: FileRow[] = [];
  for (const [directory, names] of byDirectory(paths)) {
    if (names.length === 1) {
      const row = sql.get<[string, string | null, ...FoundFile]>(SINGLE, names[0], sourceId, directory);
      if (!row) continue;
      const [slot, prefix, ...file] = row;
      found.push(toRow(source, directory, names[0]!, slot, prefix, file));
      continue;
    }
    for (const [id, slot, prefix] of sql.all<Directory>(DIRECTORIES, sourceId, directory))
      for (const name of names) {
        const file = sql.get<FoundFile>(FILE, id, name);
        if (file) found.push(toRow(source, directory, name, slot, prefix, file));
      }
  }
  return found;
}

function byDirectory(paths: readonly string[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of paths) {
    const cut = path.lastIndexOf("/") + 1;
    const directory = path.slice(0, cut);
    const known = names.get(directory);
    if (known) known.push(path.slice(cut));
    else names.set(directory, [path.slice(cut)]);
  }
  return names;
}

/** A new array: those that come from the database take three times as long on their way between the threads. */
function toRow(
  source: string,
  directory: string,
  name: string,
  slot: string,
  prefix: string | null,
  [observedAt, status, size, modifiedAt, firstSeenAt, sha256, at, ...rest]: FoundFile,
): FileRow {
  const location = typeof at === "number" ? prefix + name : at;
  const path = directory + name;
  return [source, path, slot, observedAt, status, size, modifiedAt, firstSeenAt, sha256, location, ...rest];
}
