import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface SummaryRequest {
  readonly source: string | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** Sums over all slots asked for; null where there is none. */
export type Totals = readonly [
  slots: number,
  pending: number | null,
  stored: number | null,
  quarantined: number | null,
  gone: number | null,
  expired: number | null,
  bytes: number | null,
  skipped: number | null,
  unreadable: number | null,
  nextVisitAt: number | null,
];

export interface Sums {
  readonly totals: Totals;
  /** Slots by state, but for those that are complete: they are the rest. */
  readonly flawed: readonly [state: string, slots: number][];
  readonly unsettled: number;
}

const asked = (index: string) => `FROM sources o CROSS JOIN slots s INDEXED BY ${index} ON s.source_id = o.id
  WHERE (o.name = ? OR ? IS NULL) AND s.start_at > ? - o.longest_slot AND s.start_at < ?
    AND ifnull(s.end_at, ${TIMELESS}) > ?`;

// Almost every slot is complete and settled. A state is computed: to group all slots by it would cost three times what
// the sums do, while the indexes of those that aren't complete, or aren't settled, hold few.
const TOTALS = `SELECT count(*), sum(s.pending), sum(s.stored), sum(s.quarantined), sum(s.gone), sum(s.expired),
  total(s.bytes), sum(s.skipped), sum(s.unreadable), min(s.next_visit_at) ${asked("slots_start")}`;
const FLAWED = `SELECT s.state, count(*) ${asked("slots_flawed")} AND s.state <> 'complete' GROUP BY s.state`;
const UNSETTLED = `SELECT count(*) ${asked("slots_unsettled")} AND NOT s.settled`;

export function summarize(sql: Statements, { source, start, end }: SummaryRequest): Sums {
  const from = start ?? -TIMELESS;
  const values = [source, source, from, end ?? TIMELESS, from];
  const [unsettled] = sql.get<[number]>(UNSETTLED, ...values)!;
  return {
    totals: sql.get<Totals>(TOTALS, ...values)!,
    flawed: sql.all<[string, number]>(FLAWED, ...values),
    unsettled,
  };
}
