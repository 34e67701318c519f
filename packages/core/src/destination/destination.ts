import type { Observation } from "../layout/path-layout.js";
import type { MarkKeeper } from "./destination-mark.js";

/** What is about to be brought home. */
export interface Delivery {
  readonly source: string;
  /** Absolute remote path, already checked to be safe. */
  readonly path: string;
  /** The layout's constant directory; what follows it is kept. */
  readonly root: string;
  readonly observation: Observation;
  /** The version: bytes and mtime as listed. */
  readonly size?: number;
  readonly modifiedAt?: Date;
  /** For `locate`: the older version stays, and this number becomes part of the name. */
  readonly keepAs?: number;
  /** For `begin`: where `locate` put it. */
  readonly location?: string;
}

/** A file at its final name. */
export interface Delivered {
  /** Relative to the destination, '/'-separated. */
  readonly location: string;
  /** Bytes on disk. */
  readonly size: number;
  /** How they are kept, where that isn't as they were sent. */
  readonly encoding?: string;
}

/** A file on its way in. One writer at a time. */
export interface Incoming {
  readonly location: string;
  /** Bytes kept from an earlier attempt at this very version. */
  readonly kept: number;
  /** The kept bytes, to be hashed and inspected again before more are written. */
  readKept(): AsyncIterable<Uint8Array>;
  /** Forgets what was kept and written: the next byte written is the first. */
  restart(): Promise<void>;
  /** Undefined: taken at once, no need to wait. The chunk is copied or written before that, and may be reused. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /**
   * The only way to the final name: makes the bytes durable, gives the file its name, makes the name durable. Others
   * committed at the same time share the cost. Takes the place of a file only when `replace` says so; otherwise a
   * taken name rejects with kind "config" and the bytes are kept.
   */
  commit(options: { replace: boolean }): Promise<Delivered>;
  /** Ends without a file; `keep` leaves the bytes for the next attempt. Safe after any failure and to call twice. */
  abort(options: { keep: boolean }): Promise<void>;
}

/** Where files land. A file at a final name is whole, whatever happens when. */
export interface Destination {
  /** Names where its files land, alike for all that bring files there. Undefined: to this one alone. */
  readonly place?: string;
  /** Where it has a mark that tells it from others at its place. */
  readonly mark?: MarkKeeper;
  /** Creates folders, checks that it can be written. Safe to call twice. */
  open(): Promise<void>;
  /** The final name, relative to the destination. Pure; rejects names that can't be kept safely with kind "config". */
  locate(delivery: Delivery): string;
  /**
   * The other way round: the remote path of the file at a location, were it of this source. Undefined if it is not, or
   * if places are named in a way that can't be read back.
   */
  origin(location: string, source: string, root: string): string | undefined;
  /** How what is brought to a location is kept, such as "gzip"; undefined: as it was sent. Pure. */
  encodingOf(location: string): string | undefined;
  begin(delivery: Delivery): Promise<Incoming>;
  /** Size on disk and mtime of what is at a final name; undefined if nothing is. */
  stat(location: string): Promise<{ size: number; modifiedAt: Date } | undefined>;
  /**
   * The bytes at a final name; with an encoding, what was sent before it was kept that way. What can't be unpacked rejects
   * with kind "bad-content". Files keep the encoding they were recorded with, whatever new ones get.
   */
  read(location: string, encoding?: string): AsyncIterable<Uint8Array>;
  /**
   * Makes a file at its final name outlast a power cut, as `commit` does: for one that was named by a program that died
   * before it got so far, or by another tool.
   */
  sync(location: string): Promise<void>;
  /** Takes a file that was found to be bad from its final name; it may be kept elsewhere. Missing is fine. */
  remove(location: string): Promise<void>;
  /**
   * Deletes files at their final names for good, with the folders that get empty by it, and makes that last. Missing is
   * fine. Only plain files are, and nothing that a symbolic link leads to: others are left alone, and the answer says
   * why, by location. `dryRun` only looks.
   */
  discard(
    locations: readonly string[],
    options?: { readonly dryRun?: boolean },
  ): Promise<ReadonlyMap<string, string>>;
  /** Every file at a final name, whoever put it there. */
  list(): AsyncIterable<string>;
  /**
   * Once opened: since when files that were recorded may nevertheless be lost or damaged, because the last program
   * that wrote here died and the machine perhaps with it. Undefined if it ended as it should.
   */
  readonly suspectSince?: Date;
  /** Whether it is also suspect that files of the right size hold what was recorded: they were never synced. */
  readonly suspectContent?: boolean;
  /** What was suspect has been looked at. Until somebody says so the suspicion outlives this and every other program. */
  trust(): void;
  close(): Promise<void>;
}
