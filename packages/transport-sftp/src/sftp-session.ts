import { once } from "node:events";
import { DaybookError } from "@daybook/core";
import type { Client, ClientChannel, SFTPWrapper } from "ssh2";
import { malformed } from "./border.js";
import { cancelled, fromWire } from "./errors.js";
import { FastPath, openChannel } from "./fast-path.js";
import type { ResolvedOptions } from "./options.js";
import type { Connection } from "./plain-path.js";
import { newConnection, PlainPath } from "./plain-path.js";
import { RequestWatch } from "./request-watch.js";
import type { Line } from "./ssh-connection.js";
import { connectDeadline, handshake, prepare, reach } from "./ssh-connection.js";

/** How many times the timeout something may take in all, before what it brings is counted too. */
const PATIENCE = 4;

/**
 * One SSH connection of ssh2-sftp-client, with its own SFTP channel for one request at a time, and a fast path beside it.
 * The server must answer what is asked; once it doesn't, or the connection is lost, the session is dead and everything
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

  readonly #connection: Connection;
  readonly #line: Line;
  readonly #endListeners = new Set<(failure: DaybookError) => void>();
  #fast: FastPath | undefined;
  #failure: DaybookError | undefined;

  private constructor(
    connection: Connection,
    { sftp, line }: { sftp: SFTPWrapper; line: Line },
    { timeout }: ResolvedOptions,
  ) {
    this.#connection = connection;
    this.#line = line;
    this.patience = PATIENCE * timeout;
    const watch = new RequestWatch({ timeout, onLate: (failure) => this.#end(failure) });
    this.watch = watch;
    const ended = new Promise<never>((_, reject) => this.whenEnded(reject));
    this.plain = new PlainPath(connection, { sftp, watch, ended });
    this.#listen(connection.client);
    this.#listen(sftp);
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
      const connection = newConnection();
      const limits = { ...options, signal: deadline.signal };
      return await handshake(connection.client, credentials, line, limits, async (config) => {
        // Both channels are asked for at once, the client's own first: it is the one that must be there.
        const channel = fast
          ? once(connection.client, "ready").then(() => openChannel(connection.client))
          : undefined;
        const stream = channel?.catch(() => undefined);
        const sftp = await connection.connect(config);
        const session = new SftpSession(connection, { sftp, line }, options);
        await session.#addFast(await stream);
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
    await Promise.allSettled([this.plain.stat(path), this.fast?.stat(path)]);
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

  async #addFast(stream: ClientChannel | undefined): Promise<void> {
    if (stream === undefined) return;
    const fast = new FastPath({ stream, watch: this.watch, onBroken: (failure) => this.#end(failure) });
    const broken = new Promise<never>((_, reject) => this.whenEnded(reject));
    // A server that closes this channel, but kept the other open, can do without it.
    const greeted = await Promise.race([fast.greet(), broken]);
    if (!greeted || this.#failure !== undefined) return;
    this.#fast = fast;
    this.#listen(stream);
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
    this.#connection.end().catch(() => {});
    setTimeout(() => this.#line.destroy(), 1000).unref();
  }

  /** Where another may have been the cause nobody knows whose reply it was: the connection is lost, no more. */
  #blame(failure: DaybookError): DaybookError {
    if (failure.kind !== "protocol" || (this.#operations <= 1 && this.#clear)) return failure;
    const detail = `the connection was given up, with all that was under way on it: ${failure.detail}`;
    return new DaybookError("network", detail, { code: failure.code, cause: failure });
  }
}
