import type { TimeRange } from "../time/range.js";

/**
 * The smallest stretch of time whose directory is computable without asking the server. Within one layout a path
 * belongs to one slot only. A layout without dates has one slot, which never ends (`end` undefined).
 */
export interface Slot {
  /** The directory: absolute, '/'-separated, no trailing '/'. */
  readonly path: string;
  readonly start: Date;
  readonly end?: Date;
}

/** What a layout reads from one path. */
export interface Observation {
  /** UTC; undefined where the path says nothing of time, and then no range can leave it out. */
  readonly observedAt?: Date;
  /** Radar, strategy, volume, field … as written in the path. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Dates to paths and back. Pure and synchronous: no I/O. */
export interface PathLayout {
  /** The constant directory every path begins with, such as "/L2/RMA1"; what follows it is kept on disk. Default "/". */
  readonly root?: string;
  /**
   * Names the layout: two of the same key have the same slots and read paths the same way. Without one every start
   * compares each slot of the range with the ledger.
   */
  readonly key?: string;
  /** The names of all attributes that `parse` may find, for those who ask for one that it never does. */
  readonly attributes?: readonly string[];
  /**
   * Every slot that shares an instant with the range, oldest first. Endless if the range is and the layout has dates.
   * Where a layout knows their number without making them it may say it as `length`, as an array does; and it may say
   * that each begins when the one before it ends, so that none of a long stretch has to be made to know what they cover.
   */
  slots(range: TimeRange): Iterable<Slot> & { readonly length?: number; readonly gapless?: boolean };
  /** The slot of this path, whatever its time. Without it a path is looked for among the slots of a source's range. */
  slotNamed?(path: string): Slot | undefined;
  /**
   * Is this directory, discovered below the slot, worth listing? What surely holds nothing of the range, where one is
   * given, isn't; a layout that can't tell says that it is.
   */
  enters(slot: Slot, directory: string, range?: TimeRange): boolean;
  /** Undefined: not ours, skip. */
  parse(path: string): Observation | undefined;
  /**
   * Why a path that looks like the layout's isn't taken: its name is of another time than its folder, or of none that
   * exists. Undefined for what `parse` takes, and for what is foreign altogether.
   */
  misfit?(path: string): string | undefined;
}
