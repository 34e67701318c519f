/**
 * The first version of the ledger's tables. Times are ms since 1970 UTC, which is what the ledger is asked in and what JavaScript
 * can hold exactly; `to_timestamp(observed_at / 1000.0)` shows them to people.
 *
 * What grows is `files`; its columns stand widest first, so that no padding lies between them. It has no foreign keys:
 * nothing is ever deleted, every row is written in the transaction that looked its parents up, and three look-ups per
 * row would cost a third of the speed.
 */
export const tables = (schema: string): string => `
CREATE TABLE ${schema}.sources (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

CREATE TABLE ${schema}.slots (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES ${schema}.sources,
  path text COLLATE "C" NOT NULL,
  path_key uuid NOT NULL,
  start_at bigint NOT NULL,
  end_at bigint NOT NULL,
  listing text NOT NULL CHECK (listing IN ('entries', 'empty', 'missing', 'failed', 'truncated')),
  visited_at bigint NOT NULL,
  listed_at bigint,
  closed boolean NOT NULL,
  next_visit_at bigint,
  failures integer NOT NULL,
  reason text,
  selection text,
  skipped integer NOT NULL,
  skipped_names json NOT NULL,
  unreadable integer NOT NULL,
  unreadable_names json NOT NULL,
  pending integer NOT NULL DEFAULT 0 CHECK (pending >= 0),
  stored integer NOT NULL DEFAULT 0 CHECK (stored >= 0),
  quarantined integer NOT NULL DEFAULT 0 CHECK (quarantined >= 0),
  gone integer NOT NULL DEFAULT 0 CHECK (gone >= 0),
  expired integer NOT NULL DEFAULT 0 CHECK (expired >= 0),
  bytes bigint NOT NULL DEFAULT 0,
  state text NOT NULL GENERATED ALWAYS AS (CASE
    WHEN listing IN ('failed', 'truncated') THEN 'failed'
    WHEN NOT closed THEN 'open'
    WHEN pending > 0 OR quarantined > 0 OR unreadable > 0 THEN 'partial'
    WHEN stored > 0 OR expired > 0 THEN 'complete'
    WHEN listing = 'missing' THEN 'missing'
    ELSE 'empty' END) STORED,
  settled boolean NOT NULL GENERATED ALWAYS AS
    (listing NOT IN ('failed', 'truncated') AND closed AND pending = 0) STORED,
  UNIQUE (source_id, path_key)
) WITH (fillfactor = 80);
COMMENT ON COLUMN ${schema}.slots.end_at IS 'the largest bigint: no end';
CREATE INDEX slots_by_time ON ${schema}.slots (source_id, start_at, end_at) INCLUDE (selection);
CREATE INDEX slots_due ON ${schema}.slots (source_id, next_visit_at) WHERE next_visit_at IS NOT NULL;
CREATE INDEX slots_unsettled ON ${schema}.slots (source_id, start_at, path) WHERE NOT settled;
CREATE INDEX slots_flawed ON ${schema}.slots (source_id, start_at, path) WHERE state <> 'complete' OR gone > 0;
CREATE INDEX slots_wanting ON ${schema}.slots (source_id, state, start_at) WHERE state <> 'complete';

CREATE TABLE ${schema}.planned (
  source_id integer PRIMARY KEY REFERENCES ${schema}.sources,
  layout text NOT NULL,
  selection text NOT NULL,
  start_at bigint NOT NULL,
  end_at bigint NOT NULL,
  slots bigint NOT NULL
);

CREATE TABLE ${schema}.directories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES ${schema}.sources,
  path text COLLATE "C" NOT NULL,
  path_key uuid NOT NULL,
  UNIQUE (source_id, path_key)
);
COMMENT ON COLUMN ${schema}.directories.path IS 'with its last slash; a file''s path is this and its name';

CREATE TABLE ${schema}.files (
  directory_id bigint NOT NULL,
  slot_id bigint NOT NULL,
  observed_at bigint,
  size bigint,
  modified_at bigint,
  first_seen_at bigint NOT NULL,
  stored_at bigint,
  next_attempt_at bigint,
  stored_size bigint,
  wanted_at bigint,
  source_id integer NOT NULL,
  version integer NOT NULL,
  attempts integer NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'stored', 'quarantined', 'gone', 'expired')),
  name text COLLATE "C" NOT NULL,
  sha256 bytea,
  location text,
  reason text,
  encoding text,
  undated_path text COLLATE "C",
  PRIMARY KEY (directory_id, name)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
COMMENT ON COLUMN ${schema}.files.undated_path IS 'the whole path, only where observed_at is null: its order among those';
CREATE INDEX files_by_time ON ${schema}.files (source_id, observed_at);
CREATE INDEX files_by_slot ON ${schema}.files (slot_id, observed_at);
CREATE INDEX files_wanting ON ${schema}.files (source_id, observed_at) WHERE status <> 'stored' AND status <> 'expired';
CREATE INDEX files_undated ON ${schema}.files (source_id, left(undated_path, 500)) WHERE undated_path IS NOT NULL;

CREATE TABLE ${schema}.events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id integer NOT NULL REFERENCES ${schema}.sources,
  path text COLLATE "C" NOT NULL,
  path_key uuid NOT NULL,
  at bigint NOT NULL,
  what text NOT NULL,
  detail text,
  content_key uuid NOT NULL,
  UNIQUE (source_id, path_key, at, content_key)
);
COMMENT ON COLUMN ${schema}.events.content_key IS 'of what and detail: the same event twice is one event';

CREATE TABLE ${schema}.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  hook text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  body text NOT NULL,
  UNIQUE (hook, id)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
CREATE INDEX outbox_in_order ON ${schema}.outbox (hook, seq);

CREATE TABLE ${schema}.leases (
  name text PRIMARY KEY,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL
);
`;
