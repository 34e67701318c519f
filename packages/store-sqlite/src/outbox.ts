import type { DeliveredRow, MessageRow } from "./rows.js";
import type { Statements } from "./statements.js";

const ADD = `INSERT INTO outbox (hook, id, key, at, body) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (hook, id) DO NOTHING`;

// The index is of hooks, and within a hook of row numbers, which is the order they came in.
const FIRST =
  "SELECT hook, id, key, at, body FROM outbox INDEXED BY outbox_hook WHERE hook = ? ORDER BY seq LIMIT ?";

/** Within a write transaction. */
export function addMessage(sql: Statements, message: MessageRow): void {
  sql.run(ADD, ...message);
}

/** Within a write transaction. */
export function removeMessage(sql: Statements, [hook, id]: DeliveredRow): void {
  sql.run("DELETE FROM outbox WHERE hook = ? AND id = ?", hook, id);
}

export function readMessages(sql: Statements, hook: string, limit: number): MessageRow[] {
  return sql.all(FIRST, hook, limit);
}

export function readBacklog(sql: Statements): [hook: string, messages: number][] {
  return sql.all("SELECT hook, count(*) FROM outbox INDEXED BY outbox_hook GROUP BY hook");
}
