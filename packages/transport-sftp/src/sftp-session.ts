import type { NameCodec } from "@daybook/core";
import { DaybookError } from "@daybook/core";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { malformed, readSize } from "./border.js";
import { cancelled, fromWire } from "./errors.js";
import { FastPath, openChannel } from "./fast-path.js";
import type { ResolvedOptions } from "./options.js";
import { PlainClient } from "./plain-client.js";
import { PlainPath } from "./plain-path.js";
import { RequestWatch } from "./request-watch.js";
import type { Line } from "./ssh-connection.js";
import { connectDeadline, handshake, prepare, reach } from "./ssh-connection.js";

/** How many times the timeout something may take in all, before what it brings is counted too. */
const PATIENCE = 4;

/**
 * One SSH connection of ssh2-sftp-client, with a fast path of our own over it, and the client's own handle, opened when it
 * is needed, for one request at a time. The server must answer what is asked; once it doesn't, or the connection is lost, the session is dead and everything
 * under way on it ends with the reason.
 */
export class SftpSession {
  readonly plain: PlainPath;
  readonly watch: RequestWatch;
  /** ms that anything may take, whatever it brings. */
  readonly patience: number;
  #operations = 0;
  /** Whether all that came before the only operation that is under way is known to be answered. */
  #clear = true;
  /** Files that are open on it; who opens them counts them. */
  openFiles = 0;

  readonly #client: PlainClient;
  readonly #line: Line;
  readonly #codec: NameCodec;
  readonly #endListeners = new Set<(failure: DaybookError) => void>();
  #fast: FastPath | undefined;
  #handle: SFTPWrapper | undefined;
  #failure: DaybookError | undefined;

