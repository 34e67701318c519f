import type { FenceRow } from "./rows.js";
import type { Statements } from "./statements.js";

const TAKE = `INSERT INTO leases (name, holder, expires_at) VALUES (?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
  WHERE holder = excluded.holder OR expires_at <= ?`;

/** Within a write transaction: takes, renews or (ttl 0) gives back; false while somebody else holds it. */
export function lease(sql: Statements, name: string, holder: string, ttlMs: number, now: number): boolean {
  if (ttlMs > 0) return sql.run(TAKE, name, holder, now + ttlMs, now).changes > 0;
  sql.run("DELETE FROM leases WHERE name = ? AND (holder = ? OR expires_at <= ?)", name, holder, now);
  return leaseHolder(sql, name, now) === null;
}

/** Within a write transaction. Without a time only another holder's lease counts as lost. */
export function holds(sql: Statements, [name, holder]: FenceRow, now: number | null): boolean {
  const [known, until] =
    sql.get<[string, number]>("SELECT holder, expires_at FROM leases WHERE name = ?", name) ?? [];
  return known === holder && (now === null || until! > now);
}

export function leaseHolder(sql: Statements, name: string, now: number): string | null {
  return (
    sql.get<[string]>("SELECT holder FROM leases WHERE name = ? AND expires_at > ?", name, now)?.[0] ?? null
  );
}
