import { dirname, join } from "node:path";
import { unsafeName } from "../transport/safe-name.js";
import type { LocalFs } from "./local-fs.js";
import { isOwnFolder } from "./local-names.js";

export interface LocalDiscardOptions {
  readonly fs: LocalFs;
  /** The destination, absolute. */
  readonly root: string;
  /** Whether deletions are made to last. */
  readonly sync: boolean;
  /** Whether folders may be symbolic links. */
  readonly followLinks: boolean;
  /** Whether a file is on its way into a folder, which then must stay. */
  readonly awaited: (folder: string) => boolean;
}

/** Deletes files below a local destination for good, and the folders that get empty by it. */
export class LocalDiscard {
  readonly #options: LocalDiscardOptions;

  constructor(options: LocalDiscardOptions) {
    this.#options = options;
  }

  /** Why each of those that were left alone was, by location. */
  async discard(
    locations: readonly string[],
    { dryRun = false }: { dryRun?: boolean } = {},
  ): Promise<Map<string, string>> {
    const left = new Map<string, string>();
    const folders = new Set<string>();
    for (const location of locations) {
      const why = this.#whyNot(location) ?? (dryRun ? undefined : await this.#delete(location));
      if (why !== undefined) left.set(location, why);
      else if (!dryRun) folders.add(dirname(location));
    }
    const changed = new Set([...folders].map((folder) => this.#removeEmptied(folder)));
    if (this.#options.sync) for (const folder of changed) await this.#sync(folder);
    return left;
  }

  /** A ledger that was tampered with, or a link that somebody put there, must not lead out of the destination. */
  #whyNot(location: string): string | undefined {
    const segments = location.split("/");
    if (segments.some((segment) => unsafeName(segment) !== undefined) || isOwnFolder(segments[0]!))
      return "it isn't a place below the destination";
    let at = this.#options.root;
    for (const [i, segment] of segments.entries()) {
      at = join(at, segment);
      const last = i === segments.length - 1;
      const { fs, followLinks } = this.#options;
      const found = (followLinks && !last ? fs.statSync : fs.lstatSync)(at, { throwIfNoEntry: false });
      if (found === undefined) return undefined;
      if (found.isSymbolicLink())
        return `${segments.slice(0, i + 1).join("/")} is a symbolic link: what it leads to isn't touched`;
      if (last && !found.isFile()) return "it isn't a file any more";
    }
    return undefined;
  }

  async #delete(location: string): Promise<string | undefined> {
    const { fs, root } = this.#options;
    // Not the synchronous call: to free a large file's blocks takes a while.
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) =>
      fs.unlink(join(root, location), resolve),
    );
    if (!error || error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    return `it can't be deleted (${error.code}): check who owns it and its folder`;
  }

  /** The folder whose entries were the last to change. */
  #removeEmptied(folder: string): string {
    const { fs, root, awaited } = this.#options;
    let at = folder;
    // What a program on its way out couldn't remove is empty, and stays: that does no harm.
    for (; at !== "." && !awaited(at); at = dirname(at)) {
      try {
        fs.rmdirSync(join(root, at));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") break;
      }
    }
    return at;
  }

  async #sync(folder: string): Promise<void> {
    if (process.platform === "win32") return;
    const { fs, root } = this.#options;
    let fd: number;
    try {
      fd = fs.openSync(join(root, folder), "r");
    } catch {
      // It is gone with another of its kind, and the one above it is synced for that.
      return;
    }
    try {
      // A deletion that a power cut undoes leaves a file the ledger doesn't know, which `verify` shows.
      await new Promise<void>((resolve) => fs.fsync(fd, () => resolve()));
    } finally {
      fs.closeSync(fd);
    }
  }
}
