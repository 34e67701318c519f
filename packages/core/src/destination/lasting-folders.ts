import { dirname, relative } from "node:path";
import { DaybookError } from "../errors/daybook-error.js";
import type { LocalFs } from "./local-fs.js";

/** Folders that are remembered; forgetting one costs a few calls more. */
const MOST = 10_000;

export interface LastingFoldersOptions {
  readonly fs: LocalFs;
  readonly root: string;
  /** Whether a symbolic link below the root may stand for a folder. */
  readonly followLinks: boolean;
  /** Called before something is made below the root; throws if the root isn't what it was. */
  readonly attend: () => void;
}

/**
 * Makes folders below a root, and knows which of them would outlast a power cut. That a folder is there doesn't say so:
 * a program that died, or a file that failed, may have made it and never synced its name. A link that somebody put in
 * a folder's place is refused.
 */
export class LastingFolders {
  readonly #options: LastingFoldersOptions;
  readonly #lasting = new Set<string>();
  /** Those that were seen to be folders. */
  readonly #real = new Set<string>();

  constructor(options: LastingFoldersOptions) {
    this.#options = options;
  }

  /** Makes a folder; returns those to sync for a new name in it to last, itself first. */
  make(folder: string): string[] {
    // One that was made and synced before is most likely still there; a name that can't be given in it tells.
    if (this.#lasting.has(folder)) return [folder];
    let made: Set<string>;
    try {
      made = this.#make(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Somebody else tidied up.
      this.forget(folder);
      made = this.#make(folder);
    }
    const chain = [folder];
    for (
      let at = folder;
      at !== this.#options.root && (made.has(at) || !this.#lasting.has(at));
      at = dirname(at)
    )
      chain.push(dirname(at));
    return chain;
  }

  /** Refuses a folder that is reached by a link, as far as it is there. Throws kind "config". */
  check(folder: string): void {
    for (const at of this.#unknown(folder)) if (!this.#isReal(at)) return;
  }

  /** The folder turned out to be gone. */
  forget(folder: string): void {
    for (let at = folder; at !== this.#options.root && at !== dirname(at); at = dirname(at)) {
      this.#lasting.delete(at);
      this.#real.delete(at);
    }
  }

  /** What `make` returned was synced. */
  synced(chain: readonly string[]): void {
    if (this.#lasting.size > MOST) this.#lasting.clear();
    // The last of them is synced for its entries, which says nothing of its own name.
    for (const folder of chain.slice(0, -1)) this.#lasting.add(folder);
  }

  #make(folder: string): Set<string> {
    const { fs, attend } = this.#options;
    const made = new Set<string>();
    for (const at of this.#unknown(folder)) {
      if (this.#isReal(at)) continue;
      if (made.size === 0) attend();
      try {
        fs.mkdirSync(at);
        made.add(at);
        this.#real.add(at);
      } catch (error) {
        // Another program may have been quicker; what it made is looked at like any other.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !this.#isReal(at)) throw error;
      }
    }
    return made;
  }

  /** Those on the way down to it, itself last, that nobody has looked at yet. */
  #unknown(folder: string): string[] {
    const { root } = this.#options;
    if (this.#real.size > MOST) this.#real.clear();
    const unknown: string[] = [];
    for (let at = folder; at !== root && !this.#real.has(at) && at !== dirname(at); at = dirname(at))
      unknown.push(at);
    return unknown.reverse();
  }

  /** False if nothing is there. */
  #isReal(at: string): boolean {
    const { fs, root, followLinks } = this.#options;
    const found = (followLinks ? fs.statSync : fs.lstatSync)(at, { throwIfNoEntry: false });
    if (found === undefined) return false;
    if (found.isSymbolicLink())
      throw new DaybookError(
        "config",
        `${relative(root, at)} is a symbolic link, and nothing is written through it: remove it, or set follow_links if it is yours`,
        { operation: "make the directory" },
      );
    if (!found.isDirectory()) throw Object.assign(new Error(`${at} is no folder`), { code: "ENOTDIR" });
    this.#real.add(at);
    return true;
  }
}
