import type { SlotFilter, TimeRange } from "@daybook/core";
import { END_OF_TIME, ms } from "../time.js";
import { Values } from "./values.js";

/** Up to where the pages before went. */
export interface SlotCursor {
  readonly start: number | string;
  readonly path: string;
}

export interface SlotPage {
  readonly source: string;
  readonly range: TimeRange;
  readonly filter?: SlotFilter;
  readonly after: SlotCursor;
  readonly limit: number;
}

const RECORD = `path, start_at, nullif(end_at, ${END_OF_TIME}) AS ended_at, listing, visited_at, listed_at, closed,
    next_visit_at, failures, reason, selection, skipped, skipped_names, unreadable, unreadable_names,
    lacking, lacking_names, pending, stored, quarantined, gone, expired, bytes, state, settled`;
const GLIMPSE = `path, start_at, nullif(end_at, ${END_OF_TIME}) AS ended_at, state, selection, quarantined + gone AS lost`;

export const pageOfSlots = (schema: string, page: SlotPage) => pageOf(RECORD, schema, page);
export const pageOfGlimpses = (schema: string, page: SlotPage) => pageOf(GLIMPSE, schema, page);

function pageOf(columns: string, schema: string, page: SlotPage): { text: string; values: unknown[] } {
  const { dueBy, visitedAfter, states, unsettled, flawed } = page.filter ?? {};
  const values = new Values();
  const where = [
    `source_id = (SELECT id FROM ${schema}.sources WHERE name = ${values.add(page.source)})`,
    ...overlap(page.range, values),
    `(start_at, path) > (${values.add(page.after.start)}::bigint, ${values.add(page.after.path)})`,
  ];
  if (dueBy) where.push(`next_visit_at <= ${values.add(ms(dueBy))}::bigint`);
  if (visitedAfter) where.push(`visited_at > ${values.add(ms(visitedAfter))}::bigint`);
  if (states) {
    where.push(`state = ANY(${values.add(states)}::text[])`);
    // In so many words, for the planner to see that the smaller index will do.
    if (!states.includes("complete")) where.push("state <> 'complete'");
  }
  if (unsettled) where.push("NOT settled");
  if (flawed) where.push("(state <> 'complete' OR gone > 0)");
  const text = `
  SELECT ${columns}
  FROM ${schema}.slots
  WHERE ${where.join(" AND ")}
  ORDER BY start_at, path
  LIMIT ${values.add(page.limit)}`;
  return { text, values: values.list };
}

/** Half-open on both sides. */
export function overlap({ start, end }: TimeRange, values: Values): string[] {
  return [
    `start_at < ${values.add(ms(end) ?? END_OF_TIME)}::bigint`,
    `end_at > ${values.add(ms(start))}::bigint`,
  ];
}
