import type { CrawlEvent, SourceStatus } from "@daybook/core";
import { OUTCOMES } from "../format/outcome.js";

export interface ActiveFile {
  readonly path: string;
  readonly bytes: number;
  readonly size?: number;
}

export interface SourceProgress {
  readonly name: string;
  /** Slots in range whose time had begun when the run did. */
  readonly expected?: number;
  readonly settled: number;
  /** Brought home by this run. */
  readonly files: number;
  readonly bytes: number;
  readonly failures: number;
  readonly active: ReadonlyMap<string, ActiveFile>;
  /** What it is at, where no file is on its way. */
  readonly doing: string;
  readonly phase: "working" | "waiting" | "down" | "failed" | "finished";
  readonly until?: Date;
}

/** What a display needs to know of a run. Its size depends on what is in flight, not on how long the run is. */
export interface ProgressState {
  readonly startedAt: Date;
  /** Slots that were settled before. */
  readonly settledBefore: number;
  readonly sources: Map<string, SourceProgress>;
}

export function initialProgress(startedAt: Date, status: readonly SourceStatus[]): ProgressState {
  const sources = new Map<string, SourceProgress>();
  let settledBefore = 0;
  for (const { name, expected, summary } of status) {
    sources.set(name, { ...newSource(name), expected, settled: summary.settled });
    settledBefore += summary.settled;
  }
  return { startedAt, settledBefore, sources };
}

function newSource(name: string): SourceProgress {
  return {
    name,
    settled: 0,
    files: 0,
    bytes: 0,
    failures: 0,
    active: new Map(),
    doing: "starting",
    phase: "waiting",
  };
}

/** Takes an event into the state. */
export function advance(state: ProgressState, event: CrawlEvent): void {
  // How hooks fare is no source's progress.
  if (event.type.startsWith("hook-")) return;
  const source = state.sources.get(event.source) ?? newSource(event.source);
  state.sources.set(event.source, advanceSource(source, event));
}

function advanceSource(source: SourceProgress, event: CrawlEvent): SourceProgress {
  switch (event.type) {
    case "source-started":
      return { ...source, phase: "working", doing: "looking", expected: event.slots ?? source.expected };
    case "slot-visited":
      return { ...source, phase: "working", doing: `listed ${event.slot}` };
    case "slot-settled":
      return event.before === undefined ? { ...source, settled: source.settled + 1 } : source;
    case "file-started":
      return withActive(
        { ...source, phase: "working" },
        { path: event.path, bytes: event.resumedFrom, size: event.size },
      );
    case "file-progress":
      return withActive(source, { ...source.active.get(event.path), path: event.path, bytes: event.bytes });
    case "file-stored":
      return {
        ...without(source, event.file.path),
        files: source.files + (event.adopted ? 0 : 1),
        bytes: source.bytes + (event.adopted ? 0 : (event.file.size ?? 0)),
      };
    case "file-failed":
      if (event.error.kind === "cancelled") return without(source, event.path);
      return { ...without(source, event.path), failures: source.failures + 1 };
    case "file-quarantined":
      return without(source, event.path);
    case "files-expired":
    case "files-left":
      return source;
    case "host-down":
      return { ...source, phase: "down", doing: event.error.detail, until: event.nextTryAt };
    case "source-paused":
      return { ...source, phase: "down", doing: event.error.detail, until: event.nextTryAt };
    case "source-resumed":
      return { ...source, phase: "working", doing: "going on", until: undefined };
    case "host-up":
      return { ...source, phase: "working", doing: "connected again", until: undefined };
    case "source-warning":
    case "host-lost":
    case "host-regained":
      return source;
    case "source-idle":
      return { ...source, phase: "waiting", doing: "waiting", until: event.until };
    case "source-failed":
      return { ...source, phase: "failed", doing: event.error.detail, active: new Map() };
    case "source-finished":
      return { ...source, phase: "finished", doing: OUTCOMES[event.outcome], active: new Map() };
    default:
      return source;
  }
}

function withActive(source: SourceProgress, file: ActiveFile): SourceProgress {
  return { ...source, active: new Map(source.active).set(file.path, file) };
}

function without(source: SourceProgress, path: string): SourceProgress {
  const active = new Map(source.active);
  active.delete(path);
  return { ...source, active };
}
