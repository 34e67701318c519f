import { DaybookError } from "@daybook/core";
import type { Client, FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { cancelled, fromWire, losesConnection } from "./errors.js";
import type { ResolvedOptions } from "./options.js";
import type { Line } from "./ssh-connection.js";
import { connectDeadline, handshake, prepare, reach } from "./ssh-connection.js";

/** What OpenSSH's server gives at once at most; ssh2 asks in several turns for more than a server allows. */
const LARGEST_READ = 255 * 1024;
/** What every server must give at once, less what ssh2 keeps for the packet's head. */
const SAFE_READ = 31_952;
/** The deadline is watched in ticks: a busy process then doesn't take its own standstill for the server's. */
const TICKS = 10;

const END_OF_FILE = 1;

type Callback<T> = (error: Error | null | undefined, value: T) => void;
type ReadCallback = Callback<number> & { _wantEOFError?: boolean };

/** Turns the status that means the end, no failure, into an answer of nothing. */
function orEnd<T>(done: Callback<T | undefined>): Callback<T> {
  return (error, value) => {
    if ((error as { code?: unknown } | undefined)?.code === END_OF_FILE) done(undefined, undefined);
    else done(error, value);
  };
}

/**
 * One SSH connection with one SFTP channel. Any number of requests may be under way; ssh2 would wait for their answers
 * for ever, so the one sent longest ago has a deadline here. Past it, or when the connection is lost, the session is
 * dead and everything under way on it rejects with the reason.
 */
export class SftpSession {
  readonly #wrapper: SftpClient;
  readonly #sftp: SFTPWrapper;
  readonly #line: Line;
  readonly #options: ResolvedOptions;
  readonly #endListeners = new Set<(failure: DaybookError) => void>();
  readonly #pending = new Map<number, (reason: DaybookError) => void>();
  #sent = 0;
  #newestAnswered = -1;
  #failure: DaybookError | undefined;
  #timer: NodeJS.Timeout | undefined;
  #oldest = -1;
  #ticks = 0;

  private constructor(wrapper: SftpClient, sftp: SFTPWrapper, line: Line, options: ResolvedOptions) {
    this.#wrapper = wrapper;
    this.#sftp = sftp;
    this.#line = line;
    this.#options = options;
  }

  /** Connects and logs in, within the timeout. */
  static async open(options: ResolvedOptions, signal: AbortSignal): Promise<SftpSession> {
    const deadline = connectDeadline(signal, options.timeout, options.target);
    try {
      const credentials = await prepare(options.target);
      const line = await reach(options, deadline.signal);
      // Without callbacks of ours it writes to the console.
      const wrapper = new SftpClient("daybook", {});
      const client = (wrapper as unknown as { client: Client }).client;
      const limits = { ...options, signal: deadline.signal };
      const sftp = await handshake(client, credentials, line, limits, (config) => wrapper.connect(config));
      const session = new SftpSession(wrapper, sftp, line, options);
      session.#listen(client);
      return session;
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
    return this.#sent;
  }

  /** Whether the server has answered a request that was sent after the first `sent` ones, one way or the other. */
  answeredSince(sent: number): boolean {
    return this.#newestAnswered >= sent;
  }

  /** The most bytes one read may ask for. */
  get largestRead(): number {
    const allowed = (this.#sftp as { _maxReadLen?: number })._maxReadLen ?? SAFE_READ;
    return Math.min(LARGEST_READ, allowed);
  }

  openDirectory(path: string): Promise<Buffer> {
    return this.#request((done) => this.#sftp.opendir(path, done));
  }

  /** The next entries of a directory; undefined once there are no more. */
  readDirectory(handle: Buffer): Promise<FileEntryWithStats[] | undefined> {
    return this.#request((done) => this.#sftp.readdir(handle, orEnd(done)));
  }

  openFile(path: string): Promise<Buffer> {
    return this.#request((done) => this.#sftp.open(path, "r", done));
  }

  /** At least one byte from `position` and `length` at most; undefined where the server says that the file ends. */
  read(handle: Buffer, position: number, length: number): Promise<Buffer | undefined> {
    const buffer = Buffer.allocUnsafe(length);
    return this.#request((done) => {
      const onRead = orEnd((error: Error | null | undefined, count: number | undefined) => {
        if (count === 0) done(new Error("malformed reply: neither bytes nor the end"), undefined);
        else done(error, count === undefined ? undefined : buffer.subarray(0, count));
      }) as ReadCallback;
      // Asks ssh2 for the status itself: else the end looks like a reply of no bytes.
      onRead._wantEOFError = true;
      this.#sftp.read(handle, buffer, 0, length, position, onRead);
    });
  }

  stat(path: string): Promise<Stats> {
    return this.#request((done) => this.#sftp.stat(path, done));
  }

  /** Nobody waits for the answer: a handle that can't be closed ends with the connection. */
  closeHandle(handle: Buffer): void {
    this.#request<unknown>((done) => this.#sftp.close(handle, (error) => done(error, undefined))).catch(
      () => {},
    );
  }

  /** Ends the connection; what is under way rejects with kind "cancelled". Safe to call twice. */
  close(): void {
    this.#end(cancelled("the connection was closed"));
  }

  #listen(client: Client): void {
    const lost = () => this.#end(new DaybookError("network", "the server closed the connection"));
    const failed = (error: Error) => this.#end(fromWire(error, "connect"));
    client.on("error", failed).on("end", lost).on("close", lost);
    this.#sftp.on("error", failed).on("end", lost).on("close", lost);
  }

  #request<T>(send: (done: Callback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const id = this.#sent++;
      this.#pending.set(id, reject);
      this.#timer ??= setInterval(() => this.#tick(), this.#options.timeout / TICKS);
      send((error, value) => {
        if (!this.#pending.has(id)) return;
        const failure = error ? fromWire(error, "request") : undefined;
        // ssh2 tells the requests of a lost connection before it tells of the loss.
        if (losesConnection(failure)) return this.#end(failure!);
        this.#pending.delete(id);
        this.#newestAnswered = Math.max(this.#newestAnswered, id);
        if (failure !== undefined) reject(failure);
        else resolve(value);
      });
    });
  }

  #tick(): void {
    const [oldest] = this.#pending.keys();
    if (oldest === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else if (oldest !== this.#oldest) {
      this.#oldest = oldest;
      this.#ticks = 0;
    } else if (++this.#ticks >= TICKS) {
      const detail = `the server left a request without an answer for ${this.#options.timeout} ms`;
      this.#end(new DaybookError("timeout", detail));
    }
  }

  #end(failure: DaybookError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    clearInterval(this.#timer);
    for (const listener of [...this.#endListeners]) listener(failure);
    for (const reject of this.#pending.values()) reject(failure);
    this.#pending.clear();
    if (failure.kind !== "cancelled") return this.#line.destroy();
    // Says goodbye, but doesn't wait for the answer of a server that may be gone.
    this.#wrapper.end().catch(() => {});
    setTimeout(() => this.#line.destroy(), 1000).unref();
  }
}
