import { FILE_COLUMNS } from "./read-files.js";
import type { FileRow } from "./rows.js";
import type { Statements } from "./statements.js";

const SELECT = `SELECT ${FILE_COLUMNS} FROM`;
const JOINS = "JOIN slots s ON s.id = d.slot_id JOIN sources o ON o.id = d.source_id";

const WHOLE = `${SELECT} files f CROSS JOIN directories d ON d.id = f.directory_id ${JOINS}
  WHERE typeof(f.location) = 'text' AND f.location = ?`;

const PREFIXED = `${SELECT} json_each(?) p CROSS JOIN directories d ON d.prefix = p.value AND d.prefix IS NOT NULL
  CROSS JOIN files f ON f.directory_id = d.id AND f.name = substr(?, length(p.value) + 1) ${JOINS}
  WHERE typeof(f.location) = 'integer'`;

/** Within a transaction: those whose location is one of these, kept whole or as their directory's prefix and their name. */
export function readFilesAt(sql: Statements, locations: readonly string[]): FileRow[] {
  const found: FileRow[] = [];
  for (const location of new Set(locations)) {
    for (const row of sql.all<FileRow>(WHOLE, location)) found.push(row);
    for (const row of sql.all<FileRow>(PREFIXED, JSON.stringify(prefixesOf(location)), location))
      found.push(row);
  }
  return found;
}

/** A file's name holds no slash, and isn't empty; what stands before it may be part of a name, too. */
function prefixesOf(location: string): string[] {
  const prefixes: string[] = [];
  for (let at = location.lastIndexOf("/") + 1; at < location.length; at++) {
    const code = location.charCodeAt(at);
    // Not between the halves of a character.
    if (code < 0xdc00 || code > 0xdfff) prefixes.push(location.slice(0, at));
  }
  return prefixes;
}
