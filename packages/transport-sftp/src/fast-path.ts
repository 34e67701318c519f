import { once } from "node:events";
import type { DaybookError, NameCodec } from "@daybook/core";
import type { Client, ClientChannel } from "ssh2";
import { checkHandle, malformed, readSize } from "./border.js";
import { fromWire } from "./errors.js";
import type { NamesReply, RemoteReads } from "./remote-reads.js";
import type { RequestWatch } from "./request-watch.js";
import type { Done, Request } from "./sftp-channel.js";
import { SftpChannel } from "./sftp-channel.js";
import type { Attributes, Fields } from "./wire.js";
import { encodeInit, FOR_READING, LIMITS, REPLY, REQUEST, STATUS } from "./wire.js";

const handleIn = (fields: Fields) => checkHandle(Buffer.from(fields.bytes()));
const attributesIn = (fields: Fields) => fields.attributes();
const nothingIn = () => undefined;
/** The longest packet comes first, then the longest read. */
const readLimitIn = (fields: Fields) => (fields.longNumber(), Number(fields.longNumber()));

const PROBE = { type: REQUEST.STAT, subject: "/", reply: REPLY.ATTRS, parse: nothingIn };

export interface FastPathOptions {
  readonly stream: ClientChannel;
  readonly codec: NameCodec;
  readonly watch: RequestWatch;
  readonly onBroken: (failure: DaybookError) => void;
}

/** Many requests under way on a channel of its own, next to the client's: what opens, lists and reads in the fewest round trips. */
export class FastPath implements RemoteReads {
  readonly #channel: SftpChannel;
  readonly #stream: ClientChannel;
  readonly #codec: NameCodec;
  #largestRead = readSize(undefined);
  #failure: DaybookError | undefined;

  constructor({ stream, codec, watch, onBroken }: FastPathOptions) {
    this.#stream = stream;
    this.#codec = codec;
    this.#channel = new SftpChannel({ stream, watch, onBroken });
  }

  /** Resolves with false where the server closes the channel instead. */
  async greet(): Promise<boolean> {
    if (this.#stream.destroyed) return false;
    const closed = once(this.#stream, "close").then(() => undefined);
    const extensions = await Promise.race([this.#channel.greet(), closed]);
    if (extensions === undefined) return false;
    // Nobody waits for it: it comes before the first file's handle.
    if (extensions.has(LIMITS)) {
      this.#request(
        { type: REQUEST.EXTENDED, subject: LIMITS, reply: REPLY.EXTENDED, parse: readLimitIn },
        (_, limit) => (this.#largestRead = readSize(limit)),
      );
    }
    return true;
  }

  /** The most bytes one read may ask for. */
  get largestRead(): number {
    return this.#largestRead;
  }

  openDirectory(path: string): Promise<Buffer> {
    const subject = this.#codec.encode(path);
    return this.#value({ type: REQUEST.OPENDIR, subject, reply: REPLY.HANDLE, parse: handleIn });
  }

  readDirectory(handle: Buffer): Promise<NamesReply | undefined> {
    const parse = (fields: Fields) => ({ bytes: fields.left, entries: fields.names(this.#codec) });
    return this.#outcome({ type: REQUEST.READDIR, subject: handle, reply: REPLY.NAME, parse });
  }

  stat(path: string): Promise<Attributes> {
    const subject = this.#codec.encode(path);
    return this.#value({ type: REQUEST.STAT, subject, reply: REPLY.ATTRS, parse: attributesIn });
  }

  home(): Promise<string> {
    const parse = (fields: Fields) => {
      const [first] = fields.names(this.#codec);
      if (first === undefined) throw malformed("it holds no path");
      return first.name;
    };
    return this.#value({ type: REQUEST.REALPATH, subject: ".", reply: REPLY.NAME, parse });
  }

  openFile(path: string, done: Done<Buffer>): void {
    const subject = this.#codec.encode(path);
    this.#request(
      { type: REQUEST.OPEN, subject, numbers: [FOR_READING, 0], reply: REPLY.HANDLE, parse: handleIn },
      (failure, handle) => done(failure ?? (handle ? undefined : endOfFile()), handle),
    );
  }

  /** At least one byte from `position` and `length` at most; nothing where the server says that the file ends. */
  read(
    handle: Buffer,
    {
      position,
      length,
      memory,
    }: { position: number; length: number; memory?: (length: number) => Buffer | undefined },
    done: Done<Buffer>,
  ): void {
    const numbers = [Math.floor(position / 2 ** 32), position % 2 ** 32, length];
    const parse = (fields: Fields) => bytesIn(fields, length);
    this.#request({ type: REQUEST.READ, subject: handle, numbers, reply: REPLY.DATA, parse, memory }, done);
  }

  closeHandle(handle: Buffer): void {
    this.#request({ type: REQUEST.CLOSE, subject: handle, reply: REPLY.STATUS, parse: nothingIn }, () => {});
  }

  /** Ends every request with the failure, and those to come. */
  end(failure: DaybookError): void {
    this.#failure ??= failure;
    this.#channel.end(failure);
  }

  async #value<T>(request: Request<T>): Promise<T> {
    const value = await this.#outcome(request);
    if (value === undefined) throw endOfFile();
    return value;
  }

  #outcome<T>(request: Request<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) =>
      this.#request(request, (failure, value) => (failure === undefined ? resolve(value) : reject(failure))),
    );
  }

  #request<T>(request: Request<T>, done: Done<T>): void {
    if (this.#failure !== undefined) return done(this.#failure, undefined);
    this.#channel.request(request, (failure, value) => {
      const unread = failure?.kind === "protocol" && failure.code === undefined;
      if (!unread || this.#failure !== undefined) return done(this.#failure ?? failure, value);
      // Another's reply may have put the channel out of step: then the next answer ends the session, and this isn't to blame.
      this.#channel.request(PROBE, () => done(this.#failure ?? failure, undefined));
    });
  }
}

/** A channel for SFTP besides the client's own, with the greeting sent. */
export function openChannel(client: Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.subsys("sftp", (error, stream) => {
      if (error) return reject(error);
      // Nobody reads it, but it fills the same window.
      stream.stderr.resume();
      // At once: the answer waits in the stream until somebody reads it.
      stream.write(encodeInit());
      resolve(stream);
    });
  });
}

/** Where the end makes no sense. */
export function endOfFile(): DaybookError {
  return fromWire({ message: "End of file", code: STATUS.END_OF_FILE }, "request");
}

function bytesIn(fields: Fields, asked: number): Buffer {
  const bytes = fields.bytes();
  if (bytes.length > 0 && bytes.length <= asked) return bytes;
  throw malformed(`it holds ${bytes.length} bytes where ${asked} were asked for`);
}
