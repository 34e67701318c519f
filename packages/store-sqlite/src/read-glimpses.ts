import type { SlotGlimpse } from "@daybook/core";
import { TIMELESS } from "./schema.js";
import type { Statements } from "./statements.js";

export interface GlimpseQuery {
  readonly source: string;
  readonly start: number;
  readonly end: number | null;
  readonly flawed: boolean;
  /** The last slot of the page before. */
  readonly after?: readonly [start: number, path: string];
  readonly limit: number;
}

/** Arrays as JSON, side by side: entry i of each is about one slot. Long texts go between threads in no time. */
export type GlimpsePage = readonly [
  paths: string,
  starts: string,
  ends: string,
  states: string,
  selections: string,
  lost: string,
];

// SQLite puts each column into one text: making a row of JavaScript for every slot would cost more than finding it.
const select = (
  index: string,
  condition = "",
) => `SELECT json_group_array(path), json_group_array(start_at), json_group_array(end_at),
    json_group_array(state), json_group_array(selection), json_group_array(lost)
  FROM (SELECT s.path, s.start_at, s.end_at, s.state, s.selection, s.quarantined + s.gone AS lost
    FROM sources o CROSS JOIN slots s INDEXED BY ${index} ON s.source_id = o.id
    WHERE o.name = ? AND s.start_at > ? - o.longest_slot AND s.start_at < ? AND ifnull(s.end_at, ${TIMELESS}) > ?
      AND (s.start_at, s.path) > (?, ?) ${condition}
    ORDER BY s.start_at, s.path LIMIT ?)`;
const ALL = select("slots_start");
const FLAWED = select("slots_flawed", "AND (s.state <> 'complete' OR s.gone > 0)");

/** One page of the slots that overlap the range, oldest first. */
export function readGlimpses(sql: Statements, query: GlimpseQuery): GlimpsePage {
  const { source, start, end, flawed, after = [-TIMELESS, ""], limit } = query;
  return sql.get<GlimpsePage>(flawed ? FLAWED : ALL, source, start, end ?? TIMELESS, start, ...after, limit)!;
}

export function pageToGlimpses(page: GlimpsePage): SlotGlimpse[] {
  const [paths, starts, ends, states, selections, lost] = page.map((text) => JSON.parse(text)) as [
    string[],
    number[],
    (number | null)[],
    SlotGlimpse["state"][],
    (string | null)[],
    number[],
  ];
  return paths.map((path, i) => ({
    path,
    start: new Date(starts[i]!),
    end: ends[i] === null ? undefined : new Date(ends[i]!),
    state: states[i]!,
    selection: selections[i] ?? undefined,
    lost: lost[i]!,
  }));
}
