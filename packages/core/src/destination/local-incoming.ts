import { dirname } from "node:path";
import { DaybookError } from "../errors/daybook-error.js";
import type { Delivered, Delivery, Incoming } from "./destination.js";
import type { FreeSpace } from "./free-space.js";
import type { LastingFolders } from "./lasting-folders.js";
import type { LocalFs } from "./local-fs.js";
import { diskError, noPermission } from "./disk-error.js";
import { openKept, openNew } from "./part-file.js";
import type { Part } from "./parts.js";
import { LARGE, SMALL, type Stages } from "./stages.js";
import type { SyncGroup } from "./sync-group.js";

/** One is large once so much of it is on its way to disk: what a kill can cost is little of that. */
const LARGE_FROM = 4 * LARGE;

/** Full stages of one file that wait for the disk; then whoever writes has to wait too. */
const MOST_FULL = 2;

export interface LocalIncomingOptions {
  readonly fs: LocalFs;
  readonly delivery: Delivery;
  readonly location: string;
  readonly part: Part;
  readonly final: string;
  readonly group: SyncGroup;
  readonly stages: Stages;
  readonly room: FreeSpace;
  readonly folders: LastingFolders;
  /** Throws if the destination isn't there any more. */
  readonly attend: () => void;
  /** Called once when this ends, either way. */
  readonly ended: () => void;
}

/** One file being written to its part, below a local destination. */
export class LocalIncoming implements Incoming {
  readonly location: string;
  readonly #options: LocalIncomingOptions;
  #kept: number;
  #fd: number | undefined;
  #written: number;
  #stage: Buffer | undefined;
  #staged = 0;
  /** Bytes that went to disk in full stages. */
  #handed = 0;
  /**
   * Full stages on their way to disk, one write at a time: were there two, a kill could leave a hole between them that a
   * restart takes for content.
   */
  readonly #full: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #failure: DaybookError | undefined;
  #roomFreed: (() => void) | undefined;
  #ended = false;

  constructor(options: LocalIncomingOptions) {
    this.#options = options;
    this.location = options.location;
    this.#kept = options.part.kept;
    this.#written = options.part.kept;
  }

  get kept(): number {
    return this.#kept;
  }

