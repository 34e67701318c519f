import type { RetryResult } from "@daybook/core";
import { readBody } from "../server/body.js";
import { invalid, Problem } from "../server/problem.js";
import { knownSource, type ApiContext } from "./context.js";

const MOST_PATHS = 1_000;

/** Puts files, or an hour's directory, back in the queue. The body: `{ source, paths }`. */
export async function retry(context: ApiContext, request: Request): Promise<RetryResult> {
  if (!context.writable)
    throw new Problem(
      403,
      "read-only",
      "this dashboard only shows: start it with serve.writable: true to change anything",
    );
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    throw new Problem(415, "media-type", "send JSON, as content-type: application/json");
  const { source, paths } = await bodyOf(request);
  return context.daybook.retry({ sources: [knownSource(context, source)], paths });
}

async function bodyOf(request: Request): Promise<{ source: string; paths: string[] }> {
  const { source, paths } = parsed(await readBody(request));
  if (typeof source !== "string") throw invalid("source must be a text");
  const isPath = (path: unknown) => typeof path === "string" && path.startsWith("/") && !path.includes("\0");
  if (!Array.isArray(paths) || paths.length === 0 || paths.length > MOST_PATHS || !paths.every(isPath))
    throw invalid(`paths must be a list of 1 to ${MOST_PATHS} paths that begin with /`);
  return { source, paths: paths as string[] };
}

function parsed(text: string): { source?: unknown; paths?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    throw invalid("the body is no JSON");
  }
}
