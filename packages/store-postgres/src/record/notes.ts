import type { Session } from "../connection/session.js";
import { arrays, chunks } from "../sql/bulk.js";
import { forgetNotes, noteColumns, putNotes } from "../sql/notes.js";
import type { Note } from "./batch.js";

/** In the order of their keys, so that two that note at once don't wait for each other in a circle. */
export async function recordNotes(session: Session, schema: string, notes: readonly Note[]): Promise<void> {
  const sorted = [...notes].sort((a, b) => (a.key < b.key ? -1 : 1));
  const kept = sorted.flatMap((note) => (note.value === undefined ? [] : [{ ...note, value: note.value }]));
  const forgotten = sorted.filter((note) => note.value === undefined);
  for (const some of chunks(kept)) await session.run(putNotes(schema), arrays(noteColumns, some));
  for (const some of chunks(forgotten)) await session.run(forgetNotes(schema), [some.map(({ key }) => key)]);
}
