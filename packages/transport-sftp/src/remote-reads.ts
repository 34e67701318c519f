import type { Attributes, NamedEntry } from "./wire.js";

/** A directory's next entries, and the bytes they came in. */
export interface NamesReply {
  readonly bytes: number;
  readonly entries: readonly NamedEntry[];
}

/** What is asked of a server besides a file's bytes, on whichever path. */
export interface RemoteReads {
  openDirectory(path: string): Promise<Buffer>;
  /** The next entries of a directory; undefined once there are no more. */
  readDirectory(handle: Buffer): Promise<NamesReply | undefined>;
  /** Nobody waits for the answer: a handle that can't be closed ends with the connection. */
  closeHandle(handle: Buffer): void;
  /** What a path leads to, links followed. */
  stat(path: string): Promise<Attributes>;
  /** Where the server starts from: the home of who logged in. */
  home(): Promise<string>;
}
