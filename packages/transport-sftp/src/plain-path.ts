import type { Readable } from "node:stream";
import type { DaybookError } from "@daybook/core";
import type { Attributes as WireAttributes, Client, SFTPWrapper } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { checkHandle, readSize } from "./border.js";
import { fromWire } from "./errors.js";
import type { DirectoryReads, NamesReply } from "./fast-path.js";
import type { RequestWatch } from "./request-watch.js";
import type { Attributes } from "./wire.js";
import { STATUS } from "./wire.js";

/** What is used of ssh2-sftp-client; its types leave out some of what it documents. */
export interface Connection extends Pick<SftpClient, "connect" | "realPath" | "end"> {
  /** The ssh2 client below it. */
  readonly client: Client;
  createReadStream(path: string, options: { start: number; highWaterMark: number }): Readable;
}

/** A client that isn't connected yet, and that writes nothing to the console. */
export function newConnection(): Connection {
  const quiet = { error: () => {}, end: () => {}, close: () => {} };
  const Quiet = SftpClient as unknown as new (name: string, callbacks: typeof quiet) => Connection;
  return new Quiet("daybook", quiet);
}

/** Bytes of a NAME reply are counted as what they hold; the rest of an entry is about so much. */
const ENTRY_OVERHEAD = 40;

/**
 * One request at a time for each directory and file, through ssh2-sftp-client. Directories and STAT go to the SFTP handle
 * that its `connect` gives: its own `list` keeps a directory whole in memory however long it is, and its `stat` tells
 * "failure" and "no such file" alike.
 */
export class PlainPath implements DirectoryReads {
  readonly #connection: Connection;
  readonly #sftp: SFTPWrapper;
  readonly #watch: RequestWatch;
  readonly #ended: Promise<never>;

  /** `ended` rejects with what ended the session. */
  constructor(
    connection: Connection,
    { sftp, watch, ended }: { sftp: SFTPWrapper; watch: RequestWatch; ended: Promise<never> },
  ) {
    this.#connection = connection;
    this.#sftp = sftp;
    this.#watch = watch;
    this.#ended = ended;
    ended.catch(() => {});
    // ssh2 believes whatever the server says that it gives at once, and would ask for a byte at a time.
    const limited = sftp as unknown as { _maxReadLen?: number };
    if (limited._maxReadLen !== undefined) limited._maxReadLen = readSize(limited._maxReadLen);
  }

  async openDirectory(path: string): Promise<Buffer> {
    return checkHandle(await this.#ask<Buffer>((done) => this.#sftp.opendir(path, done)));
  }

  async readDirectory(handle: Buffer): Promise<NamesReply | undefined> {
    try {
      const entries = await this.#ask<Parameters<ReaddirDone>[1]>((done) => this.#sftp.readdir(handle, done));
      let bytes = 0;
      for (const { filename, longname } of entries)
        bytes += filename.length + longname.length + ENTRY_OVERHEAD;
      const names = entries.map(({ filename, longname, attrs }) => ({
        name: filename,
        line: longname,
        ...attributesOf(attrs),
      }));
      return { bytes, entries: names };
    } catch (error) {
      if ((error as DaybookError).code === String(STATUS.END_OF_FILE)) return undefined;
      throw error;
    }
  }

  closeHandle(handle: Buffer): void {
    this.#ask<void>((done) => this.#sftp.close(handle, (error) => done(error, undefined))).catch(() => {});
  }

  /** What a path leads to, links followed. */
  async stat(path: string): Promise<Attributes> {
    return attributesOf(await this.#ask<WireAttributes>((done) => this.#sftp.stat(path, done)));
  }

  /** Where the server starts from: the home of who logged in. */
  async home(): Promise<string> {
    return this.#answered(this.#connection.realPath("."));
  }

  /** A file's bytes, each chunk asked for once the one before it is taken. */
  open(path: string, start: number, chunk: number): Readable {
    return this.#connection.createReadStream(path, { start, highWaterMark: chunk });
  }

  #ask<T>(request: (done: (error: Error | null | undefined, value: T) => void) => void): Promise<T> {
    return this.#answered(
      new Promise<T>((resolve, reject) => {
        request((error, value) => (error ? reject(error) : resolve(value)));
      }),
    );
  }

  async #answered<T>(answer: Promise<T>): Promise<T> {
    const number = this.#watch.begin();
    try {
      const value = await Promise.race([answer, this.#ended]);
      this.#watch.answered(number);
      return value;
    } catch (error) {
      if (typeof (error as { code?: unknown }).code === "number") this.#watch.answered(number);
      else this.#watch.dropped(number);
      throw fromWire(error, "request");
    }
  }
}

type ReaddirDone = Parameters<SFTPWrapper["readdir"]>[1] extends infer D
  ? D extends (error: Error | undefined, list: infer L) => void
    ? (error: Error | undefined, list: L) => void
    : never
  : never;

function attributesOf({ size, mode, mtime }: Partial<WireAttributes>): Attributes {
  return { size, mode, mtime };
}
