import type { NoteRow } from "./rows.js";
import type { Statements } from "./statements.js";

const PUT = `INSERT INTO notes (key, value, at) VALUES (?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at`;

/** Within a write transaction. */
export function putNote(sql: Statements, [key, value, at]: [string, string | null, number]): void {
  if (value === null) sql.run("DELETE FROM notes WHERE key = ?", key);
  else sql.run(PUT, key, value, at);
}

const STARTING_WITH = `SELECT key, value, at FROM notes WHERE key >= ? AND substr(key, 1, length(?)) = ? ORDER BY key`;

export function readNotes(sql: Statements, prefix: string): NoteRow[] {
  return sql.all(STARTING_WITH, prefix, prefix, prefix);
}
