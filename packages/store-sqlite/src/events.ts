import type { EventRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export type EventCursor = readonly [at: number, id: number];

const EVENTS = `SELECT o.name, e.path, e.at, e.what, e.detail, e.id FROM sources o CROSS JOIN events e
    INDEXED BY events_path ON e.source_id = o.id
  WHERE o.name = ? AND e.path = ? AND (e.at, e.id) > (?, ?) ORDER BY e.at, e.id LIMIT ?`;

/** One page of a path's events, oldest first, and where it ended if there is more. */
export function readEvents(
  sql: Statements,
  source: string,
  path: string,
  limit: number,
  after: EventCursor = [-TIMELESS, 0],
): { rows: EventRow[]; next?: EventCursor } {
  const found = sql.all<[...event: EventRow, id: number]>(EVENTS, source, path, ...after, limit);
  const last = found.at(-1);
  const rows = found.map((row) => row.slice(0, 5) as EventRow);
  return { rows, next: last && found.length === limit ? [last[2], last[5]] : undefined };
}
