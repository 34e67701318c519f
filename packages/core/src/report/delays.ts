import type { SourceDefinition } from "../di/source-definition.js";
import type { Slot } from "../layout/path-layout.js";
import type { FileRecord, StateStore } from "../store/state-store.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Looked back in these strides until there are enough files. */
const STRIDES = [6 * HOUR, DAY, 7 * DAY, 30 * DAY];
/** Clocks may differ by so much, and listings leave out seconds: what arrived so little too early took no time, in ms. */
const SKEW = 2 * MINUTE;
const ENOUGH = 2_000;
const MOST = 20_000;
/** Upper bounds of the classes, in ms; the last class has none. */
export const DELAY_BOUNDS: readonly number[] = [
  1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360, 720, 1440,
].map((minutes) => minutes * MINUTE);
/** What a `lookback` may sensibly be. */
const LOOKBACKS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880].map((minutes) => minutes * MINUTE);

/** How long after they were observed a source's newest files arrived. Times are in ms. */
export interface Delays {
  readonly source: string;
  /**
   * Files that were measured, and those that could not be: history whose time at the server isn't known, or only to the
   * day, and what seems to have come before it was observed.
   */
  readonly files: number;
  readonly unknown: number;
  /** When the oldest that was measured was observed. */
  readonly since?: Date;
  /** Files by delay: one count for each of `DELAY_BOUNDS`, and one for what took longer. */
  readonly counts: readonly number[];
  readonly median?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly longest?: number;
  /** The source's setting. */
  readonly lookback: number;
  /** With this, 99 of 100 of these files would have come while their slot was polled. None while there are few files. */
  readonly suggestedLookback?: number;
}

/**
 * Arrival is when Daybook first saw the file. What was observed before it first looked is history, and arrived when the
 * server says it was modified.
 */
export async function delays(source: SourceDefinition, store: StateStore, now: Date): Promise<Delays> {
  const { name, policy } = source;
  const files = await newest(source, store, now);
  const began = files.reduce((least, { firstSeenAt }) => Math.min(least, firstSeenAt.getTime()), Infinity);
  const found: number[] = [];
  const past: number[] = [];
  const slots = new Map<string, Slot | undefined>();
  let since: Date | undefined;
  for (const file of files) {
    const observedAt = file.observedAt!.getTime();
    const arrival = observedAt >= began ? file.firstSeenAt : exactTime(file.modifiedAt);
    if (arrival === undefined || arrival.getTime() < observedAt - SKEW) continue;
    since ??= file.observedAt;
    found.push(Math.max(0, arrival.getTime() - observedAt));
    if (!slots.has(file.slot)) slots.set(file.slot, slotAt(source, file));
    past.push(Math.max(0, arrival.getTime() - (slots.get(file.slot)?.end?.getTime() ?? Infinity)));
  }
  found.sort((a, b) => a - b);
  past.sort((a, b) => a - b);
  const counts = [...DELAY_BOUNDS, Infinity].map(() => 0);
  for (const delay of found) counts[[...DELAY_BOUNDS, Infinity].findIndex((bound) => delay <= bound)]!++;
  const enough = found.length >= 100;
  return {
    source: name,
    files: found.length,
    unknown: files.length - found.length,
    since,
    counts,
    median: quantile(found, 0.5),
    p90: quantile(found, 0.9),
    p99: quantile(found, 0.99),
    longest: found.at(-1),
    lookback: policy.lookback,
    suggestedLookback: enough ? LOOKBACKS.find((one) => one >= quantile(past, 0.99)!) : undefined,
  };
}

/** A day's first instant is what listings show that tell days only; the ledger doesn't know which these are. */
function exactTime(modifiedAt: Date | undefined): Date | undefined {
  return modifiedAt && modifiedAt.getTime() % DAY !== 0 ? modifiedAt : undefined;
}

/** By time of observation. */
async function newest(
  { name, range }: SourceDefinition,
  store: StateStore,
  now: Date,
): Promise<FileRecord[]> {
  const end = range.end !== undefined && range.end < now ? range.end : now;
  for (const stride of STRIDES) {
    const start = new Date(Math.max(range.start.getTime(), end.getTime() - stride));
    if (start >= end) return [];
    const files: FileRecord[] = [];
    for await (const file of store.find({
      source: name,
      status: ["stored"],
      range: { start, end },
      limit: MOST,
    }))
      files.push(file);
    if (files.length >= ENOUGH || start <= range.start || stride === STRIDES.at(-1)) return files;
  }
  return [];
}

function slotAt({ layout }: SourceDefinition, { observedAt, slot: path }: FileRecord): Slot | undefined {
  const start = observedAt!;
  for (const slot of layout.slots({ start, end: new Date(start.getTime() + 1) }))
    if (slot.path === path) return slot;
  return undefined;
}

/** Of sorted values: the least that this share of them does not exceed. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
