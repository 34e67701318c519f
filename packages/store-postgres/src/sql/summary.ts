import type { SummaryQuery } from "@daybook/core";
import { overlap } from "./slot-pages.js";
import { Values } from "./values.js";

/** A row for each state there is. */
export function summary(
  schema: string,
  { source, range }: SummaryQuery,
): { text: string; values: unknown[] } {
  const values = new Values();
  const where = ["true"];
  if (source !== undefined)
    where.push(`source_id = (SELECT id FROM ${schema}.sources WHERE name = ${values.add(source)})`);
  if (range) for (const condition of overlap(range, values)) where.push(condition);
  const text = `
  SELECT state, count(*) AS slots, count(*) FILTER (WHERE settled) AS settled,
    sum(pending)::bigint AS pending, sum(stored)::bigint AS stored, sum(quarantined)::bigint AS quarantined,
    sum(gone)::bigint AS gone, sum(expired)::bigint AS expired, least(sum(bytes), 9007199254740991)::bigint AS bytes,
    sum(skipped)::bigint AS skipped, sum(unreadable)::bigint AS unreadable,
    min(next_visit_at) AS next_visit_at
  FROM ${schema}.slots
  WHERE ${where.join(" AND ")}
  GROUP BY state`;
  return { text, values: values.list };
}
