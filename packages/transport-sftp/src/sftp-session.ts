import { once } from "node:events";
import { DaybookError } from "@daybook/core";
import type { ClientChannel } from "ssh2";
import { Client } from "ssh2";
import { cancelled, fromWire } from "./errors.js";
import type { ResolvedOptions } from "./options.js";
import type { Done, Request } from "./sftp-channel.js";
import { SftpChannel } from "./sftp-channel.js";
import type { Line } from "./ssh-connection.js";
import { connectDeadline, handshake, prepare, reach } from "./ssh-connection.js";
import type { Attributes, Fields, NamedEntry } from "./wire.js";
import { FOR_READING, LIMITS, malformed, REPLY, REQUEST, STATUS } from "./wire.js";

/** What OpenSSH's server gives at once at most. */
const LARGEST_READ = 255 * 1024;
/** What every server must give at once. */
const SAFE_READ = 32 * 1024;
/** The deadline is watched in ticks: a busy process then doesn't take its own standstill for the server's. */
const TICKS = 10;

const handleIn = (fields: Fields) => Buffer.from(fields.bytes());
const namesIn = (fields: Fields) => fields.names();
const attributesIn = (fields: Fields) => fields.attributes();
const nothingIn = () => undefined;
/** The longest packet comes first, then the longest read. */
const readLimitIn = (fields: Fields) => (fields.longNumber(), fields.longNumber());

/**
 * One SSH connection with one SFTP channel. Any number of requests may be under way; the one sent longest ago has a
 * deadline. Past it, or when the connection is lost, the session is dead and everything under way on it ends with the
 * reason.
 */
export class SftpSession {
  readonly #client: Client;
  readonly #channel: SftpChannel;
  readonly #line: Line;
  readonly #timeout: number;
  readonly #endListeners = new Set<(failure: DaybookError) => void>();
  #largestRead = SAFE_READ;
  #failure: DaybookError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #oldest: number | undefined;
  #ticks = 0;

  private constructor(client: Client, stream: ClientChannel, line: Line, { timeout }: ResolvedOptions) {
    this.#client = client;
    this.#line = line;
    this.#timeout = timeout;
    this.#channel = new SftpChannel({ stream, onBroken: (failure) => this.#end(failure) });
  }

  /** Connects and logs in, within the timeout. */
  static async open(options: ResolvedOptions, signal: AbortSignal): Promise<SftpSession> {
    const deadline = connectDeadline(signal, options.timeout, options.target);
    try {
      const credentials = await prepare(options.target);
      const line = await reach(options, deadline.signal);
      const client = new Client();
      const limits = { ...options, signal: deadline.signal };
      return await handshake(client, credentials, line, limits, async (config) => {
        client.connect(config);
        await once(client, "ready");
        const stream = await subsystem(client);
        const session = new SftpSession(client, stream, line, options);
        await session.#greet(stream);
        session.#listen(stream);
        return session;
      });
    } finally {
      deadline.done();
    }
  }

  /** Why the session can't be used any more; undefined while it can. */
  get failure(): DaybookError | undefined {
    return this.#failure;
  }

