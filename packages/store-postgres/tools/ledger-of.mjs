/** Shape of the tree: directories in an hour's slot, files in a directory. */
export const DIRECTORIES = 6;
export const FILES = 20;
export const SOURCES = ["RMA1", "RMA2", "RMA3", "RMA4"];

/** When the first slot starts. */
export const FIRST = Date.UTC(2000, 0, 1);

const HOUR = 3_600_000;

const slotPath = (source, hour) =>
  `/L2/${source}/${new Date(FIRST + hour * HOUR).toISOString().slice(0, 13).replace(/[-T]/g, "/")}`;

/** Path of one file: number `file` of directory number `directory` in that hour's slot. */
export const filePath = (source, hour, directory, file) =>
  `${slotPath(source, hour)}/${String(directory * 10).padStart(2, "0")}20/${source}_0315_01_F${String(file).padStart(2, "0")}.BUFR`;

/** How many slots each source has in a ledger of so many files. */
export const hoursOf = (files) => Math.ceil(files / SOURCES.length / DIRECTORIES / FILES);

/**
 * Fills an empty ledger the short way, by the server itself: files by the million, a slot in a hundred with one that is
 * pending, a slot in five hundred whose listing failed; both are due again.
 */
export async function fillLedger(pool, schema, files) {
  const s = `"${schema}"`;
  const hours = hoursOf(files);
  const key = (path) => `left(encode(sha256(convert_to(${path}, 'UTF8')), 'hex'), 32)::uuid`;
  const hourPath = `'/L2/' || src.name || to_char(to_timestamp((${FIRST} + h * ${HOUR}::bigint) / 1000) AT TIME ZONE 'UTC', '/YYYY/MM/DD/HH24')`;
  await pool.query(`
    INSERT INTO ${s}.sources (name) SELECT unnest('{${SOURCES.join(",")}}'::text[]);

    INSERT INTO ${s}.slots (source_id, path, path_key, start_at, end_at, listing, visited_at, listed_at, closed,
      next_visit_at, failures, skipped, skipped_names, unreadable, unreadable_names, pending, stored, bytes)
    SELECT src.id, path, ${key("path")}, start_at, start_at + ${HOUR},
      CASE WHEN h % 500 = 7 THEN 'failed' ELSE 'entries' END, start_at + 2 * ${HOUR}, start_at + 2 * ${HOUR}, true,
      CASE WHEN h % 500 = 7 OR h % 100 = 3 THEN start_at + 6 * ${HOUR} END, 0, 0, '[]', 0, '[]',
      (h % 100 = 3)::int, ${DIRECTORIES * FILES} - (h % 100 = 3)::int, ${DIRECTORIES * FILES}::bigint * 1000000
    FROM generate_series(0, ${hours - 1}) AS h CROSS JOIN ${s}.sources src,
      LATERAL (SELECT ${hourPath} AS path, ${FIRST} + h * ${HOUR}::bigint AS start_at) AS at
    ORDER BY h, src.id;

    INSERT INTO ${s}.directories (source_id, path, path_key)
    SELECT source_id, d.path, ${key("d.path")}
    FROM ${s}.slots, generate_series(0, ${DIRECTORIES - 1}) AS n,
      LATERAL (SELECT slots.path || '/' || n || '020/' AS path) AS d
    ORDER BY slots.id, n;

    INSERT INTO ${s}.files (directory_id, name, source_id, slot_id, observed_at, status, size, modified_at,
      first_seen_at, sha256, location, stored_at, version, attempts)
    SELECT d.id, f.name, d.source_id, slot.id, observed_at,
      CASE WHEN (slot.start_at - ${FIRST}) / ${HOUR} % 100 = 3 AND d.id % ${DIRECTORIES} = 0 AND n = 0
        THEN 'pending' ELSE 'stored' END,
      1000000, observed_at + 60000, observed_at + 120000, sha256(convert_to(f.name, 'UTF8')),
      substr(d.path, 5) || f.name, observed_at + 180000, 1, 0
    FROM ${s}.directories d
    JOIN ${s}.slots slot ON slot.id = (d.id - 1) / ${DIRECTORIES} + 1
    JOIN ${s}.sources src ON src.id = d.source_id,
      generate_series(0, ${FILES - 1}) AS n,
      LATERAL (SELECT src.name || '_0315_01_F' || lpad(n::text, 2, '0') || '.BUFR' AS name,
        slot.start_at + (d.id - 1) % ${DIRECTORIES} * 600000 + 20000 AS observed_at) AS f
    ORDER BY d.id, n`);
  for (const table of ["sources", "slots", "directories", "files"])
    await pool.query(`VACUUM ANALYZE ${s}.${table}`);
}