  private constructor(client: PlainClient, line: Line, { timeout, codec }: ResolvedOptions) {
    this.#client = client;
    this.#line = line;
    this.#codec = codec;
    this.patience = PATIENCE * timeout;
    const watch = new RequestWatch({ timeout, onLate: (failure) => this.#end(failure) });
    this.watch = watch;
    const ended = new Promise<never>((_, reject) => this.whenEnded(reject));
    this.plain = new PlainPath({ client, codec, watch, ended, handle: () => this.#openHandle() });
    this.#listen(client.client);
  }

  /** Connects and logs in, within the timeout; with a fast path where that is wanted and to be had. */
  static async open(
    options: ResolvedOptions,
    { signal, fast }: { signal: AbortSignal; fast: boolean },
  ): Promise<SftpSession> {
    const deadline = connectDeadline(signal, options.timeout, options.target);
    try {
      const credentials = await prepare(options.target);
      const line = await reach(options, deadline.signal);
      const client = new PlainClient();
      const limits = { ...options, signal: deadline.signal };
      return await handshake(client.client, credentials, line, limits, async (config) => {
        await client.logIn(config);
        const session = new SftpSession(client, line, options);
        if (fast) await session.#addFast();
        if (session.#fast === undefined) session.#use(await client.handle());
        return session;
      });
    } finally {
      deadline.done();
    }
  }

  /** Undefined where it isn't wanted, or where the server gives the connection one channel only. */
  get fast(): FastPath | undefined {
    return this.#fast;
  }

  /** Why the session can't be used any more; undefined while it can. */
  get failure(): DaybookError | undefined {
    return this.#failure;
  }

  /** Has it called once when the session ends, at once if it has; the returned function takes that back. */
  whenEnded(listener: (failure: DaybookError) => void): () => void {
    if (this.#failure !== undefined) listener(this.#blame(this.#failure));
    else this.#endListeners.add(listener);
    return () => void this.#endListeners.delete(listener);
  }

  /** Lists and reads that are under way on it. */
  get operations(): number {
    return this.#operations;
  }

  /** One more begins; the returned function ends it. */
  began(): () => void {
    // The very first has nothing before it.
    this.#clear = this.#operations === 0 && this.#clear;
    this.#operations++;
    return () => {
      this.#operations--;
      this.#clear = false;
    };
  }

  /**
   * For who has it alone: waits until what others asked is answered, whatever else the server sent for it. What breaks
   * the session from then on was for the one that is under way.
   */
  async settle(path: string): Promise<void> {
    const paths = [this.#handle === undefined ? undefined : this.plain, this.#fast];
    await Promise.allSettled(paths.map((each) => each?.stat(path)));
    this.#clear = this.#failure === undefined;
  }

  /** Requests sent so far. */
  get sent(): number {
    return this.watch.sent;
  }

  /** Whether the server has answered a request that was sent after the first `sent` ones, one way or the other. */
  answeredSince(sent: number): boolean {
    return this.watch.newestAnswered >= sent;
  }

  /** Ends the connection; what is under way rejects with kind "cancelled". Safe to call twice. */
  close(): void {
    this.#end(cancelled("the connection was closed"));
  }

  async #addFast(): Promise<void> {
    const stream = await openChannel(this.#client.client).catch(() => undefined);
    if (stream === undefined) return;
    const onBroken = (failure: DaybookError) => this.#end(failure);
    const fast = new FastPath({ stream, codec: this.#codec, watch: this.watch, onBroken });
    const broken = new Promise<never>((_, reject) => this.whenEnded(reject));
    // A server that closes this channel may do better with the client's.
    const greeted = await Promise.race([fast.greet(), broken]);
    if (!greeted || this.#failure !== undefined) return;
    this.#fast = fast;
    this.#listen(stream);
  }

  /** The client's handle, where the session was opened without needing it. */
  async #openHandle(): Promise<SFTPWrapper> {
    if (this.#handle !== undefined) return this.#handle;
    try {
      const handle = await this.#client.handle();
      this.#use(handle);
      return handle;
    } catch (error) {
      const detail = `the server gives the connection no second channel: ${fromWire(error, "connect").detail}`;
      const failure = new DaybookError("network", detail, { cause: error });
      this.#end(failure);
      throw failure;
    }
  }

  #use(handle: SFTPWrapper): void {
    if (this.#handle !== undefined) return;
    this.#handle = handle;
    this.#listen(handle);
    // ssh2 believes whatever the server says that it gives at once, and would ask for a byte at a time.
    const limited = handle as unknown as { _maxReadLen?: number };
    if (limited._maxReadLen !== undefined) limited._maxReadLen = readSize(limited._maxReadLen);
  }

  #listen(part: Pick<Client | SFTPWrapper | ClientChannel, "on">): void {
    const lost = () => this.#end(new DaybookError("network", "the server closed the connection"));
    // ssh2 stumbles over some of what it can't read instead of telling it.
    const stumbled = (error: Error) => error instanceof TypeError || error instanceof RangeError;
    const failed = (error: Error) =>
      this.#end(stumbled(error) ? malformed("ssh2 can't go on after it") : fromWire(error, "connect"));
    (part as Client).on("error", failed).on("end", lost).on("close", lost);
  }

  #end(failure: DaybookError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.watch.stop();
    const told = this.#blame(failure);
    for (const listener of [...this.#endListeners]) listener(told);
    this.#fast?.end(told);
    if (failure.kind !== "cancelled") return this.#line.destroy();
    // Says goodbye, but doesn't wait for the answer of a server that may be gone.
    this.#client.client.end();
    setTimeout(() => this.#line.destroy(), 1000).unref();
  }

  /** Where another may have been the cause nobody knows whose reply it was: the connection is lost, no more. */
  #blame(failure: DaybookError): DaybookError {
    if (failure.kind !== "protocol" || (this.#operations <= 1 && this.#clear)) return failure;
    const detail = `the connection was given up, with all that was under way on it: ${failure.detail}`;
    return new DaybookError("network", detail, { code: failure.code, cause: failure });
  }
}