  /** Has it called once when the session ends, at once if it has; the returned function takes that back. */
  whenEnded(listener: (failure: DaybookError) => void): () => void {
    if (this.#failure !== undefined) listener(this.#failure);
    else this.#endListeners.add(listener);
    return () => void this.#endListeners.delete(listener);
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.#channel.sent;
  }

  /** Whether the server has answered a request that was sent after the first `sent` ones, one way or the other. */
  answeredSince(sent: number): boolean {
    return this.#channel.newestAnswered >= sent;
  }

  /** The most bytes one read may ask for. */
  get largestRead(): number {
    return this.#largestRead;
  }

  openDirectory(path: string): Promise<Buffer> {
    return this.#value({ type: REQUEST.OPENDIR, subject: path, reply: REPLY.HANDLE, parse: handleIn });
  }

  /** The next entries of a directory; undefined once there are no more. */
  readDirectory(handle: Buffer): Promise<NamedEntry[] | undefined> {
    return this.#outcome({ type: REQUEST.READDIR, subject: handle, reply: REPLY.NAME, parse: namesIn });
  }

  openFile(path: string, done: Done<Buffer>): void {
    this.#request(
      { type: REQUEST.OPEN, subject: path, numbers: [FOR_READING, 0], reply: REPLY.HANDLE, parse: handleIn },
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

  stat(path: string): Promise<Attributes> {
    return this.#value({ type: REQUEST.STAT, subject: path, reply: REPLY.ATTRS, parse: attributesIn });
  }

  /** Nobody waits for the answer: a handle that can't be closed ends with the connection. */
  closeHandle(handle: Buffer): void {
    this.#request({ type: REQUEST.CLOSE, subject: handle, reply: REPLY.STATUS, parse: nothingIn }, () => {});
  }

  /** Ends the connection; what is under way rejects with kind "cancelled". Safe to call twice. */
  close(): void {
    this.#end(cancelled("the connection was closed"));
  }

  async #greet(stream: ClientChannel): Promise<void> {
    const broken = new Promise<never>((_, reject) => this.whenEnded(reject));
    const extensions = await Promise.race([this.#channel.greet(), broken, refused(stream)]);
    if (!extensions.has(LIMITS)) return;
    // Nobody waits for it: it comes before the first file's handle.
    this.#request(
      { type: REQUEST.EXTENDED, subject: LIMITS, reply: REPLY.EXTENDED, parse: readLimitIn },
      (_, limit) => (this.#largestRead = Math.min(LARGEST_READ, limit || SAFE_READ)),
    );
  }

  #listen(stream: ClientChannel): void {
    const lost = () => this.#end(new DaybookError("network", "the server closed the connection"));
    const failed = (error: Error) => this.#end(fromWire(error, "connect"));
    this.#client.on("error", failed).on("end", lost).on("close", lost);
    stream.on("error", failed).on("end", lost).on("close", lost);
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
    this.#timer ??= setInterval(() => this.#tick(), this.#timeout / TICKS);
    this.#channel.request(request, done);
  }

  #tick(): void {
    const { oldest } = this.#channel;
    if (oldest === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (oldest !== this.#oldest) {
      this.#oldest = oldest;
      this.#ticks = 0;
    } else if (++this.#ticks >= TICKS) {
      const detail = `the server left a request without an answer for ${this.#timeout} ms`;
      this.#end(new DaybookError("timeout", detail));
    }
  }

  #end(failure: DaybookError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    clearInterval(this.#timer);
    for (const listener of [...this.#endListeners]) listener(failure);
    this.#channel.end(failure);
    if (failure.kind !== "cancelled") return this.#line.destroy();
    // Says goodbye, but doesn't wait for the answer of a server that may be gone.
    this.#client.end();
    setTimeout(() => this.#line.destroy(), 1000).unref();
  }
}

/** Where the end makes no sense. */
function endOfFile(): DaybookError {
  return fromWire({ message: "End of file", code: STATUS.END_OF_FILE }, "request");
}

function bytesIn(fields: Fields, asked: number): Buffer {
  const bytes = fields.bytes();
  if (bytes.length > 0 && bytes.length <= asked) return bytes;
  throw malformed(`it holds ${bytes.length} bytes where ${asked} were asked for`);
}

function subsystem(client: Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.subsys("sftp", (error, stream) => {
      if (error) return reject(error);
      // Nobody reads it, but it fills the same window.
      stream.stderr.resume();
      resolve(stream);
    });
  });
}

/** Rejects where the server closes the channel: it knows the subsystem, but can't run it. */
function refused(stream: ClientChannel): Promise<never> {
  return new Promise((_, reject) => {
    stream.once("close", (code: number | undefined) => {
      const how = code === undefined ? "unexpected end" : `exit code ${code}`;
      reject(Object.assign(new Error(`Received ${how} while establishing SFTP session`), { code }));
    });
  });
}
