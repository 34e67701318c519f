import { DaybookError, SystemClock } from "@daybook/core";
import type { Clock, RemoteEntry } from "@daybook/core";
import { Volume } from "memfs";

export interface RemoteTreeOptions {
  /** Tells the mtime of what is changed without one. Default the machine's clock. */
  readonly clock?: Clock;
}

/** An open file. Like a server's own, it goes on reading the same file whatever is renamed, removed or appended. */
export interface RemoteFile {
  /** At most `length` bytes from `offset`; none at or past the end. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/**
 * What a pretend server holds: files and directories in memory, shared by whatever serves them. Paths are absolute and
 * '/'-separated; a path that isn't, or that has an empty, "." or ".." segment, throws kind "config".
 */
export class RemoteTree {
  readonly #volume = new Volume();
  readonly #planted = new Map<string, RemoteEntry[]>();
  readonly #clock: Clock;

  constructor(options: RemoteTreeOptions = {}) {
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Writes a whole file, over the one that is there; creates the directories above it. */
  put(path: string, bytes: Uint8Array | string, modifiedAt?: Date): void {
    this.#write(path, modifiedAt, () => this.#volume.writeFileSync(path, bytes));
  }

  append(path: string, bytes: Uint8Array | string, modifiedAt?: Date): void {
    this.#write(path, modifiedAt, () => this.#volume.appendFileSync(path, bytes));
  }

  makeDirectory(path: string): void {
    this.#volume.mkdirSync(checked(path), { recursive: true });
  }

  /** Makes a symbolic link; what it leads to needn't be there. */
  link(path: string, target: string): void {
    this.#volume.mkdirSync(parent(checked(path)), { recursive: true });
    this.#volume.symlinkSync(target, path);
  }

  /** Removes a file, or a directory with all that is in it. Missing is fine. */
  remove(path: string): void {
    this.#volume.rmSync(checked(path), { recursive: true, force: true });
    for (const directory of this.#planted.keys()) {
      if (directory === path || directory.startsWith(`${path}/`)) this.#planted.delete(directory);
    }
  }

  /** Moves a file or a directory over what is at `to`; planted entries move along. */
  rename(from: string, to: string): void {
    this.#volume.mkdirSync(parent(checked(to)), { recursive: true });
    this.#volume.renameSync(checked(from), to);
    for (const [directory, entries] of [...this.#planted]) {
      if (directory !== from && !directory.startsWith(`${from}/`)) continue;
      this.#planted.delete(directory);
      this.#planted.set(to + directory.slice(from.length), entries);
    }
  }

  /**
   * Adds entries to a directory's listing that no file stands behind. Their names may be anything a hostile server could
   * send: a newline, "..", NUL, a separator, a thousand bytes.
   */
  plant(directory: string, entries: RemoteEntry | readonly RemoteEntry[]): void {
    this.makeDirectory(directory);
    const planted = this.#planted.get(directory) ?? [];
    this.#planted.set(directory, planted.concat(entries));
  }

  /** By name, planted ones last. Undefined where there is no such directory. */
  entries(directory: string): RemoteEntry[] | undefined {
    if (this.stat(directory)?.type !== "directory") return undefined;
    const names = this.#volume.readdirSync(directory) as string[];
    const entries = names.map((name): RemoteEntry => {
      const path = join(directory, name);
      return this.#volume.lstatSync(path).isSymbolicLink() ? { name, type: "link" } : this.stat(path)!;
    });
    return entries.concat(this.#planted.get(directory) ?? []);
  }

  /** What is at a path; undefined if nothing is. */
  stat(path: string): RemoteEntry | undefined {
    if (!wellFormed(path)) return undefined;
    const stats = this.#volume.statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const modifiedAt = new Date(Number(stats.mtimeMs));
    if (stats.isDirectory()) return { name, type: "directory", modifiedAt };
    return { name, type: "file", size: Number(stats.size), modifiedAt };
  }

  /** The whole file; undefined where there is none. */
  bytes(path: string): Uint8Array | undefined {
    if (this.stat(path)?.type !== "file") return undefined;
    return new Uint8Array(this.#volume.readFileSync(path) as Buffer);
  }

  /** Opens a file to be read piece by piece; undefined where there is none. */
  openFile(path: string): RemoteFile | undefined {
    if (this.stat(path)?.type !== "file") return undefined;
    const handle = this.#volume.openSync(path, "r");
    return {
      read: (offset, length) => {
        const buffer = Buffer.allocUnsafe(length);
        return buffer.subarray(0, this.#volume.readSync(handle, buffer, 0, length, offset));
      },
      close: () => this.#volume.closeSync(handle),
    };
  }

  /** The paths of all files, sorted. */
  files(): string[] {
    const found: string[] = [];
    const walk = (directory: string) => {
      for (const name of this.#volume.readdirSync(directory) as string[]) {
        const path = join(directory, name);
        if (this.#volume.statSync(path).isDirectory()) walk(path);
        else found.push(path);
      }
    };
    walk("/");
    return found.sort();
  }

  #write(path: string, modifiedAt: Date | undefined, write: () => void): void {
    const directory = parent(checked(path));
    this.#volume.mkdirSync(directory, { recursive: true });
    write();
    const time = modifiedAt ?? this.#clock.now();
    this.#volume.utimesSync(path, time, time);
    this.#volume.utimesSync(directory, time, time);
  }
}

const join = (directory: string, name: string) => (directory === "/" ? `/${name}` : `${directory}/${name}`);

const parent = (path: string) => path.slice(0, path.lastIndexOf("/")) || "/";

const wellFormed = (path: string) =>
  path === "/" ||
  (path.startsWith("/") &&
    !path.includes("\0") &&
    path
      .slice(1)
      .split("/")
      .every((segment) => segment !== "" && segment !== "." && segment !== ".."));

function checked(path: string): string {
  if (wellFormed(path)) return path;
  throw new DaybookError(
    "config",
    "a path in a RemoteTree is absolute and normalised; use plant() for odd names",
    {
      path,
    },
  );
}
