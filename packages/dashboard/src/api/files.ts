import type { Daybook, FileQuery, FileStatus } from "@daybook/core";
import { readCursor, writeCursor } from "../server/cursor.js";
import type { Params } from "../server/params.js";
import { knownSource, type ApiContext } from "./context.js";
import { PAGE } from "./read.js";

const STATUSES: readonly FileStatus[] = ["pending", "stored", "quarantined", "gone", "expired"];
const LONG_AGO = new Date(-8.64e15);

type File = ReturnType<Daybook["files"]> extends AsyncIterable<infer T> ? T : never;
/** Files of this instant, or those without a time, of which so many were given. */
type Place = [part: "dated" | "timeless", at: number, seen: number];

export const FILES = ["slot", "status", "from", "to", "limit", "cursor"] as const;

/** A source's files by time and path; those without a time come last. */
export async function files(context: ApiContext, name: string, params: Params) {
  const source = knownSource(context, name);
  const limit = params.integer("limit", PAGE);
  const range = params.range();
  const query: FileQuery = {
    source,
    slot: params.text("slot"),
    status: params.oneOf("status", STATUSES),
    range: range && { start: range.start ?? LONG_AGO, end: range.end },
  };
  const after = readCursor<Place>(params.text("cursor"), ["dated", 0, 0]);
  const page: File[] = [];
  let place = after;
  for await (const file of following(context.daybook, query, after)) {
    if (page.length === limit) return { source, files: page, cursor: writeCursor(place!) };
    page.push(file);
    const part = file.observedAt === undefined ? "timeless" : "dated";
    const at = file.observedAt?.getTime() ?? 0;
    place = [part, at, place?.[0] === part && place[1] === at ? place[2] + 1 : 1];
  }
  return { source, files: page };
}

async function* following(daybook: Daybook, query: FileQuery, after: Place | undefined): AsyncIterable<File> {
  if (after === undefined) return yield* daybook.files(query);
  const [part, at, seen] = after;
  let skip = seen;
  if (part === "dated") {
    const range = { start: new Date(at), end: query.range?.end };
    for await (const file of daybook.files({ ...query, range }))
      if (file.observedAt!.getTime() !== at || skip-- <= 0) yield file;
    skip = 0;
  }
  if (query.range !== undefined) return;
  for await (const file of daybook.files(query)) if (file.observedAt === undefined && skip-- <= 0) yield file;
}
