import { DaybookError } from "@daybook/core";
import type { SpareMemory } from "@daybook/core";
import { Client, FTPError } from "basic-ftp";
import type { FTPContext, FTPResponse } from "basic-ftp";
import { addressIn, connectData, passiveAddress } from "./data-connection.js";
import type { Address, ServerFacts } from "./data-connection.js";
import { toDaybookError } from "./errors.js";
import type { WireError } from "./errors.js";
import { isUtf8Name, nameCodec } from "./name-codec.js";
import type { NameCodec } from "./name-codec.js";
import type { ResolvedFtpOptions } from "./options.js";
import { TransferReplies } from "./transfer-replies.js";
import { TransferStream } from "./transfer-stream.js";

type ResponseHandler = Parameters<FTPContext["handle"]>[1];

export interface TransferOptions {
  /** Byte to start at. */
  readonly start?: number;
  /** Bytes that must come from there, where known. */
  readonly expected?: number;
  /** Where the bytes may be put, if the reader is done with each chunk when it goes on for more. */
  readonly spare?: SpareMemory;
  /** Bytes that may be kept before they are read; asked for again as it goes on. */
  readonly readAhead?: () => number;
  readonly translate: (error: unknown) => Error;
  readonly onSettled: (clean: boolean) => void;
}

// How long a server whose data connection broke gets to say why, in ms: long enough for the reply that is on its way.
const LAST_WORD = 3000;

// A server may stop listening on a port that nobody comes to; then it is asked for another. In ms.
const PORT_LIFE = 15_000;

// Connections that may break while it is found out whether a server takes a second command behind the first.
const AHEAD_TRIALS = 2;

/** One control connection, logged in. One thing at a time. Its methods reject with what basic-ftp rejects with. */
export class FtpSession {
  readonly #options: ResolvedFtpOptions;
  readonly #server: ServerFacts;
  readonly #client: Client;
  readonly #codec: NameCodec;
  #transfer: TransferStream | undefined;
  /** Where the server listens for the next data connection already. */
  #next: { readonly address: Address; readonly since: number } | undefined;
  /** Resolves when the replies to the last transfer are all there: the control connection takes one thing at a time. */
  #repliesDue: Promise<unknown> | undefined;
  #replies = 0;
  #heard = "";

  private constructor(options: ResolvedFtpOptions, server: ServerFacts) {
    this.#options = options;
    this.#server = server;
    this.#client = new Client(options.timeout);
    this.#codec = nameCodec(options.encoding);
    // A character for each byte: what the bytes mean is the codec's to say.
    this.#client.ftp.encoding = "latin1";
  }

