import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { join } from "node:path";
import type { Delivery } from "./destination.js";
import type { LocalFs } from "./local-fs.js";
import { isHolderGone, type PartHolder } from "./part-holder.js";

export interface PartsOptions {
  readonly fs: LocalFs;
  /** Where they are; Daybook's own. */
  readonly folder: string;
  readonly now: () => number;
}

/** A part to be written to, by nobody else. */
export interface Part {
  readonly path: string;
  /** Bytes in it of an earlier attempt. */
  readonly kept: number;
  /** Called when it isn't written to any more; whether it is left. */
  ended(left: boolean): void;
}

// Parts nobody came back for are of ranges that were given up.
const PART_LIFE_MS = 30 * 86_400_000;

/** `<file>-<size>-<mtime>~<holder>.part`; those of the first releases name no holder. */
const NAME = /^([0-9a-f]{24})-((?:x|\d+)-(?:x|-?\d+))(?:~([\w.]+))?\.part$/;

/** The part files of a local destination: what was kept of whom, and whose it is. */
export class Parts {
  readonly #options: PartsOptions;
  /** Names on disk, by what they are parts of. */
  readonly #kept = new Map<string, Set<string>>();

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  /** Looks at what is there. What can't be a part of ours any more is deleted. */
  find(): void {
    const { fs, folder, now } = this.#options;
    this.#kept.clear();
    for (const name of fs.readdirSync(folder) as string[]) {
      const key = NAME.exec(name)?.[1];
      if (key === undefined) continue;
      const found = this.#look(name);
      if (found === undefined) continue;
      if (!found.usable || now() - found.mtimeMs > PART_LIFE_MS) this.#delete(name);
      else this.#kept.set(key, (this.#kept.get(key) ?? new Set()).add(name));
    }
  }

  /** A part for this version with what was kept of it; what was kept of others is of no use to anybody. */
  async take(delivery: Delivery, holder: PartHolder): Promise<Part> {
    const key = partKey(delivery);
    const version = `${delivery.size ?? "x"}-${delivery.modifiedAt?.getTime() ?? "x"}`;
    const own = `${key}-${version}~${holder.text}.part`;
    const best = this.#best(key, version, delivery.size);
    let kept = best?.size ?? 0;
    if (best !== undefined && best.name !== own) kept = await this.#takeOver(best, own);
    this.#kept.delete(key);
    const ended = (left: boolean) => {
      if (left) this.#kept.set(key, new Set([own]));
    };
    const path = join(this.#options.folder, own);
    return { path, kept, ended };
  }

  /** The largest part of the version; all others are deleted. */
  #best(key: string, version: string, size: number | undefined) {
    let best: { name: string; size: number } | undefined;
    for (const name of this.#kept.get(key) ?? []) {
      const found = this.#look(name);
      if (found === undefined) continue;
      const fits = found.usable && found.size > 0 && (size === undefined || found.size <= size);
      if (!fits || NAME.exec(name)![2] !== version || found.size <= (best?.size ?? 0)) {
        this.#delete(name);
        continue;
      }
      if (best !== undefined) this.#delete(best.name);
      best = { name, size: found.size };
    }
    return best;
  }

  /**
   * Makes another's part ours. Of a holder that may still live it is copied: were both to hold one file, what the other
   * writes would be in ours. It loses its own either way, and hears of it when it wants to give it a name.
   */
  async #takeOver({ name, size }: { name: string; size: number }, own: string): Promise<number> {
    const { fs, folder } = this.#options;
    const holder = NAME.exec(name)![3];
    const [from, to] = [join(folder, name), join(folder, own)];
    try {
      if (holder === undefined || isHolderGone(holder)) fs.renameSync(from, to);
      else {
        await new Promise<void>((resolve, reject) =>
          fs.copyFile(from, to, constants.COPYFILE_EXCL, (error) => (error ? reject(error) : resolve())),
        );
        this.#delete(name);
      }
    } catch (error) {
      // Another program was quicker.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
      throw error;
    }
    // While it was copied more may have come.
    return Math.min(size, this.#look(own)?.size ?? 0);
  }

  #look(name: string): { size: number; mtimeMs: number; usable: boolean } | undefined {
    const found = this.#options.fs.lstatSync(join(this.#options.folder, name), { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    // One with two names has its final one already, and a link isn't ours: nothing may be written to either.
    const usable = found.isFile() && found.nlink === 1;
    return { size: found.size, mtimeMs: found.mtimeMs, usable };
  }

  /** Another program on the same directory may have been quicker. */
  #delete(name: string): void {
    const { fs, folder } = this.#options;
    try {
      fs.unlinkSync(join(folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Names the file, whatever its version. */
function partKey(delivery: Delivery): string {
  return createHash("sha256").update(`${delivery.source}\0${delivery.path}`).digest("hex").slice(0, 24);
}
