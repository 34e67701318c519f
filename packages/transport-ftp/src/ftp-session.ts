import { DaybookError } from "@daybook/core";
import { Client, FTPError } from "basic-ftp";
import type { FTPContext, FTPResponse } from "basic-ftp";
import { connectData, passiveAddress } from "./data-connection.js";
import type { ServerFacts } from "./data-connection.js";
import { toDaybookError } from "./errors.js";
import type { WireError } from "./errors.js";
import type { ResolvedFtpOptions } from "./options.js";
import { TransferStream } from "./transfer-stream.js";

type ResponseHandler = Parameters<FTPContext["handle"]>[1];

export interface TransferOptions {
  /** Byte to start at. */
  readonly start?: number;
  /** Bytes that must come from there, where known. */
  readonly expected?: number;
  readonly translate: (error: unknown) => Error;
  readonly onSettled: (clean: boolean) => void;
}

// How long a server whose data connection broke gets to say why, in ms: long enough for the reply that is on its way.
const LAST_WORD = 3000;

/** One control connection, logged in. One thing at a time. Its methods reject with what basic-ftp rejects with. */
export class FtpSession {
  readonly #options: ResolvedFtpOptions;
  readonly #server: ServerFacts;
  readonly #client: Client;
  #transfer: TransferStream | undefined;
  #replies = 0;
  #heard = "";

  private constructor(options: ResolvedFtpOptions, server: ServerFacts) {
    this.#options = options;
    this.#server = server;
    this.#client = new Client(options.timeout);
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
    this.#transfer?.fail(new DaybookError("cancelled", "the connection was closed"));
  }

  /** The last reply to one command. Only 2xx resolves. */
  async command(command: string): Promise<FTPResponse> {
    this.#heard = "";
    try {
      return (await handle(this.#client.ftp, command, (reply, task) => {
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
    const { ftp } = this.#client;
    const { timeout } = this.#options;
    const address = await passiveAddress(
      (text) => this.command(text),
      ftp.socket.remoteAddress ?? this.#options.host,
      this.#server,
      this.#options,
    ).catch((error: unknown) => {
      // A port that can't be read leaves the server listening somewhere.
      if (!(error instanceof FTPError)) this.close();
      throw error;
    });
    let dataError: Error | undefined;
    const stream = new TransferStream({
      ...options,
      socket: connectData(ftp, address),
      timeout,
      onDataEnd: (error) => {
        dataError = error;
        ftp.socket.setTimeout(error ? Math.min(timeout, LAST_WORD) : timeout);
      },
    });
    this.#transfer = stream;
    return new Promise((resolve, reject) => {
      const commands = options.start ? [`REST ${options.start}`, command] : [command];
      let begun = false;
      this.#heard = "";
      handle(ftp, commands.shift(), (reply, task) => {
        this.#count(reply);
        if (reply instanceof Error) {
          task.reject(reply);
        } else if (reply.code === 350 && commands.length > 0) {
          ftp.send(commands.shift() as string);
        } else if (reply.code >= 100 && reply.code < 200) {
          // The server now talks on the data connection, which has a clock of its own.
          ftp.socket.setTimeout(0);
          begun = true;
          resolve(stream);
        } else if (reply.code >= 200 && reply.code < 300) {
          begun = true;
          task.resolve(reply);
          stream.confirm(reply.message);
          resolve(stream);
        } else {
          this.#unexpected(reply);
        }
      }).catch((cause: unknown) => {
        const error = cause instanceof FTPError ? cause : (dataError ?? this.#explain(cause));
        if (begun) {
          stream.fail(error);
        } else {
          const failed = stream.errored;
          stream.dismiss();
          reject(failed ?? (commands.length > 0 ? restartRefused(error) : error));
        }
      });
    });
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
    await client.login(user, password);
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
    if (features.has("UTF8")) await client.sendIgnoringError("OPTS UTF8 ON");
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

  #garbage(): Error | undefined {
    const heard = this.#heard.trim();
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

/** basic-ftp writes down a stack for every command, which costs more than the command. */
function handle(ftp: FTPContext, command: string | undefined, handler: ResponseHandler): Promise<unknown> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return ftp.handle(command, handler);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function restartRefused(error: unknown): unknown {
  if (!(error instanceof FTPError)) return error;
  return new DaybookError("unsupported", `the server can't start in the middle of a file: ${error.message}`);
}
