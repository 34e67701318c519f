import * as nodeFs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { Delivery, Destination, Incoming } from "./destination.js";
import { diskError } from "./disk-error.js";
import { LastingFolders } from "./lasting-folders.js";
import { LocalDiscard } from "./local-discard.js";
import type { LocalFs } from "./local-fs.js";
import { LocalIncoming, Stages } from "./local-incoming.js";
import { locate, originOf, OWN_FOLDER, partKey, partName } from "./local-names.js";
import { PlaceTemplate } from "./place-template.js";
import { OpenMarker } from "./open-marker.js";
import { SyncGroup } from "./sync-group.js";
import { unpacked } from "./unpacked.js";

export interface LocalDestinationOptions {
  /** The directory under which files land. Made if it isn't there. */
  readonly path: string;
  /** Default true. False is faster and safe against a kill, but a power cut can cost files that were recorded. */
  readonly sync?: boolean;
  /** A template for the files' places, with {source}, {name} and what the source's layout reads. */
  readonly layout?: string;
  /** Default node:fs. */
  readonly fs?: LocalFs;
  /** Tells how old what a dead program left behind is. Default the machine's. */
  readonly clock?: Pick<Clock, "now">;
}

// Parts nobody came back for are of ranges that were given up.
const PART_LIFE_MS = 30 * 86_400_000;

/** A directory on this machine. Parts live in a hidden folder of it, so that a rename is all it takes to finish. */
export class LocalDestination implements Destination {
  readonly #root: string;
  readonly #parts: string;
  readonly #fs: LocalFs;
  readonly #clock: Pick<Clock, "now">;
  readonly #layout: PlaceTemplate | undefined;
  readonly #group: SyncGroup;
  readonly #folders: LastingFolders;
  readonly #stages = new Stages();
  /** Part files on disk, by what they are parts of. */
  readonly #keptParts = new Map<string, Set<string>>();
  readonly #claimed = new Set<string>();
  readonly #marker: OpenMarker;
  readonly #discard: LocalDiscard;
  #opening: Promise<void> | undefined;
  #suspectSince: Date | undefined;