  async *readKept(): AsyncIterable<Uint8Array> {
    if (this.#kept === 0) return;
    const { fs, part } = this.#options;
    try {
      // Opened for writing first, which looks at what it is.
      this.#open();
      yield* fs.createReadStream(part.path, {
        end: this.#kept - 1,
        highWaterMark: SMALL,
      }) as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.#error(error, "read the part file");
    }
  }

  async restart(): Promise<void> {
    await this.#settled();
    this.#staged = 0;
    this.#written = 0;
    this.#kept = 0;
    this.#attempt("start over", () => this.#options.fs.ftruncateSync(this.#open(), 0));
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    for (let at = 0; at < chunk.length;) {
      this.#stage ??= this.#options.stages.take(this.#handed < LARGE_FROM);
      const n = Math.min(this.#stage.length - this.#staged, chunk.length - at);
      this.#stage.set(n === chunk.length ? chunk : chunk.subarray(at, at + n), this.#staged);
      this.#staged += n;
      at += n;
      // A full one is written once more is there: a file that just fills it is written by one call at its end.
      if (at < chunk.length) this.#hand();
    }
    return this.#full.length < MOST_FULL ? undefined : this.#roomAgain();
  }

  async commit(options: { replace: boolean }): Promise<Delivered> {
    const { fs, delivery } = this.#options;
    await this.#settled();
    const fd = this.#attempt("write", () => {
      this.#flush();
      const open = this.#open();
      this.#releaseStage();
      // The remote's mtime on the local file is what lets a restart recognise a file it had named but not recorded.
      if (delivery.modifiedAt) fs.futimesSync(open, delivery.modifiedAt, delivery.modifiedAt);
      return open;
    });
    this.#fd = undefined;
    try {
      await this.#name(fd, options.replace);
    } catch (error) {
      throw this.#refusal(error) ?? this.#error(error, "commit");
    }
    this.#end(false);
    return { location: this.location, size: this.#written };
  }

  async abort(options: { keep: boolean }): Promise<void> {
    if (this.#ended) return;
    await this.#settled().catch(() => undefined);
    if (this.#ended) return;
    const { fs, part } = this.#options;
    try {
      // After a write that failed, what came later has no place to go.
      if (options.keep && this.#staged > 0 && this.#failure === undefined) this.#flush();
    } catch {
      // A full disk can't keep the rest; that is fetched again.
    }
    const kept = options.keep && this.#written > 0;
    try {
      if (this.#fd !== undefined) fs.closeSync(this.#fd);
      this.#fd = undefined;
      if (!kept) fs.unlinkSync(part.path);
    } catch {
      // There was no part yet, or it can't be removed: it is found and judged at the next attempt.
    }
    this.#end(kept);
  }

  async #name(fd: number, replace: boolean): Promise<void> {
    const { final, part, group, folders, fs } = this.#options;
    let directories: string[];
    try {
      directories = folders.make(dirname(final));
    } catch (error) {
      this.#fd = fd;
      throw error;
    }
    const arrival = { part: part.path, final, replace };
    try {
      await group.add({ ...arrival, fd, directories });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // Its folder was there before, and is gone; or the part is.
      folders.forget(dirname(final));
      const again = openKept(fs, part.path);
      this.#fd = again;
      directories = folders.make(dirname(final));
      this.#fd = undefined;
      await group.add({ ...arrival, fd: again, directories });
    }
    folders.synced(directories);
  }

  /** Why the file can't have its name, where that is for a person to cure. */
  #refusal(error: unknown): DaybookError | undefined {
    const { source, path } = this.#options.delivery;
    const { code, syscall } = error as NodeJS.ErrnoException;
    const facts = { operation: "commit", source, path, code, cause: error };
    if (code === "EEXIST" && syscall !== "mkdir")
      return new DaybookError(
        "config",
        `${this.location} is there already, and Daybook didn't put it there`,
        facts,
      );
    if (code === "ENOENT")
      return (
        this.#gone() ?? new DaybookError("busy", "another program has taken over what had come of it", facts)
      );
    if (code === "EACCES" || code === "EPERM") return noPermission(dirname(this.#options.final), facts);
    return undefined;
  }

  #open(): number {
    const { fs, part } = this.#options;
    this.#fd ??= this.#kept > 0 ? openKept(fs, part.path) : openNew(fs, part.path);
    return this.#fd;
  }

  #flush(): void {
    const { fs } = this.#options;
    const fd = this.#open();
    while (this.#staged > 0) {
      const n = fs.writeSync(fd, this.#stage!, 0, this.#staged, this.#written);
      this.#written += n;
      // What a full disk didn't take is tried again when the part is kept.
      this.#stage!.copyWithin(0, n, this.#staged);
      this.#staged -= n;
    }
  }

  /** The stage joins what waits for the disk. */
  #hand(): void {
    // What was listed was asked for at the begin.
    if (this.#options.delivery.size === undefined) this.#options.room.take(this.#staged);
    this.#handed += this.#staged;
    this.#full.push(this.#stage!);
    this.#stage = undefined;
    this.#staged = 0;
    this.#writing ??= this.#writeFull();
  }

  async #writeFull(): Promise<void> {
    try {
      for (let stage = this.#full[0]; stage !== undefined; stage = this.#full[0]) {
        await this.#writeAll(stage);
        this.#options.stages.giveBack(stage);
        this.#full.shift();
        this.#roomFreed?.();
      }
    } catch (error) {
      this.#failure = this.#error(error, "write");
      for (const stage of this.#full.splice(0)) this.#options.stages.giveBack(stage);
    } finally {
      this.#writing = undefined;
      this.#roomFreed?.();
    }
  }

  async #roomAgain(): Promise<void> {
    while (this.#full.length >= MOST_FULL) await new Promise<void>((resolve) => (this.#roomFreed = resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Nothing is on its way to disk any more. Rejects if something failed. */
  async #settled(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    const { fs } = this.#options;
    const fd = this.#open();
    for (let at = 0; at < bytes.length;) {
      const n = await new Promise<number>((resolve, reject) =>
        fs.write(fd, bytes, at, bytes.length - at, this.#written, (error, count) =>
          error ? reject(error) : resolve(count),
        ),
      );
      at += n;
      this.#written += n;
    }
  }

  #end(kept: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#releaseStage();
    this.#options.part.ended(kept);
    this.#options.ended();
  }

  #releaseStage(): void {
    if (this.#stage) this.#options.stages.giveBack(this.#stage);
    this.#stage = undefined;
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#error(error, what);
    }
  }

  #error(error: unknown, operation: string): DaybookError {
    const { source, path } = this.#options.delivery;
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT" ? this.#gone() : undefined;
    return gone ?? diskError(error, { operation, source, path });
  }

  /** Why nothing is there any more, where that is so for the whole destination. */
  #gone(): DaybookError | undefined {
    try {
      this.#options.attend();
      return undefined;
    } catch (error) {
      return diskError(error, { operation: "write" });
    }
  }
}
