import { printable } from "../errors/daybook-error.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { FileRecord, Skipped, SlotVisit, StateStore } from "../store/state-store.js";
import { isJudged, Judge, type Lack } from "./judge.js";

/** As much as is kept of what a slot lacks. A day of ten-minute steps has 144. */
const MOST_NAMES = 200;

export interface JudgedSource {
  readonly name: string;
  readonly layout: Pick<PathLayout, "parse">;
  readonly policy: Pick<SourcePolicy, "expect" | "select">;
  readonly store: Pick<StateStore, "find">;
}

/**
 * What a slot owes and hasn't got, by what the ledger knows to be at the source: files still to be fetched and those
 * given up are there. Undefined where nothing is lacking. A file in a neighbour's folder counts by its own time.
 */
export async function lackingOf(
  { name, layout, policy, store }: JudgedSource,
  { path, start, end }: Pick<SlotVisit, "path" | "start" | "end">,
): Promise<Skipped | undefined> {
  const { expect, select } = policy;
  const window = { start, end };
  if (expect === undefined || !isJudged(window)) return undefined;
  const judge = new Judge(expect, window);
  const add = (file: FileRecord) => {
    const observation = layout.parse(file.path);
    if (file.status === "gone" || observation === undefined || !select(observation)) return;
    judge.add({ observation, path: file.path, size: file.size });
  };
  const around = {
    start: new Date(window.start.getTime() - expect.tolerance),
    end: new Date(window.end.getTime() + expect.tolerance),
  };
  for await (const file of store.find({ source: name, range: around })) add(file);
  for await (const file of store.find({ source: name, slot: path }))
    if (file.observedAt === undefined) add(file);
  return summed(judge.lacks());
}

function summed(lacks: readonly Lack[]): Skipped | undefined {
  if (lacks.length === 0) return undefined;
  return { count: lacks.length, names: lacks.slice(0, MOST_NAMES).map(({ what }) => printable(what)) };
}
