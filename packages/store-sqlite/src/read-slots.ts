import type { SlotRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface SlotQuery {
  readonly source: string;
  readonly start: number;
  readonly end: number | null;
  readonly dueBy: number | null;
  readonly visitedAfter: number | null;
  readonly states: readonly string[] | null;
  readonly unsettled: boolean;
  readonly flawed: boolean;
  /** The last slot of the page before. */
  readonly after?: readonly [start: number, path: string];
  readonly limit: number;
}

/** Due slots up to here are looked up by when they are due, and sorted; more are met on the way through the range. */
const FEW = 2_000;

const select = (
  index: string,
) => `SELECT o.name, s.path, s.start_at, s.end_at, s.listing, s.visited_at, s.listed_at,
    s.closed, s.next_visit_at, s.failures, s.reason, s.selection, s.skipped, s.skipped_names, s.unreadable, s.unreadable_names,
    s.lacking, s.lacking_names,
    s.state, s.settled, s.pending, s.stored, s.quarantined, s.gone, s.expired, s.bytes
  FROM sources o CROSS JOIN slots s INDEXED BY ${index} ON s.source_id = o.id
  WHERE o.name = ? AND s.start_at > ? - o.longest_slot AND s.start_at < ? AND ifnull(s.end_at, ${TIMELESS}) > ?
    AND (s.start_at, s.path) > (?, ?)`;

const FEW_DUE = `SELECT count(*) FROM (SELECT 1 FROM sources o
  CROSS JOIN slots s INDEXED BY slots_due ON s.source_id = o.id
  WHERE o.name = ? AND s.next_visit_at <= ? LIMIT ${FEW + 1})`;

/** One page of the slots that overlap the range, oldest first. */
export function readSlots(sql: Statements, query: SlotQuery): SlotRow[] {
  const {
    source,
    start,
    end,
    dueBy,
    visitedAfter,
    states,
    unsettled,
    flawed,
    limit,
    after = [-TIMELESS, ""],
  } = query;
  const conditions: string[] = [];
  const values: unknown[] = [source, start, end ?? TIMELESS, start, ...after];
  let index = "slots_start";
  if (dueBy !== null) {
    conditions.push("AND s.next_visit_at <= ?");
    values.push(dueBy);
    if (sql.get<[number]>(FEW_DUE, source, dueBy)![0] <= FEW) index = "slots_due";
  }
  if (visitedAfter !== null) {
    conditions.push("AND s.visited_at > ?");
    values.push(visitedAfter);
  }
  if (states) {
    conditions.push("AND s.state IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(states));
  }
  if (flawed) {
    conditions.push("AND (s.state <> 'complete' OR s.gone > 0)");
    index = "slots_flawed";
  }
  if (unsettled) {
    conditions.push("AND NOT s.settled");
    index = "slots_unsettled";
  }
  return sql.all(
    `${select(index)} ${conditions.join(" ")} ORDER BY s.start_at, s.path LIMIT ?`,
    ...values,
    limit,
  );
}
