import type { FindQuery, Position } from "./source-search.js";
import { SourceSearch } from "./source-search.js";
import type { FileRow } from "./rows.js";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface FindRequest extends FindQuery {
  readonly source: string | null;
  readonly slot: string | null;
}

/** Where a page ended. */
export interface FindCursor extends Position {
  readonly source: string;
}

export interface FindPage {
  readonly rows: FileRow[];
  /** Undefined: there is no more. */
  readonly next?: FindCursor;
}

/** Up to this many files, a slot's are read and sorted for each page, which is quicker than to look for them. */
const SMALL_SLOT = 10_000;

const SOURCES = "SELECT id, name FROM sources WHERE name >= ? AND (name = ? OR ? IS NULL) ORDER BY name";
const SLOT =
  "SELECT id, pending + stored + quarantined + gone + expired FROM slots WHERE source_id = ? AND path = ?";

/** One page of files by source, observedAt and path. Each page is read on its own: nothing stays open in between. */
export function findPage(
  sql: Statements,
  request: FindRequest,
  limit: number,
  cursor?: FindCursor,
): FindPage {
  const begin: Position = { observedAt: (request.start ?? -TIMELESS) - 1 };
  const { source: only } = request;
  for (const [id, source] of sql.all<[number, string]>(SOURCES, cursor?.source ?? "", only, only)) {
    const after = cursor?.source === source ? cursor : begin;
    const { rows, next } = pageOfSource(sql, request, id, limit, after);
    // Past the last file of this source, so that the next page goes on with the next one.
    if (rows.length > 0) return { rows, next: { source, ...(next ?? { observedAt: TIMELESS }) } };
  }
  return { rows: [] };
}

function pageOfSource(sql: Statements, request: FindRequest, source: number, limit: number, after: Position) {
  if (request.slot === null) return new SourceSearch(sql, request, source).page(limit, after);
  const slot = sql.get<[id: number, files: number]>(SLOT, source, request.slot);
  if (!slot) return { rows: [] };
  const search = new SourceSearch(sql, request, source, slot[0]);
  return slot[1] <= SMALL_SLOT ? search.sortedPage(limit, after) : search.page(limit, after);
}
