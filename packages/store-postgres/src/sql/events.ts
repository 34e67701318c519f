import type { LedgerEvent } from "@daybook/core";
import { identity, keyOf, storable } from "../text.js";
import { ms } from "../time.js";
import type { Column } from "./bulk.js";
import { asTable, names } from "./bulk.js";

export interface EventRow {
  readonly sourceId: number;
  readonly event: LedgerEvent;
}

export const eventColumns: readonly Column<EventRow>[] = [
  ["source_id", "int", (r) => r.sourceId],
  ["path_key", "uuid", (r) => keyOf(r.event.path)],
  ["path", "text", (r) => identity(r.event.path)],
  ["at", "bigint", (r) => ms(r.event.at)],
  ["what", "text", (r) => storable(r.event.what)],
  ["detail", "text", (r) => r.event.detail && storable(r.event.detail)],
  ["content_key", "uuid", (r) => keyOf(JSON.stringify([r.event.what, r.event.detail]))],
];

export const addEvents = (schema: string): string => `
  INSERT INTO ${schema}.events (${names(eventColumns)})
  SELECT ${names(eventColumns)} FROM ${asTable(eventColumns, "e")}
  ON CONFLICT DO NOTHING`;

/** $1 source, $2 path_key; those after ($3 at, $4 id), $5 of them. */
export const pageOfEvents = (schema: string): string => `
  SELECT id, path, at, what, detail FROM ${schema}.events
  WHERE source_id = (SELECT id FROM ${schema}.sources WHERE name = $1) AND path_key = $2
    AND (at, id) > ($3::bigint, $4::bigint)
  ORDER BY at, id
  LIMIT $5`;
