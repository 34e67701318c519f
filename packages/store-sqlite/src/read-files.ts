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

type Directory = [id: number, slot: number, prefix: string | null];

const DIRECTORIES = "SELECT id, slot_id, prefix FROM directories WHERE source_id = ? AND path = ?";

const FILE = `SELECT nullif(observed_at, ${TIMELESS}), status, size, modified_at, first_seen_at,
    CASE typeof(sha256) WHEN 'blob' THEN lower(hex(sha256)) ELSE sha256 END, location,
    stored_at, version, attempts, next_attempt_at, reason, encoding, stored_size,
    wanted_at
  FROM files WHERE directory_id = ? AND name = ?`;

/**
 * Within a transaction: those of the paths that are known. In-process one look-up costs no more than its share of a
 * batch in SQL; what is worth sharing is the directory, which most paths of a call have in common.
 */
export function readFiles(sql: Statements, source: string, paths: readonly string[]): FileRow[] {
  const sourceId = sql.get<[number]>("SELECT id FROM sources WHERE name = ?", source)?.[0];
  if (sourceId === undefined) return [];
  const directories = remember((path) => sql.all<Directory>(DIRECTORIES, sourceId, path));
  const slots = remember((id: number) => sql.get<[string]>("SELECT path FROM slots WHERE id = ?", id)![0]);
  const found: FileRow[] = [];
  for (const path of paths) {
    const cut = path.lastIndexOf("/") + 1;
    const name = path.slice(cut);
    for (const [id, slot, prefix] of directories(path.slice(0, cut))) {
      const file = sql.get<FoundFile>(FILE, id, name);
      if (!file) continue;
      const [observedAt, status, size, modifiedAt, firstSeenAt, sha256, at, ...rest] = file;
      const location = typeof at === "number" ? prefix + name : at;
      found.push([
        source,
        path,
        slots(slot),
        ...([observedAt, status, size, modifiedAt, firstSeenAt, sha256, location] as const),
        ...rest,
      ]);
    }
  }
  return found;
}

function remember<K, V>(look: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = look(key)));
    return value;
  };
}
