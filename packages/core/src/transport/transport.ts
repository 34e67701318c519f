import type { Readable } from "node:stream";

export interface RemoteEntry {
  /** One path segment, exactly as the server sent it; it may be hostile, core checks it. */
  readonly name: string;
  /** A symbolic link is a "link" where the transport can tell what it leads to, by `stat`; "other" where it can't. */
  readonly type: "file" | "directory" | "link" | "other";
  /** Bytes. */
  readonly size?: number;
  /** UTC. Left out unless it is known to be UTC. */
  readonly modifiedAt?: Date;
}

export interface Listing {
  readonly entries: RemoteEntry[];
  /** False where the listing may be cut off: it then settles nothing. */
  readonly complete: boolean;
  /** Lines of the listing that could not be understood, raw. A file may hide behind one. */
  readonly unreadable?: readonly string[];
  /** Why it isn't complete, where it wasn't the server that cut it off. */
  readonly reason?: string;
  /** Where it isn't complete because it contradicts itself or what is known: some of its lines, raw, as evidence. */
  readonly evidence?: readonly string[];
}

/** Plain frozen data, the same for the life of a transport. */
export interface TransportCapabilities {
  /** The server spoken to, without secrets: "ftp://ftp.example.com:21". Sources on one host share its budget. */
  readonly endpoint: string;
  /** How exact `modifiedAt` is at worst; "none" where listings carry no time. */
  readonly modifiedAt: "millisecond" | "second" | "minute" | "day" | "none";
  /** Whether `read` honours `start`; where false, any `start` but 0 rejects with kind "unsupported". */
  readonly resume: boolean;
  /** How many lists and reads it pays to have under way at once. */
  readonly parallelism: number;
}

/** New slots are live, history is backfill; live goes first wherever something is shared. */
export type Lane = "live" | "backfill";

export interface TransportCallOptions {
  /** Abort frees the connection and rejects with kind "cancelled". */
  readonly signal?: AbortSignal;
  /** Default "live". */
  readonly lane?: Lane;
}

export interface ListOptions extends TransportCallOptions {
  /**
   * Takes entries in batches as they are read, so that memory doesn't grow with a directory; the listing's own `entries`
   * then hold only what wasn't handed over. Where it returns a promise the transport waits for it before it reads on. An
   * entry may come twice, where a directory is asked for again in another way. A transport may leave it out and return all.
   */
  readonly take?: (entries: readonly RemoteEntry[]) => void | Promise<void>;
}

export interface ReadOptions extends TransportCallOptions {
  /** First byte wanted, default 0. At the size exactly: an empty stream. Past it: kind "changed" or an empty stream. */
  readonly start?: number;
  /** Bytes in the whole file as listed, a hint that saves round trips. */
  readonly size?: number;
  /**
   * The transport may use a chunk's memory again as soon as the reader is done with it: when its `data` listener returns
   * or, where that paused the stream, when it resumes. Default false: chunks are the reader's.
   */
  readonly transient?: boolean;
  /**
   * Bytes, 1 or more, that the transport should ask for or keep before the reader takes them: who limits a rate wants few.
   * Called when the bytes may begin to come, and again as they go on. A hint; the reader takes what there is, never
   * `read(n)`. Default what is fastest.
   */
  readonly readAhead?: () => number;
  /** When the file was modified, as listed: with the size it says which version is meant, where hosts may differ. */
  readonly modifiedAt?: Date;
}

/**
 * A remote tree, read-only. Paths are absolute, '/'-separated, normalised by core before they get here; a path with
 * CR, LF or NUL, or one that isn't absolute, rejects with kind "config": `checkRemotePath` sees to that. Calls may overlap
 * freely; the transport queues what it can't run at once. All failures are `DaybookError`s.
 */
export interface Transport {
  readonly capabilities: TransportCapabilities;
  /**
   * Entries in any order, without "." and "..". A missing directory rejects with kind "not-found"; an empty one is an
   * empty, complete listing; a refused one rejects with "permission"; a file's path rejects with "not-found".
   */
  list(directory: string, options?: ListOptions): Promise<Listing>;
  /**
   * What a path leads to, links followed: its type, exact size and UTC time, as far as the server tells. Rejects like
   * `read`. Asked for links that are wanted, and for files that are fetched before the minute or the day they are listed
   * with is over.
   */
  stat?(path: string, options?: TransportCallOptions): Promise<RemoteEntry>;
  /**
   * The bytes from `start` on. Missing rejects with "not-found", refused with "permission", a directory with either.
   * The stream ends only once the server has confirmed the end: a cut connection destroys it with an error of kind
   * "cut-short", "network" or "timeout", never an early end. Destroying the stream frees the connection.
   */
  read(path: string, options?: ReadOptions): Promise<Readable>;
  /** Drops every connection; what is under way rejects with "cancelled". Safe to call twice. */
  close(): Promise<void>;
}
