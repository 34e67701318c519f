import type { Expectation } from "../expect/expectation.js";
import type { Observation } from "../layout/path-layout.js";
import type { RemoteEntry } from "../transport/transport.js";
import type { FileRecord } from "../store/state-store.js";

/** What happens when a stored file shows up with another size or mtime. */
export type OnChange = "replace" | "keep" | "ignore";

/**
 * What happens when the times of all files known in a slot moved by the same hours, and no size did: the server's clock
 * moved, and that is believed, or the bytes are compared.
 */
export type OnTimeShift = "believe" | "compare";

/** What a readiness rule may look at. */
export interface ReadinessFacts {
  readonly entry: RemoteEntry;
  readonly observation: Observation;
  /** The same version as seen by an earlier visit. */
  readonly seenBefore?: FileRecord;
  /** Names of all files in the same directory, for done-markers. */
  readonly siblings: Pick<ReadonlySet<string>, "has">;
  /** Whether an inspector will prove that the file is whole. */
  readonly provable: boolean;
  readonly now: Date;
  /** Until when it may be written again under the time it is listed with, where the server's times are coarse. */
  readonly settles?: Date;
}

/** Undefined: ready. Otherwise what the file waits for, in words. Pure. */
export type ReadinessRule = (facts: ReadinessFacts) => string | undefined;

/** How one source is crawled. All durations in ms. */
export interface SourcePolicy {
  /** How often slots that aren't over are listed. Default 60 s. */
  readonly poll: number;
  /** How long after its end a slot closes. Default 10 min. */
  readonly grace: number;
  /** Slots that ended less than this ago are live: listed at every poll, fetched first. Default 1 h. */
  readonly lookback: number;
  /** Ages (since the slot's end) at which a closed slot is listed again. Default 1 h, 6 h, 24 h, 7 d. */
  readonly revisit: readonly number[];
  readonly onChange: OnChange;
  /** Default believe. */
  readonly onTimeShift: OnTimeShift;
  /** Default: size and mtime stable over two looks, or older than a minute, or an inspector proves the end. */
  readonly ready: ReadinessRule;
  /** Attempts at one version before it is quarantined. Default 5. */
  readonly maxAttempts: number;
  /** First and longest wait between attempts. Default 1 s and 5 min. */
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
  /** Continue part files. Default true. */
  readonly resume: boolean;
  /** Bytes; a larger file is not fetched. Default Infinity. */
  readonly maxFileSize: number;
  /** How long files are kept after their observation, in ms. Default Infinity: for ever. */
  readonly keep: number;
  /** Which observations are wanted. Default all. */
  readonly select: (observation: Observation) => boolean;
  /** Whether symbolic links that are wanted are followed, where the transport can tell what they lead to. Default follow. */
  readonly links: "follow" | "skip";
  /** What a slot owes: one that is listed whole and has less is incomplete. Default nothing. */
  readonly expect?: Expectation;
  /**
   * "distrust": the server's sizes are wrong. A file is what comes until the server confirms its end, and versions are told
   * apart by their times. Default trust: what is shorter or longer than listed isn't accepted.
   */
  readonly sizes: "trust" | "distrust";
  /**
   * Names what is looked for. Slots that were visited when it was something else are visited again, since what was left
   * out then may be wanted now. Default: a digest of the layout's template and of `select`.
   */
  readonly selection: string;
}
