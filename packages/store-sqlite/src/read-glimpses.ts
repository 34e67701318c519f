import type { SlotGlimpse } from "@daybook/core";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface GlimpseQuery {
  readonly source: string;
  readonly start: number;
  readonly end: number | null;
  /** The last slot of the page before. */
  readonly after?: SlotPlace;
  readonly limit: number;
}

type SlotPlace = readonly [start: number, path: string];

/** Side by side, since numbers in a block go between threads in no time; entry i of each is about one slot. */
export interface GlimpsePage {
  readonly paths: readonly string[];
  readonly starts: Float64Array;
  /** TIMELESS: it has no end. */
  readonly ends: Float64Array;
  readonly lost: Uint32Array;
  readonly states: readonly SlotGlimpse["state"][];
  readonly selections: readonly (string | null)[];
  /** Undefined: there is no more. */
  readonly next?: SlotPlace;
}

type Row = [
  start: number,
  path: string,
  end: number,
  state: SlotGlimpse["state"],
  selection: string | null,
  lost: number,
];

const GLIMPSES = `SELECT s.start_at, s.path, ifnull(s.end_at, ${TIMELESS}), s.state, s.selection, s.quarantined + s.gone
  FROM sources o CROSS JOIN slots s INDEXED BY slots_start ON s.source_id = o.id
  WHERE o.name = ? AND s.start_at > ? - o.longest_slot AND s.start_at < ? AND ifnull(s.end_at, ${TIMELESS}) > ?
    AND (s.start_at, s.path) > (?, ?)
  ORDER BY s.start_at, s.path LIMIT ?`;

/** One page of the slots that overlap the range, oldest first. */
export function readGlimpses(sql: Statements, query: GlimpseQuery): GlimpsePage {
  const { source, start, end, after = [-TIMELESS, ""], limit } = query;
  const rows = sql.all<Row>(GLIMPSES, source, start, end ?? TIMELESS, start, ...after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    paths: rows.map((row) => row[1]),
    starts: Float64Array.from(rows, (row) => row[0]),
    ends: Float64Array.from(rows, (row) => row[2]),
    lost: Uint32Array.from(rows, (row) => row[5]),
    states: rows.map((row) => row[3]),
    selections: rows.map((row) => row[4]),
    next: last && [last[0], last[1]],
  };
}

export function* pageToGlimpses(page: GlimpsePage): Iterable<SlotGlimpse> {
  const { paths, starts, ends, lost, states, selections } = page;
  for (const [i, path] of paths.entries()) {
    yield {
      path,
      start: new Date(starts[i]!),
      end: ends[i] === TIMELESS ? undefined : new Date(ends[i]!),
      state: states[i]!,
      selection: selections[i] ?? undefined,
      lost: lost[i]!,
    };
  }
}
