/** $1 source_id, $2 layout, $3 selection, $4 start_at, $5 end_at, $6 slots. */
export const putPlanned = (schema: string): string => `
  INSERT INTO ${schema}.planned (source_id, layout, selection, start_at, end_at, slots)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (source_id) DO UPDATE SET layout = excluded.layout, selection = excluded.selection,
    start_at = excluded.start_at, end_at = excluded.end_at, slots = excluded.slots`;

/** $1 source_id. */
export const forgetPlanned = (schema: string): string => `
  DELETE FROM ${schema}.planned WHERE source_id = $1`;

/** $1 source's name; no row where the ledger doesn't bear it out. */
export const readPlanned = (schema: string): string => `
  SELECT p.layout, p.selection, p.start_at, p.end_at, p.slots
  FROM ${schema}.planned p JOIN ${schema}.sources o ON o.id = p.source_id
  WHERE o.name = $1 AND p.slots = (
    SELECT count(*) FROM ${schema}.slots s
    WHERE s.source_id = o.id AND s.selection = p.selection AND s.start_at < p.end_at AND s.end_at > p.start_at)`;