  /** Connects and logs in. Rejects with a `DaybookError`. */
  static async open(
    options: ResolvedFtpOptions,
    server: ServerFacts,
    signal: AbortSignal,
  ): Promise<FtpSession> {
    const session = new FtpSession(options, server);
    const reached: { phase: WireError["phase"] } = { phase: "connect" };
    let stop: () => void = () => {};
    const stopped = new Promise<never>((_, reject) => {
      stop = () =>
        reject(new DaybookError("cancelled", "stopped while connecting", { operation: "connect" }));
    });
    signal.addEventListener("abort", stop, { once: true });
    try {
      if (signal.aborted) stop();
      await Promise.race([session.#logIn(reached), stopped]);
      return session;
    } catch (error) {
      session.close();
      throw toDaybookError(session.#explain(error), reached.phase, { ...options, operation: "connect" });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  get usable(): boolean {
    return !this.#client.closed;
  }

  /** Replies so far. */
  get replies(): number {
    return this.#replies;
  }

  /** Ends it at once; what is under way rejects. */
  close(): void {
    this.#client.close();
    this.#transfer?.cancel();
  }

  /** The last reply to one command. Only 2xx resolves. */
  async command(command: string): Promise<FTPResponse> {
    await this.#repliesDue;
    this.#heard = "";
    try {
      return (await this.#handle(command, (reply, task) => {
        this.#count(reply);
        if (reply instanceof Error) task.reject(reply);
        else if (reply.code >= 200 && reply.code < 300) task.resolve(reply);
        else if (reply.code < 100 || reply.code >= 300) this.#unexpected(reply);
      })) as FTPResponse;
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Runs a command that answers with data. Resolves once the server says that data comes. */
  async transfer(command: string, options: TransferOptions): Promise<TransferStream> {
    if (this.#repliesDue) await this.#repliesDue;
    const waiting = this.#portAhead();
    if (waiting === undefined) return this.#transferFrom(await this.#port(), command, options);
    return this.#transferFrom(waiting, command, options).catch((error: unknown) => {
      if (!(error instanceof FTPError) || error.code !== 425) throw error;
      // It forgets the port when something else is asked in between.
      this.#server.answersAhead = false;
      return this.transfer(command, options);
    });
  }

  async #transferFrom(address: Address, command: string, options: TransferOptions): Promise<TransferStream> {
    const { ftp } = this.#client;
    const { timeout } = this.#options;
    // Sent behind the command, the request for the next port costs no round trip and no packet of its own.
    const ahead = this.#asksAhead();
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
      connect: (sink) => connectData(ftp, address, sink),
      timeout,
      onDataEnd: (error) => {
        dataEnded = true;
        dataError = error;
        ftp.socket.setTimeout(error || clean ? Math.min(timeout, LAST_WORD) : timeout);
      },
      onSettled: (good) => {
        clean = good;
        settle();
      },
    });
    this.#transfer = stream;
    return new Promise((resolve, reject) => {
      const restart = options.start ? `REST ${options.start}` : undefined;
      const send = () => {
        const line = this.#onWire(command);
        ftp.socket.write(ahead === undefined ? `${line}\r\n` : `${line}\r\n${ahead}\r\n`, "latin1");
      };
      let restarting = restart !== undefined;
      let begun = false;
      this.#heard = "";
      const done = this.#handle(restart, (reply, task) => {
        this.#count(reply);
        if (restarting) {
          restarting = false;
          if (reply instanceof Error) task.reject(restartRefused(reply));
          else if (reply.code === 350) send();
          else this.#unexpected(reply);
          return;
        }
        if (reply instanceof Error && !(reply instanceof FTPError)) {
          task.reject(reply);
          return;
        }
        const progress = replies.take(reply);
        if (progress === undefined) return this.#unexpected(reply as FTPResponse);
        if (progress === "begun") {
          // The server now talks on the data connection, which has a clock of its own; unless that is over already.
          if (!dataEnded) ftp.socket.setTimeout(0);
          begun = true;
          resolve(stream);
          return;
        }
        complete = progress === "complete";
        if (complete) {
          this.#repliesDue = undefined;
          if (ahead !== undefined) this.#answeredAhead(replies.port);
          if (replies.failure) task.reject(replies.failure);
          else task.resolve(reply);
        } else {
          // One reply is there: the other is on its way.
          ftp.socket.setTimeout(Math.min(timeout, LAST_WORD));
        }
        if (replies.confirmation !== undefined) {
          begun = true;
          stream.confirm(replies.confirmation);
          resolve(stream);
        }
        if (complete) settle();
      });
      if (restart === undefined && this.usable) send();
      this.#repliesDue = done.then(undefined, (cause: unknown) => {
        if (ahead !== undefined && !complete) this.#brokeAhead();
        complete = true;
        this.#repliesDue = undefined;
        const known = cause instanceof FTPError || cause instanceof DaybookError;
        // An answer to what was sent behind the command, but none to the command.
        const silent =
          replies.port !== undefined ? this.#garbage(this.#heard.replace(/^\d{3} .*$/gm, "")) : undefined;
        const error = known ? cause : (dataError ?? silent ?? this.#explain(cause));
        if (!begun) {
          const failed = stream.errored;
          stream.dismiss();
          reject(failed ?? error);
        } else if (replies.confirmation === undefined) {
          // What has arrived is still to be read, and worth keeping: one look at the sockets later.
          setImmediate(() => setImmediate(() => stream.fail(error)));
        } else settle();
      });
    });
  }

  #onWire(text: string): string {
    return this.#codec.encode(text).toString("latin1");
  }

  #inText(reply: FTPResponse | Error): FTPResponse | Error {
    if (reply instanceof Error && !(reply instanceof FTPError)) return reply;
    const message = this.#codec.decode(Buffer.from(reply.message, "latin1"));
    return reply instanceof FTPError ? Object.assign(reply, { message }) : { ...reply, message };
  }

  #handle(command: string | undefined, handler: ResponseHandler): Promise<unknown> {
    // basic-ftp writes down a stack for every command, which costs more than the command.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return this.#client.ftp.handle(command && this.#onWire(command), (reply, task) => {
        handler(this.#inText(reply), task);
      });
    } finally {
      Error.stackTraceLimit = limit;
    }
  }

  #portAhead(): Address | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next !== undefined && performance.now() - next.since < PORT_LIFE ? next.address : undefined;
  }

  get #controlHost(): string {
    return this.#client.ftp.socket.remoteAddress ?? this.#options.host;
  }

  async #port(): Promise<Address> {
    const request = (text: string) => this.command(text);
    return passiveAddress(request, this.#controlHost, this.#server, this.#options).catch((error: unknown) => {
      // A port that can't be read leaves the server listening somewhere.
      if (!(error instanceof FTPError)) this.close();
      throw error;
    });
  }

  /** The request for the next port, if it may be sent ahead. While a server isn't known to answer it, one tries. */
  #asksAhead(): string | undefined {
    const server = this.#server;
    if (server.answersAhead === undefined && !server.tryingAhead) server.tryingAhead = true;
    else if (!server.answersAhead) return undefined;
    return this.#options.forcePasv || server.epsvRefused ? "PASV" : "EPSV";
  }

  #answeredAhead(port: FTPResponse | undefined): void {
    const server = this.#server;
    server.tryingAhead = false;
    const address = port && addressIn(port.message, this.#controlHost, this.#options);
    server.answersAhead = address !== undefined;
    this.#next = address && { address, since: performance.now() };
  }

  #brokeAhead(): void {
    const server = this.#server;
    if (server.answersAhead !== undefined) return;
    server.tryingAhead = false;
    server.brokeAhead = (server.brokeAhead ?? 0) + 1;
    if (server.brokeAhead >= AHEAD_TRIALS) server.answersAhead = false;
  }

  async #logIn(reached: { phase: WireError["phase"] }): Promise<void> {
    const client = this.#client;
    const { host, port, user, password, secure, tls } = this.#options;
    // basic-ftp writes into what it is given.
    const tlsOptions = () => ({ ...tls, host });
    const greeted =
      secure === "implicit"
        ? client.connectImplicitTLS(host, port, tlsOptions())
        : client.connect(host, port);
    this.#listen(true);
    await greeted;
    if (secure === "explicit") {
      reached.phase = "secure";
      await this.#inTime(client.useTLS(tlsOptions()));
      this.#listen(false);
    }
    reached.phase = "login";
    this.#heard = "";
    await client.login(this.#onWire(user), this.#onWire(password));
    await this.#setUp();
  }

  async #setUp(): Promise<void> {
    const client = this.#client;
    this.#heard = "";
    this.#server.features ??= new Map(
      [...(await client.features())].map(([name, value]) => [name.toUpperCase(), value]),
    );
    const { features } = this.#server;
    if (client.ftp.hasTLS) {
      await client.sendIgnoringError("PBSZ 0");
      await this.command("PROT P");
    }
    await this.command("TYPE I");
    if (features.has("UTF8") && !this.#server.alwaysUtf8 && isUtf8Name(this.#options.encoding)) {
      const reply = await client.sendIgnoringError("OPTS UTF8 ON");
      this.#server.alwaysUtf8 = /always/i.test(reply.message);
    }
    const facts = features.get("MLST")?.toLowerCase();
    if (facts !== undefined && !["type*", "size*", "modify*"].every((fact) => facts.includes(fact))) {
      await client.sendIgnoringError("OPTS MLST type;size;modify;");
    }
  }

  /** basic-ftp sets no limit to a TLS handshake. */
  async #inTime<T>(promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("timeout: no TLS handshake")), this.#options.timeout);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** basic-ftp passes over what isn't a reply; this keeps it, so that a time-out can say what was heard instead. */
  #listen(greeting: boolean): void {
    const { ftp } = this.#client;
    let first = greeting;
    ftp.socket.prependListener("data", (chunk) => {
      if (this.#heard.length < 1000) this.#heard += String(chunk);
      if (!first || !this.#heard.includes("\n")) return;
      first = false;
      const garbage = this.#garbage();
      if (garbage) ftp.closeWithError(garbage);
    });
  }

  #explain(error: unknown): unknown {
    return error instanceof Error && /timeout/i.test(error.message) ? (this.#garbage() ?? error) : error;
  }

  #garbage(said = this.#heard): Error | undefined {
    const heard = said.trim();
    if (heard === "" || /^\d{3}/m.test(heard)) return undefined;
    return new Error(`unreadable reply, is this an FTP server? It said: ${heard.slice(0, 200)}`);
  }

  #count(reply: FTPResponse | Error): void {
    if (!(reply instanceof Error) || reply instanceof FTPError) this.#replies++;
  }

  #unexpected(reply: FTPResponse): void {
    this.#client.ftp.closeWithError(new Error(`unexpected reply: ${reply.message}`));
  }
}

function restartRefused(error: Error): Error {
  if (!(error instanceof FTPError)) return error;
  return new DaybookError("unsupported", `the server can't start in the middle of a file: ${error.message}`);
}
