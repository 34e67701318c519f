import type { TransportCapabilities } from "../transport/transport.js";

/** What a finding is about, in the order in which they are told. */
export type CheckStep =
  "connection" | "layout" | "root" | "newest" | "oldest" | "names" | "places" | "times" | "resume" | "speed";

export interface CheckFinding {
  readonly step: CheckStep;
  /** "warning": a crawl would work, but look at it; "failed": it would bring nothing home. */
  readonly outcome: "ok" | "warning" | "failed";
  /** What was found, in a sentence; printable. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** One directory on the way to a slot. */
export interface CheckedDirectory {
  readonly directory: string;
  /** Entries in it; undefined where it couldn't be listed. */
  readonly entries?: number;
  /** The part of the layout it stands for, such as `{yyyy}`, where the layout is a template. */
  readonly part?: string;
}

export interface CheckReport {
  readonly source: string;
  /** The server, without secrets. */
  readonly endpoint: string;
  readonly ok: boolean;
  readonly findings: readonly CheckFinding[];
  /** Directories that were listed on the way to the newest slot, outermost first. */
  readonly path: readonly CheckedDirectory[];
  /** Of the slot that was looked at closely. */
  readonly names?: {
    readonly slot: string;
    readonly parsed: number;
    readonly skipped: number;
    readonly examples: readonly string[];
    readonly skippedExamples: readonly string[];
  };
  readonly modifiedAt: TransportCapabilities["modifiedAt"];
  /** Whether a read from the middle of a file gave the right bytes; undefined where no file was read, as by default. */
  readonly resume?: boolean;
  /** The first answer, connecting and logging in included; ms. */
  readonly connectMs?: number;
  /** The middle one of all other listings; ms. */
  readonly listingMs?: number;
}
