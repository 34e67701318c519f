import { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { checkRange } from "./check-range.js";
import { globTest } from "./glob.js";
import type { Observation, PathLayout, Slot } from "./path-layout.js";
import { isSafeSegment } from "./safe-name.js";
import { timelessSlot } from "./timeless-slot.js";

/** A single directory without dates. */
export interface FlatLayout extends PathLayout {
  readonly root: string;
  /** "name". */
  readonly attributes: readonly string[];
}

/**
 * The files of one directory whose names fit a glob of `*` and `?`, without its sub-directories: one slot that never
 * ends, observations without a time. Throws kind "config" for a directory that is no absolute path.
 */
export function flat(directory: string, glob = "*"): FlatLayout {
  if (
    directory !== "/" &&
    !(directory.startsWith("/") && directory.slice(1).split("/").every(isSafeSegment))
  ) {
    const problem = `flat directory "${directory}" is no absolute path: write it like "/incoming", without a slash at the end`;
    throw new DaybookError("config", problem);
  }
  if (!isSafeSegment(glob)) {
    throw new DaybookError(
      "config",
      `"${glob}" can't fit a file name: write it like "*.BUFR", without folders`,
    );
  }
  return new Flat(directory, glob);
}

class Flat implements FlatLayout {
  readonly root: string;
  readonly key: string;
  readonly attributes = ["name"];
  readonly #prefix: string;
  readonly #fits: (name: string) => boolean;

  constructor(directory: string, glob: string) {
    this.root = directory;
    this.key = JSON.stringify([directory, glob]);
    this.#prefix = directory === "/" ? "/" : `${directory}/`;
    this.#fits = globTest(glob);
  }

  slots(range: TimeRange): Slot[] {
    checkRange(range);
    return timelessSlot(this.root, range);
  }

  enters(): boolean {
    return false;
  }

  parse(path: string): Observation | undefined {
    if (!path.startsWith(this.#prefix)) return undefined;
    const name = path.slice(this.#prefix.length);
    if (!isSafeSegment(name) || !this.#fits(name)) return undefined;
    return { attributes: { name } };
  }
}
