import { identity, storable } from "../text.js";
import { ms } from "../time.js";
import type { Note } from "../record/batch.js";
import type { Column } from "./bulk.js";
import { asTable, names } from "./bulk.js";

export const noteColumns: readonly Column<Note & { readonly value: string }>[] = [
  ["key", "text", (note) => identity(note.key)],
  ["value", "text", (note) => storable(note.value)],
  ["at", "bigint", (note) => ms(note.at)],
];

export const putNotes = (schema: string): string => `
  INSERT INTO ${schema}.notes (${names(noteColumns)})
  SELECT ${names(noteColumns)} FROM ${asTable(noteColumns, "n")}
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at`;

/** $1 key[]. */
export const forgetNotes = (schema: string): string =>
  `DELETE FROM ${schema}.notes WHERE key = ANY ($1::text[])`;

/** $1 prefix. */
export const notesStartingWith = (schema: string): string => `
  SELECT key, value, at FROM ${schema}.notes WHERE starts_with(key, $1) ORDER BY key`;
