import { Readable } from "node:stream";
import type { Clock, LocalFs } from "@daybook/core";
import { DiskDirectory, DiskFile, type DiskNode } from "./disk-nodes.js";
import type { Life } from "./life.js";
import type { Rng } from "./rng.js";
import type { Weather } from "./troubles.js";

export interface DiskOptions {
  /** The world's: what it shows to programs may be wrong, how time passes isn't. */
  readonly clock: Required<Clock>;
  readonly weather: Weather;
  readonly rng: Rng;
  /** How long a sync takes at most, in ms. */
  readonly latency: number;
  /** Called right before a file takes a name. */
  readonly onRename: (from: string, to: string, bytes: Buffer) => void;
}

/** How long a disk may keep to itself what nobody asked it to sync, in ms. */
const WRITE_BACK = 30_000;

type Done = (error: NodeJS.ErrnoException | null, count?: number) => void;

/** A disk that many programs use, one after the other. It outlasts them; what they hadn't synced may not. */
export class Disk {
  readonly #options: DiskOptions;
  readonly #root = new DiskDirectory();
  /** How often it had no room. */
  refusals = 0;

  constructor(options: DiskOptions) {
    this.#options = options;
  }

  /** The disk as one program sees it, for as long as it lives. */
  fs(life: Life): LocalFs {
    const open = new Map<number, DiskNode>();
    let lastFd = 2;
    const { weather, rng } = this.#options;
    const now = () => this.#now();
    const space = () => {
      if (!weather.strikes("disk-full")) return;
      this.refusals++;
      throw fault("ENOSPC");
    };
    const fileOf = (fd: number) => open.get(fd) as DiskFile;
    const write = (
      fd: number,
      from: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ): number => {
      const count = rng.chance(0.1) && length > 1 ? rng.int(1, length) : length;
      let full: unknown;
      try {
        space();
      } catch (error) {
        full = error;
      }
      if (full !== undefined && rng.chance(0.5)) throw full;
      const put = full === undefined ? count : Math.ceil(count / 2);
      fileOf(fd).write(from.subarray(offset, offset + put), position, now());
      return put;
    };
    const later = (name: string, done: Done, action: () => number | undefined) => {
      life
        .asyncStep(name, async () => {
          await this.#delay();
          life.check();
          return action();
        })
        .then(
          (count) => done(null, count),
          (error: NodeJS.ErrnoException) => done(error),
        );
    };
    const fs = {
      mkdirSync: (path: string) => life.step(`mkdir ${path}`, () => (space(), this.#makeDirectory(path))),
      openSync: (path: string, flags: string | number) =>
        life.step(`open ${path}`, () => {
          const fd = ++lastFd;
          const isNew = typeof flags === "string" && flags.startsWith("wx");
          open.set(fd, isNew ? (space(), this.#create(path)) : this.#existing(path));
          return fd;
        }),
      fstatSync: (fd: number) => (life.check(), this.#factsOf(open.get(fd)!)),
      chmodSync: () => life.check(),
      copyFile: (from: string, to: string, _mode: number, done: Done) =>
        later("copy", done, () => (space(), this.#copy(from, to))),
      linkSync: (from: string, to: string) => life.step(`name ${to}`, () => (space(), this.#link(from, to))),
      closeSync: (fd: number) => life.step("close", () => void open.delete(fd)),
      writeSync: (fd: number, from: Uint8Array, offset: number, length: number, position: number) =>
        life.step("write", () => write(fd, from, offset, length, position)),
      write: (fd: number, from: Uint8Array, offset: number, length: number, position: number, done: Done) =>
        later("write", done, () => write(fd, from, offset, length, position)),
      ftruncateSync: (fd: number, size: number) =>
        life.step("truncate", () => fileOf(fd).truncate(size, now())),
      futimesSync: (fd: number, _accessed: Date, modified: Date) =>
        life.step("set times", () => void (fileOf(fd).modifiedAt = modified.getTime())),
      utimesSync: (path: string, _accessed: number, modified: number) =>
        life.step("set times", () => void ((this.#existing(path) as DiskFile).modifiedAt = modified * 1000)),
      fdatasync: (fd: number, done: Done) =>
        later("sync bytes", done, () => void (space(), fileOf(fd).sync())),
      fsync: (fd: number, done: Done) => later("sync names", done, () => void open.get(fd)!.sync()),
      renameSync: (from: string, to: string) => life.step(`name ${to}`, () => this.#rename(from, to)),
      unlinkSync: (path: string) => life.step(`unlink ${path}`, () => this.#unlink(path)),
      unlink: (path: string, done: (error: NodeJS.ErrnoException | null) => void) =>
        later(`delete ${path}`, done, () => void this.#unlink(path)),
      rmdirSync: (path: string) => life.step(`remove ${path}`, () => this.#removeDirectory(path)),
      lstatSync: (path: string) => (life.check(), this.#stat(path)),
      statSync: (path: string) => (life.check(), this.#stat(path)),
      readdirSync: (path: string, options?: { withFileTypes: true }) => (
        life.check(),
        this.#list(path, options)
      ),
      createReadStream: (path: string, { end = Infinity }: { end?: number } = {}) => {
        life.check();
        const bytes = Buffer.from((this.#existing(path) as DiskFile).bytes.subarray(0, end + 1));
        return Readable.from(bytes.length > 0 ? [bytes] : []);
      },
    };
    return fs as unknown as LocalFs;
  }

  /** Files by path below a directory; Daybook's own too. */
  *files(below: string): Iterable<[path: string, file: DiskFile]> {
    const node = this.#node(below);
    if (!(node instanceof DiskDirectory)) return;
    for (const [name, child] of node.entries) {
      const path = `${below}/${name}`;
      if (child instanceof DiskFile) yield [path, child];
      else yield* this.files(path);
    }
  }

  file(path: string): DiskFile | undefined {
    const node = this.#node(path);
    return node instanceof DiskFile ? node : undefined;
  }

  /** As the world does it, not a program. */
  rename(from: string, to: string): void {
    const [above, name] = this.#split(from);
    const [newAbove, newName] = this.#split(to);
    above.rename(name, newAbove, newName, this.#now());
  }

  powerCut(): void {
    const { rng } = this.#options;
    this.#root.cut({ kept: (most) => rng.int(0, most), written: this.#now() - WRITE_BACK });
  }

  #rename(from: string, to: string): void {
    const [above, name] = this.#split(from);
    const [newAbove, newName] = this.#split(to);
    const node = above.entries.get(name);
    if (!(node instanceof DiskFile)) throw fault("ENOENT");
    this.#options.onRename(from, to, node.bytes);
    above.rename(name, newAbove, newName, this.#now());
  }

  #link(from: string, to: string): void {
    const [above, name] = this.#split(to);
    const node = this.#existing(from);
    if (above.entries.has(name)) throw fault("EEXIST");
    if (!(node instanceof DiskFile)) throw fault("EPERM");
    this.#options.onRename(from, to, node.bytes);
    above.link(name, node, this.#now());
  }

  #copy(from: string, to: string): undefined {
    const node = this.#existing(from) as DiskFile;
    this.#create(to).write(node.bytes, 0, this.#now());
  }

  #unlink(path: string): void {
    const [above, name] = this.#split(path);
    if (!(above.entries.get(name) instanceof DiskFile)) throw fault("ENOENT");
    above.unlink(name, this.#now());
  }

  #removeDirectory(path: string): void {
    const [above, name] = this.#split(path);
    const node = above.entries.get(name);
    if (!(node instanceof DiskDirectory)) throw fault(node ? "ENOTDIR" : "ENOENT");
    if (node.entries.size > 0) throw fault("ENOTEMPTY");
    above.unlink(name, this.#now());
  }

  #create(path: string): DiskFile {
    const [above, name] = this.#split(path);
    const now = this.#now();
    if (above.entries.has(name)) throw fault("EEXIST");
    const file = new DiskFile(now);
    above.link(name, file, now);
    return file;
  }

  #makeDirectory(path: string): void {
    const [above, name] = this.#split(path);
    if (above.entries.has(name)) throw fault("EEXIST");
    above.link(name, new DiskDirectory(), this.#now());
  }

  #list(path: string, options?: { withFileTypes: true }) {
    const node = this.#existing(path);
    if (!(node instanceof DiskDirectory)) throw fault("ENOTDIR");
    if (!options?.withFileTypes) return [...node.entries.keys()];
    return [...node.entries].map(([name, child]) => ({
      name,
      isFile: () => child instanceof DiskFile,
      isDirectory: () => child instanceof DiskDirectory,
    }));
  }

  #stat(path: string) {
    const node = this.#node(path);
    return node && this.#factsOf(node);
  }

  #factsOf(node: DiskNode) {
    const file = node instanceof DiskFile ? node : undefined;
    const names = () => this.#namesOf(node);
    return {
      get nlink() {
        return names();
      },
      mode: 0o700,
      isFile: () => file !== undefined,
      isDirectory: () => file === undefined,
      isSymbolicLink: () => false,
      size: file?.size ?? 0,
      mtimeMs: file?.modifiedAt ?? 0,
      mtime: new Date(file?.modifiedAt ?? 0),
    };
  }

  #namesOf(node: DiskNode, below = this.#root): number {
    let names = 0;
    for (const child of below.entries.values()) {
      if (child === node) names++;
      if (child instanceof DiskDirectory) names += this.#namesOf(node, child);
    }
    return names;
  }

  #existing(path: string): DiskNode {
    const node = this.#node(path);
    if (node === undefined) throw fault("ENOENT");
    return node;
  }

  #node(path: string): DiskNode | undefined {
    let at: DiskNode | undefined = this.#root;
    for (const name of segments(path)) at = at instanceof DiskDirectory ? at.entries.get(name) : undefined;
    return at;
  }

  #split(path: string): [above: DiskDirectory, name: string] {
    const cut = path.lastIndexOf("/");
    const above = this.#node(path.slice(0, cut));
    if (!(above instanceof DiskDirectory)) throw fault("ENOENT");
    return [above, path.slice(cut + 1)];
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  async #delay(): Promise<void> {
    const { latency, rng, clock } = this.#options;
    if (latency > 0 && rng.chance(0.5)) await clock.sleep(rng.int(1, latency));
  }
}

const segments = (path: string): string[] => path.split("/").filter((name) => name !== "");

function fault(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`made up: ${code}`), { code });
}
