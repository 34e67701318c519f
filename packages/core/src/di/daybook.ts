import type { CheckOptions } from "../check/check-source.js";
import type { FilesQuery, ReadFile } from "../report/files.js";
import type { CheckReport } from "../check/check-report.js";
import type { Hook } from "../hooks/hook.js";
import type { HostState } from "../failover/failover-options.js";
import type { PathLayout } from "../layout/path-layout.js";
import type { ExpectOptions } from "../expect/expectation.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { DaybookError } from "../errors/daybook-error.js";
import type { Availability } from "../report/availability.js";
import type { Delays } from "../report/delays.js";
import type { Explanation } from "../report/explain.js";
import type { Gap } from "../report/gap.js";
import type { PlannedSlot } from "../report/plan.js";
import type { SlotStatus } from "../report/slots.js";
import type { SourceResult } from "../crawl/source-run.js";
import type { LetGo } from "../retain/sweep.js";
import type { Discrepancy } from "../report/verify.js";
import type { FileRecord, Summary } from "../store/state-store.js";
import type { ForeignFile, TakenOver, TakeoverOptions } from "../takeover/foreign-file.js";
import type { TimeRange } from "../time/range.js";
import type { Lane } from "../transport/transport.js";
import type { RateLimit } from "../transport/rate-limit.js";
import type { Trouble } from "../trouble/trouble.js";
import type { HostFact } from "../transport/host-memory.js";
import type { HostOptions } from "./hosts.js";
import type { Plugin } from "./tokens.js";

export interface SourceOptions extends Partial<Omit<SourcePolicy, "expect">> {
  readonly name: string;
  /** A transport, and any inspectors; others override what the root holds for this source. */
  readonly plugins: readonly Plugin[];
  readonly layout: PathLayout;
  /** ISO 8601 with a zone, or a Date. */
  readonly start: string | Date;
  /** Exclusive. Without it the source is crawled until stopped. */
  readonly end?: string | Date;
  /** What a slot owes, where that is known: an observation every ten minutes, so many files, these fields. */
  readonly expect?: ExpectOptions;
  /** Bytes per second for this source; what its host is limited to holds beside it. */
  readonly limit?: RateLimit;
}

export interface DaybookOptions {
  /** A state store and a destination; observers, inspectors for all sources, a clock. */
  readonly plugins: readonly Plugin[];
  readonly sources: readonly SourceOptions[];
  /** What holds for a host; by name, by name and port, or by endpoint: "ftp.example.com", "ftp://ftp.example.com:21". */
  readonly hosts?: Readonly<Record<string, HostOptions>>;
  /** Who is told of what happens in a run, by webhook or command. */
  readonly hooks?: readonly Hook[];
  /** How long a stop waits for downloads under way, in ms. Default 30 s. */
  readonly shutdownTimeout?: number;
  /** In [0, 1); spreads retries over time. Default Math.random: a simulation brings a seeded one. */
  readonly random?: () => number;
}

/** Narrows a call to some sources and a part of their ranges. */
export interface Scope {
  readonly sources?: readonly string[];
  readonly range?: Partial<TimeRange>;
}

export interface RunOptions extends Scope {
  /** First abort: stop taking new work, drain, keep part files. */
  readonly signal?: AbortSignal;
  /** Visit every due slot once and return. */
  readonly once?: boolean;
  /**
   * Take what stands at the destinations' places for them from now on, whatever it is. Without it a source whose
   * destination isn't the one that the ledger knows fails with kind "config".
   */
  readonly adopt?: boolean;
  /** The machine's clock is right, whatever the ledger and the servers say. */
  readonly trustClock?: boolean;
}

export interface RunResult {
  /** The worst of the sources': failed, stopped, gaps, complete. */
  readonly outcome: SourceResult["outcome"];
  readonly sources: readonly SourceResult[];
}

export interface SourceStatus {
  readonly name: string;
  readonly range: TimeRange;
  /** Slots in range whose time has begun. */
  readonly expected: number;
  /** Of these, never listed. */
  readonly unseen: number;
  readonly summary: Summary;
  /** Names at the source that were skipped or could not be read, the first few. */
  readonly oddities: readonly {
    readonly slot: string;
    readonly what: "skipped" | "unreadable";
    readonly count: number;
    readonly names: readonly string[];
  }[];
  /** When the newest stored observation was made. */
  readonly newest?: Date;
}

