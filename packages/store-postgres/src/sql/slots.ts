import type { SlotVisit } from "@daybook/core";
import { identity, storable } from "../text.js";
import { END_OF_TIME, ms } from "../time.js";
import type { Column } from "./bulk.js";
import { asTable, names } from "./bulk.js";

export interface VisitRow {
  readonly sourceId: number;
  /** `keyOf` its path. */
  readonly key: string;
  readonly visit: SlotVisit;
}

const list = (texts: readonly string[]): string => JSON.stringify(texts.map(storable));

export const visitColumns: readonly Column<VisitRow>[] = [
  ["source_id", "int", (r) => r.sourceId],
  ["path_key", "uuid", (r) => r.key],
  ["path", "text", (r) => identity(r.visit.path)],
  ["start_at", "bigint", (r) => ms(r.visit.start)],
  ["end_at", "bigint", (r) => ms(r.visit.end) ?? END_OF_TIME],
  ["listing", "text", (r) => r.visit.listing],
  ["visited_at", "bigint", (r) => ms(r.visit.visitedAt)],
  ["listed_at", "bigint", (r) => ms(r.visit.listedAt)],
  ["closed", "boolean", (r) => r.visit.closed],
  ["next_visit_at", "bigint", (r) => ms(r.visit.nextVisitAt)],
  ["failures", "int", (r) => r.visit.failures],
  ["reason", "text", (r) => r.visit.reason && storable(r.visit.reason)],
  ["selection", "text", (r) => r.visit.selection && storable(r.visit.selection)],
  ["skipped", "int", (r) => r.visit.skipped.count],
  ["skipped_names", "json", (r) => list(r.visit.skipped.names)],
  ["unreadable", "int", (r) => r.visit.unreadable.count],
  ["unreadable_names", "json", (r) => list(r.visit.unreadable.names)],
  ["lacking", "int", (r) => r.visit.lacking?.count ?? 0],
  ["lacking_names", "json", (r) => list(r.visit.lacking?.names ?? [])],
];

/** Locks the known ones of $1 source_id[], $2 path_key[], always in the order of their ids; returns their places and ids. */
export const lockSlots = (schema: string): string => `
  SELECT (q.place - 1)::int AS place, s.id
  FROM unnest($1::int[], $2::uuid[]) WITH ORDINALITY AS q(source_id, path_key, place)
  JOIN ${schema}.slots s USING (source_id, path_key)
  ORDER BY s.id
  FOR UPDATE OF s`;

export const putVisits = (schema: string): string => `
  INSERT INTO ${schema}.slots (${names(visitColumns)})
  SELECT ${names(visitColumns)} FROM ${asTable(visitColumns, "v")}
  ON CONFLICT (source_id, path_key) DO UPDATE SET
    ${visitColumns
      .slice(2)
      .map(([name]) => `${name} = excluded.${name}`)
      .join(", ")}
  RETURNING id, source_id, path_key`;

/** $1 id[], $2 next_visit_at[]: that, or what is there already, whichever is earlier. */
export const putDue = (schema: string): string => `
  UPDATE ${schema}.slots s SET next_visit_at = least(s.next_visit_at, d.at)
  FROM unnest($1::bigint[], $2::bigint[]) AS d(id, at)
  WHERE s.id = d.id AND s.next_visit_at IS DISTINCT FROM least(s.next_visit_at, d.at)`;

/** 2^62: sums of sizes that a server made up stay what a column can hold. */
const LARGEST = "4611686018427387904";

/** $1 id[] and what to add to the counts; `state` and `settled` follow by themselves. */
export const addToCounts = (schema: string): string => `
  UPDATE ${schema}.slots s SET
    pending = s.pending + d.pending, stored = s.stored + d.stored,
    quarantined = s.quarantined + d.quarantined, gone = s.gone + d.gone, expired = s.expired + d.expired,
    bytes = greatest(-${LARGEST}, least(${LARGEST}, s.bytes + d.bytes))
  FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::bigint[])
    AS d(id, pending, stored, quarantined, gone, expired, bytes)
  WHERE s.id = d.id`;
