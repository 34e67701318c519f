// By the database's clock, read when the row is locked: machines whose clocks differ agree on who holds a lease.

/** $1 name, $2 holder, $3 ms. A row comes back if it is ours now. */
export const takeLease = (schema: string): string => `
  INSERT INTO ${schema}.leases AS l (name, holder, expires_at)
  VALUES ($1, $2, clock_timestamp() + $3 * interval '1 ms')
  ON CONFLICT (name) DO UPDATE
    SET holder = excluded.holder, expires_at = clock_timestamp() + $3 * interval '1 ms'
    WHERE l.holder = excluded.holder OR l.expires_at <= clock_timestamp()
  RETURNING name`;

/** $1 name, $2 holder. A row comes back if it is somebody else's. */
export const giveLeaseBack = (schema: string): string => `
  WITH given AS (DELETE FROM ${schema}.leases WHERE name = $1 AND holder = $2)
  SELECT holder FROM ${schema}.leases WHERE name = $1 AND holder <> $2 AND expires_at > clock_timestamp()`;

/** $1 name, $2 holder. A row comes back if it is held; nobody takes it before the transaction is over. */
export const holdLease = (schema: string): string => `
  SELECT name FROM ${schema}.leases WHERE name = $1 AND holder = $2 AND expires_at > clock_timestamp() FOR SHARE`;

/** $1 name. */
export const whoHoldsLease = (schema: string): string => `
  SELECT holder FROM ${schema}.leases WHERE name = $1 AND expires_at > clock_timestamp()`;
