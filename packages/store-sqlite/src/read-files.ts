import type { FileRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

/** The columns of a `FileRow`, from files f, directories d, slots s and sources o. */
export const FILE_COLUMNS = `o.name, d.path || f.name AS path, s.path AS slot,
  nullif(f.observed_at, ${TIMELESS}) AS observed_at, f.status, f.size, f.modified_at, f.first_seen_at,
  CASE typeof(f.sha256) WHEN 'blob' THEN lower(hex(f.sha256)) ELSE f.sha256 END AS sha256,
  CASE typeof(f.location) WHEN 'integer' THEN d.prefix || f.name ELSE f.location END AS location,
  f.stored_at, f.version, f.attempts, f.next_attempt_at, f.reason`;

const BY_PATH = `SELECT ${FILE_COLUMNS} FROM sources o
  CROSS JOIN directories d ON d.source_id = o.id AND d.path = ?
  CROSS JOIN files f ON f.directory_id = d.id AND f.name = ?
  CROSS JOIN slots s ON s.id = d.slot_id
  WHERE o.name = ?`;

/** Those of the paths that are known. One by one: in-process a look-up costs no more than its share of a batch. */
export function readFiles(sql: Statements, source: string, paths: readonly string[]): FileRow[] {
  const found: FileRow[] = [];
  for (const path of paths) {
    const cut = path.lastIndexOf("/") + 1;
    const row = sql.get<FileRow>(BY_PATH, path.slice(0, cut), path.slice(cut), source);
    if (row) found.push(row);
  }
  return found;
}
