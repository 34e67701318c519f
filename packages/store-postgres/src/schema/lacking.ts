/** What a slot owes and hasn't got; the state follows. */
export const lacking = (schema: string): string => `
ALTER TABLE ${schema}.slots ADD COLUMN lacking integer NOT NULL DEFAULT 0 CHECK (lacking >= 0);
ALTER TABLE ${schema}.slots ADD COLUMN lacking_names json NOT NULL DEFAULT '[]';
DROP INDEX ${schema}.slots_flawed, ${schema}.slots_wanting;
ALTER TABLE ${schema}.slots DROP COLUMN state;
ALTER TABLE ${schema}.slots ADD COLUMN state text NOT NULL GENERATED ALWAYS AS (CASE
  WHEN listing IN ('failed', 'truncated') THEN 'failed'
  WHEN NOT closed THEN 'open'
  WHEN pending > 0 OR quarantined > 0 OR unreadable > 0 THEN 'partial'
  WHEN (stored > 0 OR expired > 0) AND lacking > 0 THEN 'incomplete'
  WHEN stored > 0 OR expired > 0 THEN 'complete'
  WHEN listing = 'missing' THEN 'missing'
  ELSE 'empty' END) STORED;
CREATE INDEX slots_flawed ON ${schema}.slots (source_id, start_at, path) WHERE state <> 'complete' OR gone > 0;
CREATE INDEX slots_wanting ON ${schema}.slots (source_id, state, start_at) WHERE state <> 'complete';
`;
