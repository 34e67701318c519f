import type { Session } from "../connection/session.js";
import { ROWS_PER_STATEMENT, arrays, chunks } from "../sql/bulk.js";
import { addEvents, eventColumns } from "../sql/events.js";
import type { Batch } from "./batch.js";
import { recordFiles } from "./files.js";
import { recordNotes } from "./notes.js";
import { recordMessages } from "./outbox.js";
import { recordPlanned } from "./planned.js";
import { recordSlots } from "./slots.js";
import { idsOfSources } from "./sources.js";

/**
 * Writes a batch inside a transaction. Whoever writes to slots first locks their rows, all of them, in the order of
 * their ids; what follows is sorted too. So two that record at once wait for each other, and never in a circle.
 */
export async function recordBatch(session: Session, schema: string, batch: Batch): Promise<void> {
  const { visits, dues, files, events, planned } = batch;
  const sources = await idsOfSources(session, schema, [...visits, ...dues, ...files, ...events, ...planned]);
  const slots = await recordSlots(session, schema, sources, batch);
  await recordFiles(session, schema, { sources, slots, files });
  for (const some of chunks(events, ROWS_PER_STATEMENT)) {
    const rows = some.map((event) => ({ sourceId: sources.get(event.source)!, event }));
    await session.run(addEvents(schema), arrays(eventColumns, rows));
  }
  await recordPlanned(session, schema, sources, planned);
  await recordMessages(session, schema, batch);
  await recordNotes(session, schema, batch.notes);
}
