import type { FileQuery } from "@daybook/core";
import { keyOf } from "../text.js";
import { END_OF_TIME, ms, START_OF_TIME } from "../time.js";
import { fileFields } from "./files.js";
import { Values } from "./values.js";

export interface FilePage {
  readonly query: FileQuery & { readonly source: string };
  /** Files with an observation time, by that and path; or those without, by path. Each has an index of its own. */
  readonly dated: boolean;
  readonly after: { readonly observedAt: number | string; readonly path: string };
  readonly limit: number;
}

export function pageOfFiles(schema: string, page: FilePage): { text: string; values: unknown[] } {
  const { source, status, slot, range } = page.query;
  const values = new Values();
  const sourceId = `(SELECT id FROM ${schema}.sources WHERE name = ${values.add(source)})`;
  const where = [`f.source_id = ${sourceId}`];
  if (status) {
    where.push(`f.status = ANY(${values.add(status)}::text[])`);
    // In so many words, for the planner to see that the smaller index will do.
    if (!status.includes("stored") && !status.includes("expired"))
      where.push("f.status <> 'stored' AND f.status <> 'expired'");
  }
  if (slot !== undefined)
    where.push(
      `f.slot_id = (SELECT id FROM ${schema}.slots WHERE path_key = ${values.add(keyOf(slot))} AND source_id = ${sourceId})`,
    );
  const path = values.add(page.after.path);
  let order: string;
  if (page.dated) {
    const from = values.add(page.after.observedAt);
    where.push(
      `f.observed_at >= ${from}::bigint`,
      `f.observed_at < ${values.add(ms(range?.end) ?? END_OF_TIME)}::bigint`,
      `(f.observed_at > ${from}::bigint OR d.path || f.name > ${path})`,
    );
    order = "f.observed_at, d.path || f.name";
  } else {
    where.push(
      "f.undated_path IS NOT NULL",
      `left(f.undated_path, 500) >= left(${path}, 500)`,
      `f.undated_path > ${path}`,
    );
    order = "left(f.undated_path, 500), f.undated_path";
  }
  const text = `
  SELECT ${fileFields}
  FROM ${schema}.files f
  JOIN ${schema}.directories d ON d.id = f.directory_id
  JOIN ${schema}.slots s ON s.id = f.slot_id
  WHERE ${where.join("\n    AND ")}
  ORDER BY ${order}
  LIMIT ${values.add(page.limit)}`;
  return { text, values: values.list };
}

/** Where the first page begins. */
export const firstPage = (query: FileQuery): FilePage["after"] => ({
  observedAt: ms(query.range?.start) ?? START_OF_TIME,
  path: "",
});
