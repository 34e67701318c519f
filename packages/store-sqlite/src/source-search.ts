import { FILE_COLUMNS } from "./read-files.js";
import type { FileRow } from "./rows.js";
import { STATUSES } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface FindQuery {
  /** One bit for each place in `STATUSES`. */
  readonly statuses: number;
  readonly start: number | null;
  readonly end: number | null;
}

/** After all files of this instant; with `path`, after that one of them. */
export interface Position {
  readonly observedAt: number;
  readonly path?: string;
}

export interface Page {
  readonly rows: FileRow[];
  readonly next?: Position;
}

/** Most files are one or the other; those that aren't have a small index of their own. */
const MOST = (1 << STATUSES.indexOf("stored")) | (1 << STATUSES.indexOf("expired"));

const JOINS = `CROSS JOIN directories d ON d.id = f.directory_id CROSS JOIN slots s ON s.id = d.slot_id
  CROSS JOIN sources o ON o.id = s.source_id`;

/** Finds files of one source, in one slot or all, by observedAt and path. */
export class SourceSearch {
  readonly #sql: Statements;
  readonly #statuses: number;
  readonly #bounds: readonly [start: number, end: number];
  readonly #source: number;
  readonly #slot: number | undefined;
  readonly #index: string;

  constructor(sql: Statements, { statuses, start, end }: FindQuery, source: number, slot?: number) {
    this.#sql = sql;
    this.#statuses = statuses;
    // Without a range, files without a time are in it too.
    this.#bounds = [start ?? -TIMELESS, end ?? (start === null ? TIMELESS + 1 : TIMELESS)];
    this.#source = source;
    this.#slot = slot;
    this.#index =
      (statuses & MOST) === 0
        ? "files f INDEXED BY files_unstored WHERE f.status <> 1 AND f.status <> 4"
        : "files f INDEXED BY files_observed WHERE true";
  }

  /** Along the index of times, whole instants at once; the files of one that doesn't fit a page by directory. */
  page(limit: number, { observedAt, path }: Position): Page {
    if (path !== undefined) return this.#instant(limit, observedAt, path);
    const [, end] = this.#bounds;
    const rows = this.#sql.all<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM (
         SELECT f.* FROM ${this.#index} AND f.source_id = ? AND f.observed_at > ? AND f.observed_at < ?
           AND (? >> f.status) & 1 ${this.#inSlot()}
         ORDER BY f.observed_at, f.directory_id, f.name LIMIT ?) f
       ${JOINS} ORDER BY f.observed_at, d.path || f.name`,
      this.#source,
      observedAt,
      end,
      this.#statuses,
      limit + 1,
    );
    if (rows.length <= limit) return { rows };
    const cut = timeOf(rows.at(-1)!);
    const whole = rows.filter((row) => timeOf(row) < cut);
    if (whole.length === 0) return this.#instant(limit, cut, "");
    return { rows: whole, next: { observedAt: timeOf(whole.at(-1)!) } };
  }

  /** All files of the slot, sorted for each page. */
  sortedPage(limit: number, { observedAt, path }: Position): Page {
    const rows = this.#sql.all<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM directories d INDEXED BY directories_slot
       CROSS JOIN files f ON f.directory_id = d.id CROSS JOIN slots s ON s.id = d.slot_id
       CROSS JOIN sources o ON o.id = s.source_id
       WHERE d.slot_id = ? AND f.observed_at >= ? AND f.observed_at < ? AND (? >> f.status) & 1
         AND (f.observed_at, d.path || f.name) > (?, ?)
       ORDER BY f.observed_at, d.path || f.name LIMIT ?`,
      this.#slot,
      ...this.#bounds,
      this.#statuses,
      path === undefined ? observedAt + 1 : observedAt,
      path ?? "",
      limit,
    );
    const last = rows.at(-1);
    return rows.length < limit || !last
      ? { rows }
      : { rows, next: { observedAt: timeOf(last), path: last[1] } };
  }

  /**
   * The files of one instant after a path. Order by path isn't order by directory and name, since directories lie in
   * one another; but a directory's files never come before its own path, which tells when to stop.
   */
  #instant(limit: number, observedAt: number, after: string): Page {
    let found: { readonly key: Buffer; readonly row: FileRow }[] = [];
    const afterKey = Buffer.from(after);
    for (const [id, directory] of this.#directoriesOf(observedAt)) {
      const key = Buffer.from(directory);
      const inside = after.startsWith(directory);
      if (!inside && Buffer.compare(key, afterKey) < 0) continue;
      if (found.length === limit && Buffer.compare(key, found.at(-1)!.key) > 0) break;
      const rows = this.#sql.all<FileRow>(
        `SELECT ${FILE_COLUMNS} FROM (
           SELECT f.* FROM ${this.#index} AND f.source_id = ? AND f.observed_at = ? AND f.directory_id = ?
             ${inside ? "AND f.name > ?" : ""} AND (? >> f.status) & 1 ORDER BY f.name LIMIT ?) f
         ${JOINS} ORDER BY f.name`,
        this.#source,
        observedAt,
        id,
        ...(inside ? [after.slice(directory.length)] : []),
        this.#statuses,
        limit,
      );
      for (const row of rows) found.push({ key: Buffer.from(row[1]), row });
      found = found.sort((a, b) => Buffer.compare(a.key, b.key)).slice(0, limit);
    }
    const rows = found.map(({ row }) => row);
    return { rows, next: { observedAt, path: rows.length === limit ? rows.at(-1)![1] : undefined } };
  }

  /** Jumps from directory to directory, never along all files of the instant. */
  #directoriesOf(observedAt: number): [id: number, path: string][] {
    const next = `SELECT min(f.directory_id) FROM ${this.#index} AND f.source_id = ? AND f.observed_at = ?`;
    return this.#sql.all(
      `WITH RECURSIVE met (id) AS (
         ${next} UNION ALL SELECT (${next} AND f.directory_id > met.id) FROM met WHERE met.id IS NOT NULL)
       SELECT d.id, d.path FROM met CROSS JOIN directories d ON d.id = met.id
       ${this.#slot === undefined ? "" : `WHERE d.slot_id = ${this.#slot}`} ORDER BY d.path`,
      ...[this.#source, observedAt],
      ...[this.#source, observedAt],
    );
  }

  #inSlot(): string {
    return this.#slot === undefined
      ? ""
      : `AND f.directory_id IN (SELECT id FROM directories WHERE slot_id = ${this.#slot})`;
  }
}

const timeOf = (row: FileRow): number => row[3] ?? TIMELESS;
