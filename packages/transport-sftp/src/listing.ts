import type { Listing, RemoteEntry } from "@daybook/core";
import { DaybookError, printable } from "@daybook/core";
import { abortable } from "./abortable.js";
import type { ListingBounds } from "./border.js";
import { cut, LISTING_BOUNDS, oddName, oddSize, timeOf } from "./border.js";
import { clarify } from "./clarify.js";
import { EntryBatches } from "./entry-batches.js";
import { at } from "./errors.js";
import type { NamesReply, RemoteReads } from "./remote-reads.js";
import { keepPace } from "./pace.js";
import type { SftpSession } from "./sftp-session.js";
import { typeOf } from "./wire.js";
import type { NamedEntry } from "./wire.js";

/** A server that goes on without anything new and without an end is given up after so many replies. */
const MOST_IDLE_REPLIES = 100;
/** Why an entry that the plain path could not read is told as unreadable. */
const DAMAGED = "a name that isn't UTF-8, which can't be read with one request at a time";
/** Lines that can't be read, kept to be shown. */
const MOST_UNREADABLE = 1000;
/** ms that a server may take for each entry, after the first two minutes. */
const PER_ENTRY = 100;

export interface ListDirectoryOptions {
  readonly session: SftpSession;
  /** Through the client, or ahead of the answers. */
  readonly reads: RemoteReads;
  /** Requests for entries under way at once. */
  readonly depth: number;
  readonly signal?: AbortSignal;
  readonly take?: (entries: readonly RemoteEntry[]) => void | Promise<void>;
  readonly bounds?: ListingBounds;
}

/** Lists a directory, with `depth` requests for entries under way at once. */
export async function listDirectory(path: string, options: ListDirectoryOptions): Promise<Listing> {
  const { reads, signal } = options;
  let handle: Buffer;
  try {
    handle = await abortable(reads.openDirectory(path), signal, (late) => reads.closeHandle(late));
  } catch (error) {
    throw await clarify(reads, error, { operation: "list", path });
  }
  try {
    return await new DirectoryListing(handle, options).readAll();
  } catch (error) {
    throw at(error, "list", path);
  } finally {
    reads.closeHandle(handle);
  }
}

/** One directory as it is read. */
class DirectoryListing {
  readonly #handle: Buffer;
  readonly #options: ListDirectoryOptions;
  readonly #batches: EntryBatches;
  readonly #unreadable: string[] = [];
  readonly #bounds: ListingBounds;
  #ended = false;
  #idle = 0;
  #entries = 0;
  #bytes = 0;
  #asked = 0;
  #lastFirst: string | undefined;

  constructor(handle: Buffer, options: ListDirectoryOptions) {
    this.#handle = handle;
    this.#options = options;
    this.#batches = new EntryBatches(options.take);
    this.#bounds = options.bounds ?? LISTING_BOUNDS;
  }

  async readAll(): Promise<Listing> {
    const { depth, session } = this.#options;
    let tooSlow!: (failure: DaybookError) => void;
    const slow = new Promise<never>((_, reject) => (tooSlow = reject));
    const forget = keepPace({
      watch: session.watch,
      patience: session.patience,
      perUnit: PER_ENTRY,
      units: "entries",
      brought: () => this.#entries,
      waits: () => this.#asked > 0,
      onTooSlow: tooSlow,
    });
    try {
      await Promise.race([this.#read(depth), slow]);
    } finally {
      // However it ended: who asked on would read another directory's names, since servers use closed handles again.
      this.#ended = true;
      forget();
    }
    const unreadable = this.#unreadable;
    const entries = this.#batches.rest();
    return { entries, complete: true, ...(unreadable.length > 0 && { unreadable }) };
  }

  async #read(depth: number): Promise<void> {
    const toTheEnd = async () => {
      while (!this.#ended) await this.#next();
    };
    // Most directories fit in one reply: that and the end are asked for together, and nothing for nothing.
    if (depth > 1) await Promise.all([this.#next(), this.#next()]);
    // Each goes on until it meets the end itself, so that a reply overtaken by the end isn't lost.
    if (!this.#ended) await Promise.all(Array.from({ length: depth }, toTheEnd));
  }

  async #next(): Promise<void> {
    const { reads, signal } = this.#options;
    this.#asked++;
    const reply = await abortable(reads.readDirectory(this.#handle), signal).finally(() => this.#asked--);
    if (reply === undefined) this.#ended = true;
    else await this.#take(reply);
  }

  async #take({ bytes, entries }: NamesReply): Promise<void> {
    this.#bytes += bytes;
    const first = entries.find(({ name }) => name !== "." && name !== "..")?.name;
    // A reply that begins as the one before it did is the same again.
    const isNew = first !== undefined && first !== this.#lastFirst;
    this.#idle = isNew ? 0 : this.#idle + 1;
    if (isNew) {
      this.#lastFirst = first;
      for (const entry of entries) this.#add(entry);
    }
    this.#check();
    await this.#batches.handOver();
  }

  #add(entry: NamedEntry): void {
    if (entry.name === "." || entry.name === "..") return;
    this.#entries++;
    const odd = (entry.damaged && DAMAGED) || oddName(entry.name) || oddSize(entry.size);
    if (odd === undefined) this.#batches.add(toRemoteEntry(entry));
    else this.#tellUnreadable(entry, odd);
  }

  #check(): void {
    const { entries, bytes } = this.#bounds;
    const why =
      this.#idle > MOST_IDLE_REPLIES
        ? `${MOST_IDLE_REPLIES} replies brought nothing new`
        : this.#entries > entries
          ? `more than ${entries} entries came`
          : this.#bytes > bytes
            ? `more than ${bytes} bytes came`
            : undefined;
    if (why !== undefined) throw new DaybookError("protocol", `the listing has no end: ${why}`);
  }

  #tellUnreadable({ line, name }: NamedEntry, odd: string): void {
    if (this.#unreadable.length === MOST_UNREADABLE) this.#unreadable.push("… and more");
    if (this.#unreadable.length > MOST_UNREADABLE) return;
    this.#unreadable.push(
      cut(`${printable(line.includes(name) ? line : `${line} ${name}`).trim()} (${odd})`),
    );
  }
}

function toRemoteEntry({ name, line, size, mode, mtime }: NamedEntry): RemoteEntry {
  return {
    name,
    type: typeOf(mode) ?? typeIn(line),
    size: size as number | undefined,
    modifiedAt: timeOf(mtime),
  };
}

/** Some servers send no mode, or only its permissions; the line meant for people then tells the type. */
function typeIn(line: string): RemoteEntry["type"] {
  const [letter] = line;
  return letter === "-" ? "file" : letter === "d" ? "directory" : letter === "l" ? "link" : "other";
}
