import { dirname } from "node:path";
import type { LocalFs } from "./local-fs.js";

/** A written file on its way to its final name. */
export interface Arrival {
  /** Open for writing; closed here. */
  readonly fd: number;
  readonly part: string;
  readonly final: string;
  /** Whether it may take the place of another. */
  readonly replace: boolean;
  /** Directories whose entries must last: the final name's, and those above it that nobody has synced yet. */
  readonly directories: readonly string[];
}

interface Waiting {
  readonly arrival: Arrival;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes files last and gives them their names, in groups: what arrives while one group is synced forms the next, so
 * that the busier it is the less each file costs. The order within a group is what a power cut cannot turn into a lie:
 * all bytes, then the names, then the directories. With `sync` off only the names are given.
 */
export class SyncGroup {
  readonly #fs: LocalFs;
  readonly #sync: boolean;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: { fs: LocalFs; sync: boolean }) {
    this.#fs = options.fs;
    this.#sync = options.sync;
  }

  add(arrival: Arrival): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ arrival, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Makes a file last that has its name already. Closes it. */
  async sync(fd: number, directories: readonly string[]): Promise<void> {
    await this.#syncBytes(fd);
    await this.syncDirectories(directories);
  }

  /** Makes what came into and what left directories last, in this order; with `sync` off it may not. */
  async syncDirectories(directories: readonly string[]): Promise<void> {
    if (this.#sync) for (const directory of directories) await this.#syncDirectory(directory);
  }

  /** Makes the names on the way to a path last, as far as its directories may be opened; with `sync` off, too. */
  async syncNames(path: string): Promise<void> {
    for (let at = path; at !== dirname(at); at = dirname(at))
      await this.#syncDirectory(dirname(at)).catch(() => undefined);
  }

  async #run(): Promise<void> {
    // One turn later, so that files that end in the same turn share a group.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#settle(group);
    }
    this.#running = undefined;
  }

  async #settle(group: Waiting[]): Promise<void> {
    const synced = await Promise.allSettled(group.map(({ arrival }) => this.#syncBytes(arrival.fd)));
    const named: Waiting[] = [];
    group.forEach((waiting, i) => {
      const { arrival, reject } = waiting;
      const result = synced[i]!;
      if (result.status === "rejected") return reject(result.reason);
      try {
        this.#name(arrival);
        named.push(waiting);
      } catch (error) {
        reject(error);
      }
    });
    const directories = new Set(this.#sync ? named.flatMap(({ arrival }) => arrival.directories) : []);
    const failures = new Map<string, unknown>();
    await Promise.all([...directories].map((d) => this.#syncDirectory(d).catch((e) => failures.set(d, e))));
    for (const { arrival, resolve, reject } of named) {
      const failed = arrival.directories.find((d) => failures.has(d));
      if (!arrival.replace) this.#dropPart(arrival.part);
      if (failed === undefined) resolve();
      else reject(failures.get(failed));
    }
  }

  /**
   * A link can't take the place of anything, whoever else is at work there. Only where the file system has none is it
   * looked before the file is renamed, and two programs could do that at the same time.
   */
  #name({ part, final, replace }: Arrival): void {
    if (replace) return this.#fs.renameSync(part, final);
    try {
      this.#fs.linkSync(part, final);
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      if (this.#fs.lstatSync(final, { throwIfNoEntry: false }) !== undefined) throw taken(final);
      this.#fs.renameSync(part, final);
    }
  }

  /** The file's other name is not needed any more. */
  #dropPart(part: string): void {
    try {
      this.#fs.unlinkSync(part);
    } catch {
      // It was renamed, or another program has tidied up; what is left is seen to be no part at the next start.
    }
  }

  async #syncBytes(fd: number): Promise<void> {
    try {
      if (this.#sync) await call((done) => this.#fs.fdatasync(fd, done));
    } finally {
      this.#fs.closeSync(fd);
    }
  }

  async #syncDirectory(directory: string): Promise<void> {
    // Windows has no way to sync a directory, and journals names by itself.
    if (process.platform === "win32") return;
    const fd = this.#fs.openSync(directory, "r");
    try {
      await call((done) => this.#fs.fsync(fd, done)).catch((error: NodeJS.ErrnoException) => {
        // Some network file systems have no such thing; their names last without.
        if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
      });
    } finally {
      this.#fs.closeSync(fd);
    }
  }
}

/** What file systems say that know no second names; EPERM is also said of a name that may not be given at all. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

function taken(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`EEXIST: ${path} is there already`), { code: "EEXIST", path });
}

function call(start: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
