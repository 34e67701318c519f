import type { DaybookError } from "../errors/daybook-error.js";
import type { FileRecord, ListingOutcome, SlotRecord, SlotState } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";

/** The ledger makes a source wait only before it begins: later its failure ends the run. */
export type PauseCause = "login" | "destination" | "ledger";

/** What a crawl tells as it goes. Times are the engine's clock's. */
export type CrawlEvent =
  | { type: "source-started"; source: string; at: Date; slots?: number }
  | {
      type: "slot-visited";
      source: string;
      at: Date;
      slot: string;
      /** The time the slot stands for; no end where its directory says nothing of time. */
      start: Date;
      end?: Date;
      lane: Lane;
      listing: ListingOutcome;
      found: number;
      reason?: string;
    }
  /** `before`: it was settled already, in that state; told if it became another, or complete again with files that came late. */
  | { type: "slot-settled"; source: string; at: Date; slot: SlotRecord; before?: SlotState }
  | {
      type: "file-started";
      source: string;
      at: Date;
      path: string;
      lane: Lane;
      size?: number;
      resumedFrom: number;
    }
  /** `bytes` so far, those kept from earlier among them. */
  | { type: "file-progress"; source: string; at: Date; path: string; bytes: number }
  | { type: "file-stored"; source: string; at: Date; file: FileRecord; adopted: boolean }
  | { type: "file-failed"; source: string; at: Date; path: string; error: DaybookError; nextAttemptAt?: Date }
  | { type: "file-quarantined"; source: string; at: Date; path: string; error: DaybookError }
  /** The source's host, which others may share: any of them may hear that it is back. */
  | { type: "host-down"; source: string; at: Date; host: string; error: DaybookError; nextTryAt: Date }
  | { type: "host-up"; source: string; at: Date; host: string }
  /**
   * Nothing of the source can go on: its log-in is refused, its destination is full or gone, which concerns all sources
   * that write to it, or the ledger fails before it has begun. Told once; it is tried again by itself, from `nextTryAt` on.
   */
  | {
      type: "source-paused";
      source: string;
      at: Date;
      because: PauseCause;
      error: DaybookError;
      nextTryAt: Date;
    }
  /** It goes on. Of a destination that sources share any of them may hear. */
  | { type: "source-resumed"; source: string; at: Date; because: PauseCause }
  /** Files older than the source keeps them were deleted, or found to be gone; `bytes` were freed. */
  | { type: "files-expired"; source: string; at: Date; files: number; bytes: number }
  /** Files older than the source keeps them were left alone; the first of them, and why. */
  | { type: "files-left"; source: string; at: Date; files: number; location: string; reason: string }
  /** One of a source's several hosts isn't asked for a while, or was tried and failed again; the others go on. */
  | { type: "host-lost"; source: string; at: Date; host: string; error: DaybookError; nextTryAt: Date }
  | { type: "host-regained"; source: string; at: Date; host: string }
  /** Nothing is under way; the next look is due at `until`. */
  | { type: "source-idle"; source: string; at: Date; until: Date }
  /** Something somebody should look at, though the crawl goes on: `detail` says what, and what to do. */
  | { type: "source-warning"; source: string; at: Date; detail: string }
  /** Nothing new has come since then, for longer than a hook waits; told when a run begins, too, where that is so. */
  | { type: "source-stale"; source: string; at: Date; hook: string; since: Date }
  /** A run begins, and a hook waits for what is new; or something has come again after a silence, and it was since then. */
  | { type: "source-fresh"; source: string; at: Date; hook: string; silentSince?: Date }
  | { type: "source-failed"; source: string; at: Date; error: DaybookError }
  | { type: "source-finished"; source: string; at: Date; outcome: "complete" | "gaps" | "stopped" }
  /** A message could not be delivered, after others could. */
  | { type: "hook-failing"; source: string; at: Date; hook: string; error: DaybookError; nextTryAt: Date }
  /** Several deliveries in a row failed, the first at `since`: the receiver is asked by one message at a time. Told once. */
  | {
      type: "hook-down";
      source: "";
      at: Date;
      hook: string;
      error: DaybookError;
      since: Date;
      nextTryAt: Date;
      waiting: number;
    }
  | { type: "hook-recovered"; source: string; at: Date; hook: string }
  /** Messages were dropped from the outbox, of whatever source; the receiver is told how many. */
  | { type: "hook-dropped"; source: ""; at: Date; hook: string; count: number; reason: string }
  /** The crawl is over, and the run waits for so many messages to be delivered: until then at most. */
  | { type: "hook-waiting"; source: ""; at: Date; hook: string; waiting: number; until: Date }
  /** The run is over, and so many messages wait for the next one. */
  | { type: "hook-left"; source: ""; at: Date; hook: string; waiting: number };

/** Watches a crawl: log, progress, metrics. One that throws can't break it; one that is slow slows it. */
export interface Observer {
  on(event: CrawlEvent): void;
}
