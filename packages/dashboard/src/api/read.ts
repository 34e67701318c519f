import { HOUR_LETTERS, type Explanation, type SlotRecord, type SlotStatus } from "@daybook/core";
import { readCursor, writeCursor } from "../server/cursor.js";
import { dayOf, type Params } from "../server/params.js";
import { invalid, notFound } from "../server/problem.js";
import { knownSource, knownSources, type ApiContext } from "./context.js";

export const PAGE = { least: 1, most: 1000, otherwise: 100 };
/** Slots a day may have; a layout with more shows the first. */
const SLOTS_A_DAY = 2_000;

export const OVERVIEW: readonly string[] = [];
export async function overview({ overviews, writable }: ApiContext) {
  return { ...(await overviews.get()), writable };
}

export const AVAILABILITY = ["source", "from", "to"] as const;
export async function availability(context: ApiContext, params: Params) {
  const sources = knownSources(context, params.all("source"));
  const found = await context.calendar.get(sources, params.range());
  return {
    letters: HOUR_LETTERS,
    sources: found.map(({ source, from, days, timeless }) => ({ source, from: date(from), days, timeless })),
  };
}

export async function day(context: ApiContext, name: string, text: string) {
  const source = knownSource(context, name);
  const range = dayOf(text);
  const slots: ReturnType<typeof slotView>[] = [];
  for await (const slot of context.daybook.slots({ sources: [source], range })) {
    if (slots.length === SLOTS_A_DAY) break;
    slots.push(slotView(slot));
  }
  return { source, date: text, slots };
}

function slotView({ path, start, end, state, over, record }: SlotStatus) {
  return { path, start, end, state, over, ...(record && visitView(record)) };
}

function visitView({
  listing,
  visitedAt,
  nextVisitAt,
  reason,
  files,
  skipped,
  unreadable,
  lacking,
  settled,
}: SlotRecord) {
  return { listing, visitedAt, nextVisitAt, reason, files, skipped, unreadable, lacking, settled };
}

export const EXPLAIN = ["path"] as const;
export async function explain(context: ApiContext, name: string, params: Params) {
  const source = knownSource(context, name);
  const path = params.required("path");
  if (!path.startsWith("/")) throw invalid("path must begin with /: it is the path at the source");
  const [found] = await context.daybook.explain(path, { sources: [source] });
  if (found === undefined) throw notFound(`${source} knows no file or hour of that path`);
  return found satisfies Explanation;
}

export async function delays(context: ApiContext, name: string) {
  const [found] = await context.daybook.delays({ sources: [knownSource(context, name)] });
  return found!;
}

export const GAPS = ["source", "from", "to", "limit", "cursor"] as const;
/** The exact list, slot by slot and file by file: oldest first, source by source. */
export async function gaps(context: ApiContext, params: Params) {
  const { daybook } = context;
  const wanted = knownSources(context, params.all("source")) ?? daybook.sources().map(({ name }) => name);
  const limit = params.integer("limit", PAGE);
  const range = params.range();
  const after = readCursor(params.text("cursor"), ["", 0, 0] as [
    source: string,
    start: number,
    seen: number,
  ]);
  if (after) knownSource(context, after[0]);
  const found: object[] = [];
  let place: [string, number, number] = after ?? ["", 0, 0];
  for (const source of after ? wanted.slice(Math.max(0, wanted.indexOf(after[0]))) : wanted) {
    let skip = source === after?.[0] ? after[2] : 0;
    const start = source === after?.[0] ? new Date(after[1]) : range?.start;
    if (!reaches(daybook, source, { start, end: range?.end })) continue;
    for await (const gap of daybook.gaps({ sources: [source], range: { start, end: range?.end } })) {
      if (skip-- > 0 && gap.start.getTime() === start?.getTime()) continue;
      if (found.length === limit) return { gaps: found, cursor: writeCursor(place) };
      found.push(gap);
      const at = gap.start.getTime();
      place = [source, at, place[0] === source && place[1] === at ? place[2] + 1 : 1];
    }
  }
  return { gaps: found };
}

/** Whether there is anything in both the range asked for and the source's: core refuses to look where nothing can be. */
function reaches(
  daybook: ApiContext["daybook"],
  source: string,
  { start, end }: { start?: Date; end?: Date },
): boolean {
  const { range } = daybook.sources().find(({ name }) => name === source)!;
  // A cursor may come from a page of another range.
  if (start && end && end <= start) return false;
  return !(start && range.end && range.end <= start) && !(end && end <= range.start);
}

const date = (time: Date) => time.toISOString().slice(0, 10);
