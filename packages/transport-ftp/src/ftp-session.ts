import { DaybookError } from "@daybook/core";
import type { SpareMemory } from "@daybook/core";
import { FTPError } from "basic-ftp";
import { ControlConnection } from "./control-connection.js";
import { connectData } from "./data-connection.js";
import { toDaybookError } from "./errors.js";
import { Login } from "./login.js";
import type { Courtesy } from "./login.js";
import { nameCodec } from "./name-codec.js";
import type { LoginFacts } from "./options.js";
import { PassivePort } from "./passive-port.js";
import type { Address } from "./passive-port.js";
import type { Reply } from "./reply-reader.js";
import type { ServerFacts } from "./server-facts.js";
import { TransferReplies } from "./transfer-replies.js";
import { TransferStream } from "./transfer-stream.js";
import { TryAgain } from "./try-again.js";

export interface TransferOptions {
  /** What the bytes are, for messages: "the listing". */
  readonly what: string;
  /** Byte to start at. */
  readonly start?: number;
  /** Bytes that must come from there, where known. */
  readonly expected?: number;
  /** Where the bytes may be put, if the reader is done with each chunk when it goes on for more. */
  readonly spare?: SpareMemory;
  /** Bytes that may be kept before they are read; asked for again as it goes on. */
  readonly readAhead?: () => number;
  /** Whether to find out with it what the server can take: what then breaks must be worth no more than asking again. */
  readonly trial?: boolean;
  readonly translate: (error: unknown) => Error;
  readonly onSettled: (clean: boolean) => void;
}

// How long a server whose data connection broke gets to say why, in ms: long enough for the reply that is on its way.
const LAST_WORD = 3000;

/** One control connection, logged in. One thing at a time. Its methods reject with what the connection rejects with. */
export class FtpSession {
  readonly #options: LoginFacts;
  readonly #connection: ControlConnection;
  readonly #port: PassivePort;
  #transfer: TransferStream | undefined;
  /** Resolves when the replies to the last transfer are all there: the control connection takes one thing at a time. */
  #repliesDue: Promise<unknown> | undefined;
  /** It is this side that ended it. */
  #closed = false;

