import type { PlannedRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

const PUT = `INSERT INTO planned (source_id, layout, selection, start_at, end_at, slots) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (source_id) DO UPDATE SET layout = excluded.layout, selection = excluded.selection,
    start_at = excluded.start_at, end_at = excluded.end_at, slots = excluded.slots`;

// The count reads an index only: a year's hours in less than a millisecond.
const GET = `SELECT p.layout, p.selection, p.start_at, p.end_at, p.slots
  FROM sources o CROSS JOIN planned p ON p.source_id = o.id
  WHERE o.name = ? AND p.slots = (
    SELECT count(*) FROM slots s INDEXED BY slots_selected
    WHERE s.source_id = o.id AND s.selection = p.selection
      AND s.start_at > p.start_at - o.longest_slot AND s.start_at < p.end_at
      AND ifnull(s.end_at, ${TIMELESS}) > p.start_at)`;

/** Within a write transaction. */
export function putPlanned(sql: Statements, sourceId: number, stretch: PlannedRow | null): void {
  if (stretch) sql.run(PUT, sourceId, ...stretch);
  else sql.run("DELETE FROM planned WHERE source_id = ?", sourceId);
}

/** Undefined where the ledger doesn't bear it out. */
export function readPlanned(sql: Statements, source: string): PlannedRow | undefined {
  return sql.get(GET, source);
}
