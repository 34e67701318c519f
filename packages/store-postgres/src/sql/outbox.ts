import type { OutboxMessage } from "@daybook/core";
import { identity, storable } from "../text.js";
import { ms } from "../time.js";
import type { Column } from "./bulk.js";
import { asTable, names } from "./bulk.js";

export interface Placed {
  readonly place: number;
  readonly message: OutboxMessage;
}

const columns: readonly Column<Placed>[] = [
  ["hook", "text", (r) => identity(r.message.hook)],
  ["id", "text", (r) => identity(r.message.id)],
  ["key", "text", (r) => identity(r.message.key)],
  ["at", "bigint", (r) => ms(r.message.at)],
  ["body", "text", (r) => storable(r.message.body)],
];

export const messageColumns: readonly Column<Placed>[] = [...columns, ["place", "int", (r) => r.place]];

/** In the order of their places, which `seq` follows. */
export const addMessages = (schema: string): string => `
  INSERT INTO ${schema}.outbox (${names(columns)})
  SELECT ${names(columns)} FROM ${asTable(messageColumns, "m")} ORDER BY place
  ON CONFLICT DO NOTHING`;

/** $1 hook[], $2 id[]. */
export const removeMessages = (schema: string): string => `
  DELETE FROM ${schema}.outbox USING unnest($1::text[], $2::text[]) AS d(hook, id)
  WHERE outbox.hook = d.hook AND outbox.id = d.id`;

/** $1 hook, $2 how many. */
export const firstMessages = (schema: string): string => `
  SELECT hook, id, key, at, body FROM ${schema}.outbox WHERE hook = $1 ORDER BY seq LIMIT $2`;

export const backlog = (schema: string): string => `
  SELECT hook, count(*) AS messages FROM ${schema}.outbox GROUP BY hook`;
