import type { Session } from "../connection/session.js";
import { arrays, chunks } from "../sql/bulk.js";
import { addMessages, messageColumns, removeMessages } from "../sql/outbox.js";
import type { Batch } from "./batch.js";

/** What was delivered goes first: a message put in again after that is a new one, at the end of the queue. */
export async function recordMessages(
  session: Session,
  schema: string,
  { messages, delivered }: Batch,
): Promise<void> {
  for (const some of chunks(delivered))
    await session.run(removeMessages(schema), [some.map(({ hook }) => hook), some.map(({ id }) => id)]);
  for (const some of chunks(messages)) {
    const rows = some.map((message, place) => ({ message, place }));
    await session.run(addMessages(schema), arrays(messageColumns, rows));
  }
}
