import { largest } from "@daybook/core";
import { printable } from "@daybook/core";
import { formatBytes, formatRate } from "../format/bytes.js";
import { count } from "../format/count.js";
import { formatDuration } from "../format/duration.js";
import { truncate } from "../format/text-width.js";
import { formatSoon } from "../format/time.js";
import type { ProgressState, SourceProgress } from "./state.js";

export interface Moment {
  readonly now: Date;
  readonly bytesPerSecond: number;
}

/** Lines at most; what has nothing to say gives way first. */
const MOST_SOURCES = 12;

/** The live block: one line for all, one for each source. Pure; no line is wider than `width`. */
export function renderProgress(state: ProgressState, moment: Moment, width: number): string[] {
  const sources = [...state.sources.values()];
  const names = Math.max(0, largest(sources.map(({ name }) => name.length)));
  const shown = sources.length <= MOST_SOURCES ? sources : mostActive(sources);
  const lines = [overall(state, moment), ...shown.map((source) => sourceLine(source, moment.now, names))];
  if (shown.length < sources.length) lines.push(`  and ${sources.length - shown.length} more`);
  return lines.map((line) => truncate(line, width));
}

/** Bytes that came over the line so far, files under way included. */
export function bytesMoved(state: ProgressState): number {
  return sum(
    state,
    ({ bytes, active }) => bytes + [...active.values()].reduce((n, file) => n + file.bytes, 0),
  );
}

function overall(state: ProgressState, { now, bytesPerSecond }: Moment): string {
  const settled = sum(state, (source) => source.settled);
  const expected = sum(state, expectedSlots);
  const failures = sum(state, (source) => source.failures);
  const left = timeLeft(state, settled, expected, now);
  return [
    count(
      sum(state, ({ files }) => files),
      "file",
    ),
    formatBytes(sum(state, ({ bytes }) => bytes)),
    formatRate(bytesPerSecond),
    `${settled}/${expected} slots settled`,
    ...(failures > 0 ? [count(failures, "failure")] : []),
    ...(left === undefined ? [] : [`about ${formatDuration(left)} left`]),
  ].join("  ");
}

/** Slots that begin while the run goes on add to those that were known at its start. */
function expectedSlots({ expected = 0, settled }: SourceProgress): number {
  return Math.max(expected, settled);
}

/** From the pace of this run; unknown until some slots are through, and while no file is on its way. */
function timeLeft(state: ProgressState, settled: number, expected: number, now: Date): number | undefined {
  const fetching = [...state.sources.values()].some(({ active }) => active.size > 0);
  const done = settled - state.settledBefore;
  if (!fetching || done < 3 || settled >= expected) return undefined;
  return ((now.getTime() - state.startedAt.getTime()) * (expected - settled)) / done;
}

function sourceLine(source: SourceProgress, now: Date, names: number): string {
  const slots = `${source.settled}/${expectedSlots(source)}`;
  return `  ${source.name.padEnd(names)}  ${slots.padStart(7)}  ${activity(source, now)}`;
}

function activity(source: SourceProgress, now: Date): string {
  const [file] = source.active.values();
  if (file !== undefined) {
    const percent = file.size ? ` ${Math.min(100, Math.floor((100 * file.bytes) / file.size))}%` : "";
    const others = source.active.size > 1 ? ` and ${source.active.size - 1} more` : "";
    return `${printable(file.path.slice(file.path.lastIndexOf("/") + 1))}${percent}${others}`;
  }
  const { until } = source;
  if (source.phase === "down" && until !== undefined) {
    const left = formatDuration(until.getTime() - now.getTime());
    return `server down: ${printable(source.doing)}; again in ${left}`;
  }
  if (source.phase === "waiting" && until !== undefined) return `next look at ${formatSoon(until, now)}`;
  if (source.phase === "failed") return `failed: ${printable(source.doing)}`;
  return printable(source.doing);
}

function mostActive(sources: readonly SourceProgress[]): SourceProgress[] {
  const rank = { working: 0, down: 1, failed: 2, waiting: 3, finished: 4 };
  return [...sources].sort((a, b) => rank[a.phase] - rank[b.phase]).slice(0, MOST_SOURCES);
}

function sum(state: ProgressState, of: (source: SourceProgress) => number): number {
  return [...state.sources.values()].reduce((total, source) => total + of(source), 0);
}