  constructor(options: LocalDestinationOptions) {
    this.#root = resolve(options.path);
    this.#parts = join(this.#root, OWN_FOLDER, "parts");
    this.#fs = options.fs ?? nodeFs;
    this.#clock = options.clock ?? new SystemClock();
    this.#layout = options.layout === undefined ? undefined : new PlaceTemplate(options.layout);
    this.#group = new SyncGroup({ fs: this.#fs, sync: options.sync ?? true });
    this.#folders = new LastingFolders({ fs: this.#fs, root: this.#root });
    this.#discard = new LocalDiscard({
      fs: this.#fs,
      root: this.#root,
      sync: options.sync ?? true,
      awaited: (folder) => [...this.#claimed].some((location) => location.startsWith(`${folder}/`)),
    });
    this.#marker = new OpenMarker({ fs: this.#fs, folder: join(this.#root, OWN_FOLDER) });
  }

  /** The directory, absolute. */
  get path(): string {
    return this.#root;
  }

  get suspectSince(): Date | undefined {
    return this.#suspectSince;
  }

  trust(): void {
    this.#marker.trust();
  }

  async open(): Promise<void> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw diskError(error, { operation: "open the destination" });
    });
    return this.#opening;
  }

  locate(delivery: Delivery): string {
    return locate(delivery, this.#layout);
  }

  origin(location: string, source: string, root: string): string | undefined {
    return this.#layout ? undefined : originOf(location, source, root);
  }

  async begin(delivery: Delivery): Promise<Incoming> {
    await this.open();
    const location = delivery.location ?? this.locate(delivery);
    if (this.#claimed.has(location))
      throw new DaybookError("config", `another remote file is being written to ${location}`, {
        operation: "begin",
        source: delivery.source,
        path: delivery.path,
      });
    const key = partKey(delivery);
    const name = partName(key, delivery);
    let kept: number;
    try {
      kept = this.#dropOtherVersions(delivery, key, name);
    } catch (error) {
      throw diskError(error, { operation: "begin", source: delivery.source, path: delivery.path });
    }
    this.#claimed.add(location);
    const final = join(this.#root, location);
    return new LocalIncoming({
      fs: this.#fs,
      delivery,
      location,
      part: join(this.#parts, name),
      final,
      kept,
      group: this.#group,
      stages: this.#stages,
      folders: this.#folders,
      ended: (left) => {
        this.#claimed.delete(location);
        this.#marker.touch(this.#clock.now().getTime());
        if (left) this.#keptParts.set(key, new Set([name]));
        else this.#keptParts.delete(key);
      },
    });
  }

  async stat(location: string): Promise<{ size: number; modifiedAt: Date } | undefined> {
    try {
      const found = this.#fs.statSync(join(this.#root, location), { throwIfNoEntry: false });
      return found?.isFile() ? { size: found.size, modifiedAt: found.mtime } : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
      throw diskError(error, { operation: "stat", path: location });
    }
  }

  /** Files are kept as they were sent; `CompressedDestination` packs them. */
  encodingOf(): undefined {
    return undefined;
  }

  read(location: string, encoding?: string): AsyncIterable<Uint8Array> {
    return unpacked(this.#read(location), encoding);
  }

  async *#read(location: string): AsyncIterable<Uint8Array> {
    try {
      yield* this.#fs.createReadStream(join(this.#root, location), {
        highWaterMark: 1 << 18,
      }) as AsyncIterable<Buffer>;
    } catch (error) {
      throw diskError(error, { operation: "read", path: location });
    }
  }

  async sync(location: string): Promise<void> {
    const path = join(this.#root, location);
    try {
      // Windows flushes only what may be written.
      const fd = this.#fs.openSync(path, process.platform === "win32" ? "r+" : "r");
      const directories = this.#folders.make(dirname(path));
      await this.#group.sync(fd, directories);
      this.#folders.synced(directories);
    } catch (error) {
      throw diskError(error, { operation: "sync", path: location });
    }
  }

  async remove(location: string): Promise<void> {
    const aside = join(this.#root, OWN_FOLDER, "damaged", location);
    const place = join(this.#root, location);
    try {
      this.#fs.mkdirSync(dirname(aside), { recursive: true });
      this.#fs.renameSync(place, aside);
      // If a power cut brought it back, nobody would know it any more, and it would be in the way.
      await this.#group.syncDirectories([dirname(aside), dirname(place)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        throw diskError(error, { operation: "remove", path: location });
    }
  }

  discard(locations: readonly string[], options?: { dryRun?: boolean }): Promise<Map<string, string>> {
    return this.#discard.discard(locations, options);
  }

  async *list(): AsyncIterable<string> {
    yield* this.#below("");
  }

  async close(): Promise<void> {
    if (this.#opening) this.#marker.clear();
    this.#opening = undefined;
  }

  async #open(): Promise<void> {
    this.#fs.mkdirSync(this.#parts, { recursive: true });
    const probe = join(this.#parts, "probe");
    this.#fs.closeSync(this.#fs.openSync(probe, "w"));
    this.#delete(probe);
    this.#findParts();
    this.#suspectSince = this.#marker.set(this.#clock.now().getTime());
    // A marker that a power cut takes along would tell nobody of it.
    await this.#group.syncNames(join(this.#root, OWN_FOLDER, "marker"));
  }

  *#below(directory: string): Iterable<string> {
    for (const entry of this.#fs.readdirSync(join(this.#root, directory), { withFileTypes: true })) {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (entry.isFile()) yield path;
      else if (entry.isDirectory() && path !== OWN_FOLDER) yield* this.#below(path);
    }
  }

  #findParts(): void {
    this.#keptParts.clear();
    for (const name of this.#fs.readdirSync(this.#parts) as string[]) {
      const path = join(this.#parts, name);
      const found = this.#fs.statSync(path, { throwIfNoEntry: false });
      if (!name.endsWith(".part") || found === undefined) continue;
      if (this.#clock.now().getTime() - found.mtimeMs > PART_LIFE_MS) {
        this.#delete(path);
        continue;
      }
      const key = name.slice(0, name.indexOf("-"));
      const names = this.#keptParts.get(key) ?? new Set();
      this.#keptParts.set(key, names.add(name));
    }
  }

  /** Bytes kept of this version; parts of other versions are of no use to anybody. */
  #dropOtherVersions(delivery: Delivery, key: string, name: string): number {
    let kept = 0;
    for (const other of this.#keptParts.get(key) ?? []) {
      const path = join(this.#parts, other);
      const size = this.#fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (other === name && (delivery.size === undefined || size <= delivery.size)) kept = size;
      else if (size > 0 || other !== name) this.#delete(path);
    }
    return kept;
  }

  /** Another program on the same directory may have been quicker. */
  #delete(path: string): void {
    try {
      this.#fs.unlinkSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}
