import * as nodeFs from "node:fs";
import { constants } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DaybookError, type DaybookErrorOptions } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { Delivery, Destination, Incoming } from "./destination.js";
import { diskError, noPermission } from "./disk-error.js";
import { FreeSpace } from "./free-space.js";
import { parseSizeOrPart } from "./parse-size.js";
import { LastingFolders } from "./lasting-folders.js";
import { LocalDiscard } from "./local-discard.js";
import type { LocalFs } from "./local-fs.js";
import { LocalIncoming } from "./local-incoming.js";
import { LocalMark } from "./local-mark.js";
import { locate, originOf, OWN_FOLDER } from "./local-names.js";
import { PartHolder } from "./part-holder.js";
import { Parts } from "./parts.js";
import { makeOwnFolder } from "./own-folder.js";
import { PlaceTemplate } from "./place-template.js";
import { OpenMarker } from "./open-marker.js";
import { Stages } from "./stages.js";
import { SyncGroup } from "./sync-group.js";
import { unpacked } from "./unpacked.js";

export interface LocalDestinationOptions {
  /** The directory under which files land. Made if it isn't there. */
  readonly path: string;
  /** Default true. False is faster and safe against a kill, but a power cut can cost files that were recorded. */
  readonly sync?: boolean;
  /** A template for the files' places, with {source}, {name} and what the source's layout reads. */
  readonly layout?: string;
  /**
   * Whether folders below it may be symbolic links, as where a volume is mounted by one. Default false: they are refused,
   * since whoever may write there could lead files anywhere.
   */
  readonly followLinks?: boolean;
  /** What is left free on its file system: bytes, "500MB" or "5%". Default 1 %, of large disks 100 MB. */
  readonly minFree?: string | number;
  /** Default node:fs. */
  readonly fs?: LocalFs;
  /** Tells how old what a dead program left behind is. Default the machine's. */
  readonly clock?: Pick<Clock, "now">;
}

/** Not through a link at the name itself. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** A directory on this machine. Parts live in a hidden folder of it, so that a rename is all it takes to finish. */
export class LocalDestination implements Destination {
  readonly #root: string;
  readonly #parts: Parts;
  readonly #fs: LocalFs;
  readonly #clock: Pick<Clock, "now">;
  readonly #layout: PlaceTemplate | undefined;
  readonly #group: SyncGroup;
  readonly #folders: LastingFolders;
  readonly #stages = new Stages();
  readonly #followLinks: boolean;
  readonly #claimed = new Set<string>();
  readonly #marker: OpenMarker;
  readonly #discard: LocalDiscard;
  readonly mark: LocalMark;
  readonly #room: FreeSpace;
  #holder: PartHolder | undefined;
  #opening: Promise<void> | undefined;
  #suspect: { since: Date; content: boolean } | undefined;

  constructor(options: LocalDestinationOptions) {
    this.#root = resolve(options.path);
    this.#fs = options.fs ?? nodeFs;
    this.#clock = options.clock ?? new SystemClock();
    this.#followLinks = options.followLinks ?? false;
    const folder = join(this.#root, OWN_FOLDER, "parts");
    this.#parts = new Parts({ fs: this.#fs, folder, now: () => this.#clock.now().getTime() });
    this.#layout = options.layout === undefined ? undefined : new PlaceTemplate(options.layout);
    this.#group = new SyncGroup({ fs: this.#fs, sync: options.sync ?? true });
    this.mark = new LocalMark({ fs: this.#fs, root: this.#root, group: this.#group });
    this.#folders = new LastingFolders({
      fs: this.#fs,
      root: this.#root,
      followLinks: this.#followLinks,
      attend: () => this.mark.check(),
    });
    this.#discard = new LocalDiscard({
      fs: this.#fs,
      root: this.#root,
      sync: options.sync ?? true,
      followLinks: this.#followLinks,
      awaited: (folder) => [...this.#claimed].some((location) => location.startsWith(`${folder}/`)),
    });
    const { minFree } = options;
    this.#room = new FreeSpace({
      fs: this.#fs,
      folder: this.#root,
      least: minFree === undefined ? undefined : parseSizeOrPart(minFree, "minFree"),
      now: () => this.#clock.now().getTime(),
    });
    this.#marker = new OpenMarker({
      fs: this.#fs,
      folder: join(this.#root, OWN_FOLDER),
      sync: options.sync ?? true,
    });
  }

  /** The directory, absolute. */
  get path(): string {
    return this.#root;
  }

  get place(): string {
    return `local:${this.#root}`;
  }

  get suspectSince(): Date | undefined {
    return this.#suspect?.since;
  }

  get suspectContent(): boolean {
    return this.#suspect?.content ?? false;
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
    this.#claimed.add(location);
    const final = join(this.#root, location);
    try {
      this.#folders.check(dirname(final));
      const part = await this.#parts.take(delivery, this.#holder!);
      this.#room.take(Math.max(0, (delivery.size ?? 0) - part.kept));
      return new LocalIncoming({
        fs: this.#fs,
        delivery,
        location,
        part,
        final,
        group: this.#group,
        stages: this.#stages,
        room: this.#room,
        folders: this.#folders,
        attend: () => this.mark.check(),
        ended: () => {
          this.#claimed.delete(location);
          this.#marker.touch(this.#clock.now().getTime());
        },
      });
    } catch (error) {
      this.#claimed.delete(location);
      const facts = { operation: "begin", source: delivery.source, path: delivery.path };
      throw this.#placeError(error, location, facts);
    }
  }

  async stat(location: string): Promise<{ size: number; modifiedAt: Date } | undefined> {
    try {
      const path = join(this.#root, location);
      this.#folders.check(dirname(path));
      const found = this.#fs.lstatSync(path, { throwIfNoEntry: false });
      return found?.isFile() ? { size: found.size, modifiedAt: found.mtime } : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
      throw this.#placeError(error, location, { operation: "stat", path: location });
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
        // Node takes numbers, as for any other call; its types don't.
        flags: READ as unknown as string,
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
      this.#folders.make(dirname(aside));
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
    if (this.#opening) this.#marker.clear(this.#clock.now().getTime());
    this.#holder?.leave();
    this.#holder = undefined;
    this.#opening = undefined;
  }

  async #open(): Promise<void> {
    this.mark.check();
    makeOwnFolder(this.#fs, this.#root);
    this.mark.seen();
    this.#holder ??= new PartHolder();
    this.#parts.find();
    this.#suspect = this.#marker.set(this.#clock.now().getTime());
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

  #placeError(error: unknown, location: string, facts: DaybookErrorOptions): DaybookError {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES") return diskError(error, facts);
    return noPermission(dirname(join(this.#root, location)), { ...facts, code, cause: error });
  }
}
