import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface SummaryRequest {
  readonly source: string | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** Sums over the slots of one state. */
export type StateSums = [
  state: string,
  slots: number,
  settled: number,
  pending: number,
  stored: number,
  quarantined: number,
  gone: number,
  expired: number,
  bytes: number,
  skipped: number,
  unreadable: number,
  nextVisitAt: number | null,
];

const SUMS = `SELECT s.state, count(*), sum(s.settled), sum(s.pending), sum(s.stored), sum(s.quarantined),
    sum(s.gone), sum(s.expired), sum(s.bytes), sum(s.skipped), sum(s.unreadable), min(s.next_visit_at)
  FROM sources o CROSS JOIN slots s INDEXED BY slots_start ON s.source_id = o.id
  WHERE (o.name = ? OR ? IS NULL) AND s.start_at > ? - o.longest_slot AND s.start_at < ?
    AND ifnull(s.end_at, ${TIMELESS}) > ?
  GROUP BY s.state`;

export function summarize(sql: Statements, { source, start, end }: SummaryRequest): StateSums[] {
  const from = start ?? -TIMELESS;
  return sql.all(SUMS, source, source, from, end ?? TIMELESS, from);
}
