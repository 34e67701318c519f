import type { SourceStatus } from "../di/daybook.js";
import type { SourceDefinition } from "../di/source-definition.js";
import type { StateStore } from "../store/state-store.js";

const ODDITIES = 20;
const HOUR = 3_600_000;

/** One source's figures, from the ledger. */
export async function sourceStatus(
  { name, range, layout }: SourceDefinition,
  store: StateStore,
  now: Date,
): Promise<SourceStatus> {
  const begun = { start: range.start, end: range.end !== undefined && range.end < now ? range.end : now };
  const expected = begun.end > begun.start ? count(layout.slots(begun)) : 0;
  const summary = await store.summarize({ source: name, range });
  const recorded = Object.values(summary.slots).reduce((sum, n) => sum + n, 0);
  return {
    name,
    range,
    expected,
    unseen: Math.max(0, expected - recorded),
    summary,
    oddities: summary.skipped + summary.unreadable > 0 ? await oddities(name, range, store) : [],
    newest: summary.files.stored > 0 ? await newest(name, begun, store) : undefined,
  };
}

function count(slots: ReturnType<SourceDefinition["layout"]["slots"]>): number {
  if (slots.length !== undefined) return slots.length;
  let n = 0;
  for (const _slot of slots) n++;
  return n;
}

async function oddities(source: string, range: SourceDefinition["range"], store: StateStore) {
  const found: SourceStatus["oddities"][number][] = [];
  for await (const { path, skipped, unreadable } of store.slots(source, range)) {
    if (skipped.count > 0) found.push({ slot: path, what: "skipped", ...skipped });
    if (unreadable.count > 0) found.push({ slot: path, what: "unreadable", ...unreadable });
    if (found.length >= ODDITIES) break;
  }
  return found;
}

/** Looks back in growing strides, since the newest file is almost always recent. */
async function newest(source: string, begun: { start: Date; end: Date }, store: StateStore) {
  for (let stride = HOUR; ; stride *= 6) {
    const start = new Date(Math.max(begun.start.getTime(), begun.end.getTime() - stride));
    let last: Date | undefined;
    for await (const file of store.find({ source, status: ["stored"], range: { start, end: begun.end } }))
      last = file.observedAt;
    if (last !== undefined || start <= begun.start) return last;
  }
}