  private constructor(options: LoginFacts, server: ServerFacts) {
    this.#options = options;
    this.#connection = new ControlConnection({
      timeout: options.timeout,
      codec: nameCodec(options.encoding),
      onLook: () => this.#transfer?.checkPace(),
    });
    this.#port = new PassivePort({
      ...options,
      server,
      ask: (command) => this.command(command),
      controlHost: () => this.#connection.socket.remoteAddress ?? options.host,
    });
  }

  /** Connects and logs in. Rejects with a `DaybookError`. */
  static async open(options: LoginFacts, server: ServerFacts, signal: AbortSignal): Promise<FtpSession> {
    const without = new Set<Courtesy>();
    for (;;) {
      const session = new FtpSession(options, server);
      const login = new Login({ connection: session.#connection, options, server, without });
      let stop: () => void = () => {};
      const stopped = new Promise<never>((_, reject) => {
        stop = () =>
          reject(new DaybookError("cancelled", "stopped while connecting", { operation: "connect" }));
      });
      signal.addEventListener("abort", stop, { once: true });
      try {
        if (signal.aborted) stop();
        await Promise.race([login.run(), stopped]);
        for (const courtesy of without) server.suspect(courtesy);
        return session;
      } catch (error) {
        session.close();
        const failure = toDaybookError(error, login.phase, { ...options, operation: "connect" });
        const { courtesy } = login;
        const put = failure.kind === "network" || failure.kind === "timeout";
        if (!put || courtesy === undefined || without.has(courtesy)) throw failure;
        without.add(courtesy);
      } finally {
        signal.removeEventListener("abort", stop);
      }
    }
  }

  get usable(): boolean {
    return !this.#connection.closed;
  }

  /** Replies so far. */
  get replies(): number {
    return this.#connection.replies;
  }

  /** Ends it at once; what is under way rejects. */
  close(): void {
    this.#closed = true;
    this.#connection.close();
    this.#transfer?.cancel();
  }

  /** The last reply to one command. Only 2xx resolves. */
  async command(command: string): Promise<Reply> {
    await this.#repliesDue;
    const reply = await this.#connection.ask(command);
    if (reply.code < 300) return reply;
    // It wants something that it won't get.
    this.#connection.unexpected(reply);
    throw new Error(`unexpected reply: ${reply.message}`);
  }

  /**
   * Runs a command that answers with data. Resolves once the server says that data comes. Rejects with `TryAgain` where
   * another way is left.
   */
  async transfer(command: string, options: TransferOptions): Promise<TransferStream> {
    if (this.#repliesDue) await this.#repliesDue;
    const waiting = this.#port.takeAhead();
    const address = waiting ?? (await this.#ask());
    return this.#transferFrom(address, command, options).catch((error: unknown) => {
      if (!(error instanceof FTPError) || error.code !== 425) throw error;
      // It forgets the port when something else is asked in between.
      if (waiting !== undefined) this.#port.answeredAhead(undefined);
      else if (!this.#port.ledNowhere(address)) throw error;
      return this.transfer(command, options);
    });
  }

  #ask(): Promise<Address> {
    return this.#port.ask().catch((error: unknown) => {
      // A port that can't be read leaves the server listening somewhere.
      if (!(error instanceof FTPError)) this.#connection.close();
      throw error;
    });
  }

  async #transferFrom(address: Address, command: string, options: TransferOptions): Promise<TransferStream> {
    const connection = this.#connection;
    const { timeout, minRate } = this.#options;
    // Sent behind the command, the request for the next port costs no round trip and no packet of its own.
    const ahead = this.#port.asksAhead(options.trial ?? false);
    const replies = new TransferReplies({ ahead: ahead !== undefined });
    let dataError: Error | undefined;
    let dataEnded = false;
    let complete = false;
    let clean: boolean | undefined;
    const settle = () => {
      if (clean === false || (clean && complete)) options.onSettled(clean);
    };
    const stream = new TransferStream({
      ...options,
      connect: (sink) => connectData(connection, address, sink, this.#options),
      timeout,
      minRate,
      onDataEnd: (error) => {
        dataEnded = true;
        dataError = error;
        const word = error || clean ? Math.min(timeout, LAST_WORD) : timeout;
        connection.socket.setTimeout(word);
        connection.expect(`${options.what}, sent but not confirmed`, 2 * timeout);
      },
      onSettled: (good) => {
        clean = good;
        settle();
      },
    });
    this.#transfer = stream;
    return new Promise((resolve, reject) => {
      const restart = options.start ? `REST ${options.start}` : undefined;
      const send = () => connection.sendNow(...(ahead === undefined ? [command] : [command, ahead]));
      let restarting = restart !== undefined;
      let begun = false;
      let handedOver = false;
      const handOver = () => {
        handedOver = true;
        resolve(stream);
      };
      const done = connection.exchange(restart, (reply, task) => {
        if (restarting) {
          restarting = false;
          if (reply instanceof Error) task.reject(restartRefused(reply));
          else if (reply.code === 350) send();
          else connection.unexpected(reply);
          return;
        }
        if (reply instanceof Error && !(reply instanceof FTPError)) {
          task.reject(reply);
          return;
        }
        const progress = replies.take(reply);
        if (progress === undefined) return connection.unexpected(reply);
        if (progress === "begun") {
          // The server now talks on the data connection, which has a clock of its own; unless that is over already.
          if (!dataEnded) {
            connection.socket.setTimeout(0);
            connection.expectNothing();
          }
          begun = true;
          stream.whenConnected(handOver);
          return;
        }
        complete = progress === "complete";
        if (complete) {
          this.#repliesDue = undefined;
          connection.expectNothing();
          if (ahead !== undefined && !replies.hungUp) this.#port.answeredAhead(replies.port);
          if (replies.failure) task.reject(replies.failure);
          else task.resolve(reply);
        } else if (dataEnded || !begun) {
          // One reply is there: the other is on its way.
          connection.socket.setTimeout(Math.min(timeout, LAST_WORD));
        } else {
          // The port, named while data come: they have a clock of their own.
          connection.socket.setTimeout(0);
        }
        if (replies.confirmation !== undefined) {
          this.#port.worked(address);
          stream.confirm(replies.confirmation);
          handOver();
        }
        if (complete) settle();
      });
      connection.expect(`an answer to ${command.split(" ", 1)[0]}`, 2 * timeout);
      if (restart === undefined && this.usable) send();
      this.#repliesDue = done.then(undefined, (cause: unknown) => {
        const broken = !complete && !this.#closed;
        if (ahead !== undefined && broken) this.#port.brokeAhead(replies.port !== undefined);
        complete = true;
        this.#repliesDue = undefined;
        const known = cause instanceof FTPError || cause instanceof DaybookError;
        // An answer to what was sent behind the command, but none to the command.
        const silent = replies.port !== undefined ? connection.garbage : undefined;
        const error = known ? cause : (dataError ?? silent ?? connection.explain(cause as Error));
        if (!handedOver) {
          const failed = stream.errored ?? error;
          stream.dismiss();
          const again =
            (broken && ahead !== undefined && !known) || (stream.unmet && this.#port.ledNowhere(address));
          reject(again ? new TryAgain(failed) : failed);
        } else if (replies.confirmation === undefined) {
          // What has arrived is still to be read, and worth keeping: one look at the sockets later.
          const unused = cause instanceof FTPError && cause.code === 425 && stream.received === 0;
          const elsewhere = unused && this.#port.ledNowhere(address);
          const again = options.trial && (elsewhere || (broken && ahead !== undefined && !known));
          setImmediate(() => setImmediate(() => stream.fail(again ? new TryAgain(error) : error)));
        } else settle();
      });
    });
  }
}

function restartRefused(error: Error): Error {
  if (!(error instanceof FTPError)) return error;
  return new DaybookError("unsupported", `the server can't start in the middle of a file: ${error.message}`);
}