/** Everything an application does with Daybook. Made by `createDaybook`; close it when done. */
export interface Daybook {
  /** Crawls; ends by itself when every slot in range is settled, never for a source without an end unless `once`. */
  run(options?: RunOptions): Promise<RunResult>;
  /** What a run would list and fetch now: lists the due slots, fetches and records nothing. */
  plan(options?: Scope & { signal?: AbortSignal }): AsyncIterable<PlannedSlot>;
  /**
   * Compares what each source's server shows with its layout: reads a few listings and one small file, records nothing
   * and opens no ledger. What is wrong is in the reports: one for each source, or for each of its hosts where it has
   * several, the preferred one first.
   */
  check(options?: Scope & CheckOptions): AsyncIterable<CheckReport>;
  status(options?: Scope): Promise<SourceStatus[]>;
  /** Slots over by now that aren't settled or have nothing to show, and files that never came; oldest first per source. */
  gaps(options?: Scope): AsyncIterable<Gap>;
  /**
   * Files of the ledger with what the layout reads from their paths. Rejects with kind "config" where attributes are
   * asked for that no layout reads.
   */
  files(query?: FilesQuery): AsyncIterable<ReadFile>;
  /**
   * The story of a remote file or of a slot's directory, from each source that can say something of it; empty where
   * none can. The path may be the local one, if the destination's places can be read back.
   */
  explain(path: string, options?: Scope): Promise<Explanation[]>;
  /** Re-hashes what is on disk against the ledger, both ways. `repair` puts what is lost or damaged back in the queue. */
  verify(options?: VerifyScope): AsyncIterable<Discrepancy>;
  /** Deletes files older than their sources keep them, as a run does by itself; the ledger keeps their records. */
  clean(options?: CleanScope): AsyncIterable<LetGo>;
  /** Puts files that were given up, or wait for an attempt, and slots whose listing failed, back in the queue now. */
  retry(options?: RetryScope): Promise<RetryResult>;
  /**
   * Takes over what another tool has brought home: finds each file's source and path by the layouts, checks it on disk,
   * copies it to its place if it isn't there, and records it as stored. Rejects with "busy" while a run is under way.
   */
  takeOver(files: AsyncIterable<ForeignFile>, options?: Scope & TakeoverOptions): AsyncIterable<TakenOver>;
  /** Every hour of each source, from the begin of its range to the end of today. */
  availability(options?: Scope): Promise<Availability[]>;
  /** Every slot whose time has begun, listed or not; oldest first per source. */
  slots(options?: Scope): AsyncIterable<SlotStatus>;
  /** How long after their observation the newest files arrived. */
  delays(options?: Scope): Promise<Delays[]>;
  /** The hosts this application's runs have talked to. */
  hosts(): readonly HostStatus[];
  /** Which of their hosts are well and asked, for the sources with several that a run of this application has worked on. */
  sourceHosts(): readonly SourceHosts[];
  /** What was learnt of hosts, by this process and earlier ones, and is believed. */
  hostFacts(): Promise<HostFact[]>;
  /** What stands in the way for now, by what runs have noted in the ledger, whoever runs them; nothing where all is well. */
  troubles(): Promise<Trouble[]>;
  /** The hooks that are configured, and what waits for them in the ledger, whoever delivers it. */
  hooks(): Promise<HookStatus[]>;
  /** What is configured; asks nothing of the ledger. */
  sources(): readonly SourceSettings[];
  close(): Promise<void>;
}

/** A host, as the runs of this application know it. */
export interface HostStatus {
  /** Without secrets: "ftp://ftp.example.com:21". */
  readonly endpoint: string;
  /** Connections open now, idle ones included, and how many may be. */
  readonly open: number;
  readonly limit: number;
  /** Calls in line for a connection. */
  readonly waiting: Readonly<Record<Lane, number>>;
  /** While it doesn't answer: why, since when, and when it is tried again. */
  readonly down?: { readonly error: DaybookError; readonly since: Date; readonly nextTryAt: Date };
}

/** The hosts of a source that has several, the preferred one first. */
export interface SourceHosts {
  readonly source: string;
  readonly hosts: readonly HostState[];
}

export interface HookStatus {
  readonly name: string;
  /** Messages that are still to be delivered. */
  readonly waiting: number;
  /** When what the first of them tells of happened; undefined where none waits. */
  readonly oldest?: Date;
}

export interface SourceSettings {
  readonly name: string;
  readonly range: TimeRange;
  readonly policy: SourcePolicy;
}

export interface VerifyScope extends Scope {
  readonly repair?: boolean;
  /** Told of every file that was looked at. */
  readonly checked?: (file: FileRecord) => void;
}

export interface CleanScope extends Scope {
  /** Tells what would be done, and does nothing. */
  readonly dryRun?: boolean;
  /** The machine's clock is right, although nothing else says that it is so late. */
  readonly yes?: boolean;
}

export interface RetryScope extends Scope {
  /** Files that were let go for their age too; one that is named is put back anyway. */
  readonly expired?: boolean;
  /** Only these: files by their remote paths, slots by their directories, to be listed again whatever their state. */
  readonly paths?: readonly string[];
}

export interface RetryResult {
  readonly files: number;
  readonly slots: number;
  /** Of the paths that were named those that are not put back, and why; undefined where all are. */
  readonly refused?: readonly { readonly path: string; readonly reason: string }[];
}
