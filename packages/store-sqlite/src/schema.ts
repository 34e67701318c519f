/** Of files without a time: later than any Date, so that they come last. */
export const TIMELESS = 8_640_000_000_000_001;

/** "dayb": tells our files from other programs' databases. */
export const APPLICATION_ID = 0x64617962;

/**
 * Each takes the schema from the version that is its place in the list to the next; PRAGMA user_version counts them.
 * Never change one that was released: add another.
 *
 * Sized for tens of millions of files. A directory's path, and the part of its files' locations before their names, is
 * kept once; a file is clustered by its directory and name, and a directory's files are neighbours on disk. A file's
 * `location` is 1 where it is its directory's `prefix` and its name. `sha256` is a blob of 32 bytes. A slot's state is
 * computed by the rule in core's `slotState`; the contract kit compares the two.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    longest_slot INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE slots (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources,
    path TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER,
    listing TEXT NOT NULL,
    visited_at INTEGER NOT NULL,
    listed_at INTEGER,
    closed INTEGER NOT NULL,
    next_visit_at INTEGER,
    failures INTEGER NOT NULL,
    reason TEXT,
    selection TEXT,
    skipped INTEGER NOT NULL,
    skipped_names TEXT NOT NULL,
    unreadable INTEGER NOT NULL,
    unreadable_names TEXT NOT NULL,
    pending INTEGER NOT NULL DEFAULT 0,
    stored INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL AS (CASE
      WHEN listing IN ('failed', 'truncated') THEN 'failed'
      WHEN NOT closed THEN 'open'
      WHEN pending > 0 OR quarantined > 0 OR unreadable > 0 THEN 'partial'
      WHEN stored > 0 OR expired > 0 THEN 'complete'
      WHEN listing = 'missing' THEN 'missing'
      ELSE 'empty' END),
    settled INTEGER NOT NULL AS (closed AND pending = 0 AND listing NOT IN ('failed', 'truncated')),
    UNIQUE (source_id, path)
  ) STRICT;
  CREATE INDEX slots_start ON slots (source_id, start_at, path);
  CREATE INDEX slots_due ON slots (source_id, next_visit_at) WHERE next_visit_at IS NOT NULL;
  CREATE INDEX slots_unsettled ON slots (source_id, start_at, path) WHERE NOT settled;
  CREATE INDEX slots_flawed ON slots (source_id, start_at, path) WHERE state <> 'complete' OR gone > 0;
  CREATE INDEX slots_selected ON slots (source_id, selection, start_at, end_at);

  CREATE TABLE planned (
    source_id INTEGER PRIMARY KEY REFERENCES sources,
    layout TEXT NOT NULL,
    selection TEXT NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    slots INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE directories (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources,
    slot_id INTEGER NOT NULL REFERENCES slots,
    path TEXT NOT NULL,
    prefix TEXT,
    UNIQUE (source_id, path, slot_id)
  ) STRICT;
  CREATE INDEX directories_slot ON directories (slot_id);

  CREATE TABLE files (
    directory_id INTEGER NOT NULL REFERENCES directories,
    name TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    size INTEGER,
    modified_at INTEGER,
    first_seen_at INTEGER NOT NULL,
    sha256 ANY,
    location ANY,
    stored_at INTEGER,
    version INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER,
    reason TEXT,
    encoding TEXT,
    stored_size INTEGER,
    wanted_at INTEGER,
    PRIMARY KEY (directory_id, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_observed ON files (source_id, observed_at);
  CREATE INDEX files_unstored ON files (source_id, observed_at) WHERE status <> 1 AND status <> 4;

  CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources,
    path TEXT NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    detail TEXT
  ) STRICT;
  CREATE INDEX events_path ON events (source_id, path, at);

  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    hook TEXT NOT NULL,
    id TEXT NOT NULL,
    key TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (hook, id)
  ) STRICT;
  CREATE INDEX outbox_hook ON outbox (hook);

  CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE notes (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX directories_prefix ON directories (prefix) WHERE prefix IS NOT NULL;
  CREATE INDEX files_location ON files (location) WHERE typeof(location) = 'text';
  `,
  `
  ALTER TABLE slots ADD COLUMN lacking INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE slots ADD COLUMN lacking_names TEXT NOT NULL DEFAULT '[]';
  DROP INDEX slots_flawed;
  ALTER TABLE slots DROP COLUMN state;
  ALTER TABLE slots ADD COLUMN state TEXT AS (CASE
    WHEN listing IN ('failed', 'truncated') THEN 'failed'
    WHEN NOT closed THEN 'open'
    WHEN pending > 0 OR quarantined > 0 OR unreadable > 0 THEN 'partial'
    WHEN (stored > 0 OR expired > 0) AND lacking > 0 THEN 'incomplete'
    WHEN stored > 0 OR expired > 0 THEN 'complete'
    WHEN listing = 'missing' THEN 'missing'
    ELSE 'empty' END);
  CREATE INDEX slots_flawed ON slots (source_id, start_at, path) WHERE state <> 'complete' OR gone > 0;
  `,
];
