import type { FileRecord } from "@daybook/core";
import { identity, storable } from "../text.js";
import { ms } from "../time.js";
import type { Column } from "./bulk.js";
import { asTable, names } from "./bulk.js";

export interface FileRow {
  readonly sourceId: number;
  readonly directoryId: number;
  readonly slotId: number;
  readonly name: string;
  readonly file: FileRecord;
}

export const fileColumns: readonly Column<FileRow>[] = [
  ["directory_id", "bigint", (r) => r.directoryId],
  ["name", "text", (r) => identity(r.name)],
  ["source_id", "int", (r) => r.sourceId],
  ["slot_id", "bigint", (r) => r.slotId],
  ["observed_at", "bigint", (r) => ms(r.file.observedAt)],
  ["status", "text", (r) => r.file.status],
  ["size", "bigint", (r) => r.file.size],
  ["modified_at", "bigint", (r) => ms(r.file.modifiedAt)],
  ["first_seen_at", "bigint", (r) => ms(r.file.firstSeenAt)],
  ["sha256", "bytea", (r) => r.file.sha256 && Buffer.from(r.file.sha256, "hex")],
  ["location", "text", (r) => r.file.location && identity(r.file.location)],
  ["stored_at", "bigint", (r) => ms(r.file.storedAt)],
  ["version", "int", (r) => r.file.version],
  ["attempts", "int", (r) => r.file.attempts],
  ["next_attempt_at", "bigint", (r) => ms(r.file.nextAttemptAt)],
  ["reason", "text", (r) => r.file.reason && storable(r.file.reason)],
  ["encoding", "text", (r) => r.file.encoding],
  ["stored_size", "bigint", (r) => r.file.storedSize],
  ["wanted_at", "bigint", (r) => ms(r.file.wantedAt)],
  ["undated_path", "text", (r) => (r.file.observedAt ? undefined : r.file.path)],
];

/** Locks the known ones of $1 directory_id[], $2 name[]; returns their places and what they count as. */
export const lockFiles = (schema: string): string => `
  SELECT (q.place - 1)::int AS place, f.slot_id, f.status, CASE WHEN f.size BETWEEN 0 AND 9007199254740991 THEN f.size END AS size
  FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS q(directory_id, name, place)
  JOIN ${schema}.files f ON f.directory_id = q.directory_id AND f.name = q.name
  ORDER BY f.directory_id, f.name
  FOR UPDATE OF f`;

export const addFiles = (schema: string): string => `
  INSERT INTO ${schema}.files (${names(fileColumns)})
  SELECT ${names(fileColumns)} FROM ${asTable(fileColumns, "n")}`;

export const replaceFiles = (schema: string): string => `
  UPDATE ${schema}.files f SET
    ${fileColumns
      .slice(2)
      .map(([name]) => `${name} = n.${name}`)
      .join(", ")}
  FROM ${asTable(fileColumns, "n")}
  WHERE f.directory_id = n.directory_id AND f.name = n.name`;

/** A file `f`, its directory `d` and its slot `s`, as `toFileRecord` reads them. */
export const fileFields = `
    d.path || f.name AS path, s.path AS slot, f.observed_at, f.status, f.size, f.modified_at, f.first_seen_at,
    encode(f.sha256, 'hex') AS sha256, f.location, f.stored_at, f.version, f.attempts, f.next_attempt_at, f.reason,
    f.encoding, f.stored_size, f.wanted_at`;

/** Paths a statement: more at once are slower each. */
export const LOOK_UPS_PER_STATEMENT = 1_000;

/**
 * $1 source; $2 path_key[] of the directories; $3 name[] of the files and $4 the place in $2 of each one's directory, from 1.
 * Lateral with a limit, so that each goes down its index whatever the statistics say: on a table that grew since they
 * were taken, a planner that is free to choose may read all of it instead. The offset keeps directories from being looked
 * up once for each of their files.
 */
export const lookUpFiles = (schema: string): string => `
  SELECT ${fileFields}
  FROM (
    SELECT k.place, known.id, known.path FROM unnest($2::uuid[]) WITH ORDINALITY AS k(path_key, place)
    CROSS JOIN LATERAL (
      SELECT id, path FROM ${schema}.directories
      WHERE source_id = (SELECT id FROM ${schema}.sources WHERE name = $1) AND path_key = k.path_key LIMIT 1
    ) AS known OFFSET 0
  ) AS d
  JOIN unnest($3::text[], $4::int[]) AS q(name, place) ON q.place = d.place
  CROSS JOIN LATERAL (
    SELECT * FROM ${schema}.files WHERE directory_id = d.id AND name = q.name LIMIT 1
  ) AS f
  JOIN ${schema}.slots s ON s.id = f.slot_id`;

/** $1 location[]. */
export const lookUpPlaces = (schema: string): string => `
  SELECT o.name AS source, ${fileFields}
  FROM unnest($1::text[]) AS q(location)
  CROSS JOIN LATERAL (
    SELECT * FROM ${schema}.files WHERE location = q.location OFFSET 0
  ) AS f
  JOIN ${schema}.directories d ON d.id = f.directory_id
  JOIN ${schema}.slots s ON s.id = f.slot_id
  JOIN ${schema}.sources o ON o.id = f.source_id`;
