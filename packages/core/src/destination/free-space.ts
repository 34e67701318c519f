import { DaybookError } from "../errors/daybook-error.js";
import type { LocalFs } from "./local-fs.js";
import type { SizeOrPart } from "./parse-size.js";

export interface FreeSpaceOptions {
  readonly fs: LocalFs;
  /** A folder of the file system in question. */
  readonly folder: string;
  /** What is left free. Default 1 %, of large disks 100 MB. */
  readonly least?: SizeOrPart;
  readonly now: () => number;
}

/** So much may be written, for so long, before the file system is asked again. */
const UNASKED_BYTES = 32e6;
const UNASKED_MS = 1000;

const MOST_BY_DEFAULT = 100e6;

interface Room {
  readonly free: number;
  readonly total: number;
}

/** Leaves some room on a file system, for whatever else writes there. */
export class FreeSpace {
  readonly #options: FreeSpaceOptions;
  #room: Room | undefined;
  #askedAt = -Infinity;
  /** Bytes since then. */
  #spent = 0;

  constructor(options: FreeSpaceOptions) {
    this.#options = options;
  }

  /**
   * Before so many bytes are written. Throws kind "no-space" where there isn't the room for them, and "config" where there
   * never can be.
   */
  take(bytes: number): void {
    const { now } = this.#options;
    const known = this.#spent + bytes <= UNASKED_BYTES && now() - this.#askedAt < UNASKED_MS;
    if (!known) {
      this.#room = this.#ask();
      this.#askedAt = now();
      this.#spent = 0;
    }
    this.#spent += bytes;
    if (this.#room === undefined) return;
    const { free, total } = this.#room;
    const least = this.#least(total);
    if (free - this.#spent >= least) return;
    // Whoever asks next is to be told what is so by then.
    this.#askedAt = -Infinity;
    if (bytes > total - least)
      throw new DaybookError(
        "config",
        `it has ${show(bytes)}, more than the ${show(total)} of the whole disk`,
      );
    const left = `${show(free)} are free, and ${show(least)} are to stay free (min_free)`;
    throw new DaybookError("no-space", `there is no room for ${show(bytes)}: ${left}; make room`);
  }

  #least(total: number): number {
    const { least } = this.#options;
    if (least === undefined) return Math.min(MOST_BY_DEFAULT, total / 100);
    return "bytes" in least ? least.bytes : least.part * total;
  }

  #ask(): Room | undefined {
    const { fs, folder } = this.#options;
    try {
      const found = fs.statfsSync?.(folder);
      // Some network file systems say nothing of their size.
      if (!found || !(found.blocks > 0)) return undefined;
      return { free: found.bavail * found.bsize, total: found.blocks * found.bsize };
    } catch {
      return undefined;
    }
  }
}

function show(bytes: number): string {
  for (const [unit, size] of [
    ["TB", 1e12],
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (bytes >= size) return `${(bytes / size).toPrecision(3)} ${unit}`;
  return `${bytes} bytes`;
}
