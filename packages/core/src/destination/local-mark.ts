import { join } from "node:path";
import { DaybookError } from "../errors/daybook-error.js";
import type { DestinationMark, DestinationSight, MarkKeeper } from "./destination-mark.js";
import { diskError, GONE } from "./disk-error.js";
import type { LocalFs } from "./local-fs.js";
import { OWN_FOLDER } from "./local-names.js";
import { makeOwnFolder } from "./own-folder.js";
import { openNew } from "./part-file.js";
import type { SyncGroup } from "./sync-group.js";

const NAME = "destination.json";

export interface LocalMarkOptions {
  readonly fs: LocalFs;
  /** Of the destination. */
  readonly root: string;
  readonly group: SyncGroup;
}

/** A local destination's mark, a file in its own folder. */
export class LocalMark implements MarkKeeper {
  readonly #options: LocalMarkOptions;
  /** Of its own folder when it was last known to be the right one. */
  #inode: number | bigint | undefined;

  constructor(options: LocalMarkOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.root;
  }

  async look(): Promise<DestinationSight> {
    const { fs, root } = this.#options;
    try {
      if (fs.statSync(root, { throwIfNoEntry: false }) === undefined) return { there: "nothing" };
      const mark = await this.#read();
      this.seen();
      return { mark, there: fs.readdirSync(root).length > 0 ? "files" : "empty" };
    } catch (error) {
      throw diskError(error, { operation: "look at the destination" });
    }
  }

  async put(mark: DestinationMark): Promise<void> {
    const { fs, root, group } = this.#options;
    try {
      makeOwnFolder(fs, root);
      const draft = `${this.#path}.new`;
      const bytes = Buffer.from(`${JSON.stringify(mark)}\n`);
      const fd = openNew(fs, draft);
      try {
        for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at, bytes.length - at, at);
        await new Promise<void>((resolve, reject) =>
          fs.fsync(fd, (error) => (error ? reject(error) : resolve())),
        );
      } finally {
        fs.closeSync(fd);
      }
      fs.renameSync(draft, this.#path);
      await group.syncNames(this.#path);
      this.seen();
    } catch (error) {
      throw diskError(error, { operation: "mark the destination" });
    }
  }

  async attend(): Promise<void> {
    this.check();
  }

  /** As `attend`, at once. */
  check(): void {
    if (this.#inode === undefined || this.#look() === this.#inode) return;
    const detail = `${this.name} isn't what it was: is its volume still mounted?`;
    throw new DaybookError("store", detail, { operation: "look at the destination", code: GONE });
  }

  /** What is there now is the right one. */
  seen(): void {
    this.#inode = this.#look();
  }

  get #path(): string {
    return join(this.#options.root, OWN_FOLDER, NAME);
  }

  #look(): number | bigint | undefined {
    const { fs, root } = this.#options;
    const found = fs.lstatSync(join(root, OWN_FOLDER), { throwIfNoEntry: false });
    // A double without inodes is there or isn't.
    return found?.isDirectory() ? (found.ino ?? 0) : undefined;
  }

  async #read(): Promise<DestinationMark | undefined> {
    const { fs } = this.#options;
    // A mark is a small file; a link, or what somebody else made of it, is none.
    const found = fs.lstatSync(this.#path, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > LARGEST) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of fs.createReadStream(this.#path)) chunks.push(chunk as Uint8Array);
    try {
      const { id, ledgers } = JSON.parse(Buffer.concat(chunks).toString()) as Partial<DestinationMark>;
      if (typeof id !== "string" || !Array.isArray(ledgers)) return undefined;
      return { id, ledgers: ledgers.filter((one) => typeof one === "string") };
    } catch {
      return undefined;
    }
  }
}

const LARGEST = 64 * 1024;
