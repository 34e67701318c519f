import type { Readable } from "node:stream";
import { isUtf8 } from "node:buffer";
import type { NameCodec } from "@daybook/core";
import { DaybookError } from "@daybook/core";
import type { Attributes as WireAttributes, SFTPWrapper } from "ssh2";
import { checkHandle } from "./border.js";
import { fromWire } from "./errors.js";
import type { PlainClient } from "./plain-client.js";
import type { NamesReply, RemoteReads } from "./remote-reads.js";
import type { RequestWatch } from "./request-watch.js";
import type { Attributes } from "./wire.js";
import { STATUS } from "./wire.js";

/** What ssh2, which reads names as UTF-8, writes for bytes that aren't. */
const LOST = "\uFFFD";
/** Bytes of a NAME reply are counted as what they hold; the rest of an entry is about so much. */
const ENTRY_OVERHEAD = 40;

export interface PlainPathOptions {
  readonly client: PlainClient;
  /** The client's handle, opened when first asked for. */
  readonly handle: () => Promise<SFTPWrapper>;
  readonly codec: NameCodec;
  readonly watch: RequestWatch;
  /** Rejects with what ended the session. */
  readonly ended: Promise<never>;
}

/**
 * One request at a time for each directory and file, through ssh2-sftp-client. Directories and STAT go to the SFTP handle
 * that its `connect` gives: its own `list` keeps a directory whole in memory however long it is, and its `stat` tells
 * "failure" and "no such file" alike.
 */
export class PlainPath implements RemoteReads {
  readonly #client: PlainClient;
  readonly #handle: () => Promise<SFTPWrapper>;
  readonly #codec: NameCodec;
  readonly #watch: RequestWatch;
  readonly #ended: Promise<never>;

  constructor({ client, handle, codec, watch, ended }: PlainPathOptions) {
    this.#client = client;
    this.#codec = codec;
    this.#handle = handle;
    this.#watch = watch;
    this.#ended = ended;
    ended.catch(() => {});
  }

  async openDirectory(path: string): Promise<Buffer> {
    const name = this.#nameOf(path);
    return checkHandle(await this.#ask<Buffer>((sftp, done) => sftp.opendir(name, done)));
  }

  async readDirectory(handle: Buffer): Promise<NamesReply | undefined> {
    try {
      const entries = await this.#ask<Parameters<ReaddirDone>[1]>((sftp, done) => sftp.readdir(handle, done));
      let bytes = 0;
      for (const { filename, longname } of entries)
        bytes += filename.length + longname.length + ENTRY_OVERHEAD;
      const names = entries.map(({ filename, longname, attrs }) => ({
        name: this.#textOf(filename),
        line: this.#textOf(longname),
        damaged: filename.includes(LOST),
        ...attributesOf(attrs),
      }));
      return { bytes, entries: names };
    } catch (error) {
      if ((error as DaybookError).code === String(STATUS.END_OF_FILE)) return undefined;
      throw error;
    }
  }

  closeHandle(handle: Buffer): void {
    this.#ask<void>((sftp, done) => sftp.close(handle, (error) => done(error, undefined))).catch(() => {});
  }

  /** What a path leads to, links followed. */
  async stat(path: string): Promise<Attributes> {
    const name = this.#nameOf(path);
    return attributesOf(await this.#ask<WireAttributes>((sftp, done) => sftp.stat(name, done)));
  }

  /** Where the server starts from: the home of who logged in. */
  async home(): Promise<string> {
    return this.#textOf(await this.#answered(this.#handle().then(() => this.#client.realPath("."))));
  }

  /** A file's bytes, each chunk asked for once the one before it is taken. */
  async open(path: string, start: number, chunk: number): Promise<Readable> {
    const name = this.#nameOf(path);
    await this.#handle();
    return this.#client.createReadStream(name, { start, highWaterMark: chunk });
  }

  /** A name as ssh2 read it, in our writing. */
  #textOf(name: string): string {
    return this.#codec.decode(Buffer.from(name));
  }

  /** A path as ssh2 takes it. */
  #nameOf(path: string): string {
    const bytes = this.#codec.encode(path);
    if (isUtf8(bytes)) return bytes.toString("utf8");
    throw new DaybookError(
      "unsupported",
      "its name isn't UTF-8: it can't be asked for one request at a time",
    );
  }

  #ask<T>(
    request: (sftp: SFTPWrapper, done: (error: Error | null | undefined, value: T) => void) => void,
  ): Promise<T> {
    return this.#answered(
      this.#handle().then(
        (sftp) =>
          new Promise<T>((resolve, reject) => {
            request(sftp, (error, value) => (error ? reject(error) : resolve(value)));
          }),
      ),
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
