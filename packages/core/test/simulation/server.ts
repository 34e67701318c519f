import type { RemoteEntry } from "@daybook/core";

/** What a path held from one change to the next. Times are counts of what happened, not of the clock. */
export interface Version {
  readonly bytes: Buffer;
  /** Epoch ms. */
  readonly modifiedAt: number;
  readonly from: number;
  /** Infinity while it is the current one. */
  until: number;
}

/** As on a server's disk: a handle goes on reading it whatever becomes of its name. */
export interface Inode {
  version: Version;
}

/** A listing that the server gave. */
export interface Shown {
  /** When it was asked for; epoch ms. */
  readonly askedAt: number;
  /** When the entries were read. */
  readonly moment: number;
  /** Whether it told all there was. */
  readonly honest: boolean;
  /** Whether it told that something is there which it couldn't show. */
  readonly unreadable: boolean;
  readonly missing: boolean;
}

type Node = Inode | "directory";

/** What the server holds, ever held, and has told. */
export class Server {
  readonly #directories = new Map<string, { readonly made: number; readonly children: Map<string, Node> }>();
  readonly #history = new Map<string, Version[]>();
  readonly #planted = new Map<string, RemoteEntry[]>();
  /** The last whole listing of each directory that each client was given; a missing one counts. */
  readonly #shown = new Map<string, Shown>();
  readonly #cut = new Map<string, number>();
  /** Sizes that each path was ever listed with. */
  readonly sizes: Map<string, Set<number>>;
  readonly #time: { moment: number };

  /** A mirror of another server tells of its moments on the same count. */
  constructor(original?: Server) {
    this.sizes = original?.sizes ?? new Map<string, Set<number>>();
    this.#time = original ? original.#time : { moment: 0 };
    this.#directories.set("/", { made: 0, children: new Map() });
  }

  show(clients: readonly string[], directory: string, shown: Shown): void {
    for (const client of clients) this.#shown.set(`${client} ${directory}`, shown);
  }

  /** A listing that says itself that it isn't whole. */
  cutOff(clients: readonly string[], directory: string): void {
    for (const client of clients) this.#cut.set(`${client} ${directory}`, this.tick());
  }

  /** Whether a listing at or below a directory was cut off since the directory's last whole one. */
  wasCutOff(client: string, directory: string): boolean {
    const whole = this.shownTo(client, directory)?.moment ?? 0;
    const prefix = `${client} ${directory}`;
    return [...this.#cut].some(([key, moment]) => key.startsWith(prefix) && moment > whole);
  }

  /** The listings of a directory and of those below that were taken since, as a client was given them. */
  *shownBelow(client: string, directory: string): Iterable<Shown> {
    const top = this.shownTo(client, directory);
    for (const [key, shown] of this.#shown)
      if (key.startsWith(`${client} ${directory}/`) && top && shown.moment > top.moment) yield shown;
    if (top) yield top;
  }

  shownTo(client: string, directory: string): Shown | undefined {
    return this.#shown.get(`${client} ${directory}`);
  }

  /** A new moment, later than all before. */
  tick(): number {
    return ++this.#time.moment;
  }

  /** A whole new file in the place of what is there, as by a rename: who reads the old one reads on. */
  put(path: string, bytes: Buffer, modifiedAt: number): void {
    const children = this.makeDirectory(parentOf(path));
    const version = this.#become(path, bytes, modifiedAt);
    children.set(nameOf(path), { version });
  }

  /**
   * Other bytes in the same file: who reads it reads on in those. Never of a size that the path had before: a mixture
   * of two versions of one size is more than any client could notice.
   */
  overwrite(path: string, bytes: Buffer, modifiedAt: number): void {
    const inode = this.inode(path);
    const seenBefore = this.versions(path).some((version) => version.bytes.length === bytes.length);
    if (inode === undefined || seenBefore) return this.put(path, bytes, modifiedAt);
    inode.version = this.#become(path, bytes, modifiedAt);
  }

  remove(path: string): void {
    if (this.inode(path) === undefined) return;
    this.#end(path);
    this.#directories.get(parentOf(path))!.children.delete(nameOf(path));
  }

  rename(from: string, to: string): void {
    const inode = this.inode(from);
    if (inode === undefined) return;
    const { bytes, modifiedAt } = inode.version;
    this.remove(from);
    this.put(to, bytes, modifiedAt);
  }

  makeDirectory(path: string): Map<string, Node> {
    const known = this.#directories.get(path);
    if (known) return known.children;
    const above = this.makeDirectory(parentOf(path));
    above.set(nameOf(path), "directory");
    const children = new Map<string, Node>();
    this.#directories.set(path, { made: this.tick(), children });
    return children;
  }

  removeIfEmpty(path: string): void {
    if (this.#directories.get(path)?.children.size !== 0) return;
    this.#directories.delete(path);
    this.#directories.get(parentOf(path))!.children.delete(nameOf(path));
  }

  /** An entry of the listing that no file stands behind. */
  plant(directory: string, entry: RemoteEntry): void {
    this.#planted.set(directory, [...(this.#planted.get(directory) ?? []), entry]);
  }

  inode(path: string): Inode | undefined {
    const node = this.#directories.get(parentOf(path))?.children.get(nameOf(path));
    return node === "directory" ? undefined : node;
  }

  entries(directory: string): RemoteEntry[] | undefined {
    const found = this.#directories.get(directory);
    if (found === undefined) return undefined;
    const entries = [...found.children].map(([name, node]): RemoteEntry => {
      if (node === "directory") return { name, type: "directory" };
      const { bytes, modifiedAt } = node.version;
      return { name, type: "file", size: bytes.length, modifiedAt: new Date(modifiedAt) };
    });
    return [...entries, ...(this.#planted.get(directory) ?? [])];
  }

  /** An entry as it was before the file's last change. */
  asItWas(directory: string, entry: RemoteEntry): RemoteEntry {
    const before = this.versions(`${directory}/${entry.name}`).at(-2);
    if (before === undefined || entry.type !== "file") return entry;
    return { ...entry, size: before.bytes.length, modifiedAt: new Date(before.modifiedAt) };
  }

  /** Everything a path ever held, oldest first. */
  versions(path: string): readonly Version[] {
    return this.#history.get(path) ?? [];
  }

  /** What is there now. */
  *files(): Iterable<[path: string, version: Version]> {
    for (const path of this.#history.keys()) {
      const inode = this.inode(path);
      if (inode) yield [path, inode.version];
    }
  }

  madeAt(directory: string): number | undefined {
    return this.#directories.get(directory)?.made;
  }

  *directoriesBelow(directory: string): Iterable<string> {
    for (const [name, node] of this.#directories.get(directory)?.children ?? [])
      if (node === "directory") yield `${directory}/${name}`;
  }

  /** Times of one path's versions of one size differ by a minute at least, or no client could tell them apart. */
  #become(path: string, bytes: Buffer, modifiedAt: number): Version {
    this.#end(path);
    const history = this.#history.get(path) ?? [];
    this.#history.set(path, history);
    let time = modifiedAt;
    while (history.some((v) => v.bytes.length === bytes.length && Math.abs(v.modifiedAt - time) <= 60_000))
      time += 60_001;
    const version = { bytes, modifiedAt: time, from: this.tick(), until: Infinity };
    history.push(version);
    return version;
  }

  #end(path: string): void {
    const last = this.#history.get(path)?.at(-1);
    if (last?.until === Infinity) last.until = this.tick();
  }
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
