import { dirname } from "node:path";
import type { LocalFs } from "./local-fs.js";

/** Folders that are remembered; forgetting one costs a few syncs more. */
const MOST = 10_000;

/**
 * Makes folders below a root, and knows which of them would outlast a power cut. That a folder is there doesn't say so:
 * a program that died, or a file that failed, may have made it and never synced its name.
 */
export class LastingFolders {
  readonly #fs: LocalFs;
  readonly #root: string;
  readonly #lasting = new Set<string>();

  constructor(options: { fs: LocalFs; root: string }) {
    this.#fs = options.fs;
    this.#root = options.root;
  }

  /** Makes a folder; returns those to sync for a new name in it to last, itself first. */
  make(folder: string): string[] {
    // One that was made and synced before is most likely still there; a name that can't be given in it tells.
    if (this.#lasting.has(folder)) return [folder];
    const made = this.#fs.mkdirSync(folder, { recursive: true });
    const isNew = (at: string) => made !== undefined && at.length >= made.length;
    const chain = [folder];
    for (let at = folder; at !== this.#root && (isNew(at) || !this.#lasting.has(at)); at = dirname(at))
      chain.push(dirname(at));
    return chain;
  }

  /** The folder turned out to be gone: somebody else tidied up. */
  forget(folder: string): void {
    for (let at = folder; at !== this.#root && at !== dirname(at); at = dirname(at)) this.#lasting.delete(at);
  }

  /** What `make` returned was synced. */
  synced(chain: readonly string[]): void {
    if (this.#lasting.size > MOST) this.#lasting.clear();
    // The last of them is synced for its entries, which says nothing of its own name.
    for (const folder of chain.slice(0, -1)) this.#lasting.add(folder);
  }
}
