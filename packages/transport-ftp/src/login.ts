import { connect as connectTls } from "node:tls";
import type { TLSSocket } from "node:tls";
import { DaybookError, isUtf8Name } from "@daybook/core";
import { FTPError } from "basic-ftp";
import { checkPin, tlsOptionsOf } from "./certificate.js";
import type { ControlConnection } from "./control-connection.js";
import type { WireError } from "./errors.js";
import type { LoginFacts } from "./options.js";
import type { Reply } from "./reply-reader.js";
import type { Habit, ServerFacts } from "./server-facts.js";

/** What is asked of a server for our own convenience, in the middle of a log-in, and hangs some of them up. */
export type Courtesy = Extract<Habit, "no-feat" | "no-utf8-option" | "no-mlst-option">;

export interface LoginOptions {
  readonly connection: ControlConnection;
  readonly options: LoginFacts;
  readonly server: ServerFacts;
  /** Left out this time. */
  readonly without: ReadonlySet<Courtesy>;
}

/** From nothing to a session that takes commands. Rejects with what the connection rejects with. */
export class Login {
  readonly #options: LoginOptions;
  /** How far it came. */
  phase: WireError["phase"] = "connect";
  /** What it asked for last, if that could be left out. */
  courtesy: Courtesy | undefined;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { connection, options } = this.#options;
    // Enough for a server that is slow at each step, and not for one that drips.
    connection.expectOverall("the log-in", 4 * options.timeout);
    await this.#connect();
    if (options.secure === "explicit") {
      this.phase = "secure";
      await this.#secure();
    }
    this.phase = "login";
    await this.#identify();
    await this.#setUp();
    connection.expectOverall(undefined);
  }

  async #connect(): Promise<void> {
    const { connection, options } = this.#options;
    const { host, port, timeout } = options;
    connection.reset();
    if (options.secure === "implicit") {
      const tls = tlsOptionsOf(options);
      connection.secured(connectTls(port, host, tls), tls);
      const socket = connection.socket as TLSSocket;
      socket.once("secureConnect", () => {
        const wrong = checkPin(socket, options);
        if (wrong) connection.closeWithError(wrong);
      });
    } else {
      connection.socket.connect({ host, port });
    }
    let notYet: FTPError | undefined;
    const greeted = connection.exchange(undefined, (reply, task) => {
      if (reply instanceof Error) task.reject(notYet ?? connection.explain(reply));
      else if (reply.code >= 200 && reply.code < 300) task.resolve(reply);
      // "120 Service ready in 1 minute": it comes (RFC 959).
      else if (reply.code < 200) return void (notYet = new FTPError(reply));
      else task.reject(new FTPError(reply));
      connection.expectNothing();
    });
    connection.expect("the greeting", 2 * timeout);
    await greeted;
  }

  async #secure(): Promise<void> {
    const { connection, options } = this.#options;
    const reply = await connection.ask("AUTH TLS");
    if (reply.code >= 300) throw new FTPError(reply);
    const tls = tlsOptionsOf(options);
    const socket = connectTls({ ...tls, socket: connection.socket });
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new DaybookError("timeout", "the TLS handshake didn't end"));
        }, options.timeout);
        socket.once("secureConnect", resolve);
        socket.once("error", reject);
        socket.once("close", () =>
          reject(new Error("closed connection unexpectedly during the TLS handshake")),
        );
      });
    } catch (error) {
      socket.on("error", () => {});
      socket.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    const wrong = checkPin(socket, options);
    if (wrong) {
      socket.destroy();
      throw wrong;
    }
    socket.removeAllListeners("error");
    socket.removeAllListeners("close");
    connection.secured(socket, tls);
  }

  /** RFC 959 section 5.4: USER, PASS where asked for, ACCT where asked for. */
  async #identify(): Promise<void> {
    const { connection, options } = this.#options;
    let reply = await connection.ask(`USER ${options.user}`);
    if (reply.code === 331) reply = await connection.ask(`PASS ${options.password}`);
    if (reply.code === 332) {
      if (options.account === undefined) throw new FTPError(reply);
      reply = await connection.ask(`ACCT ${options.account}`);
    }
    if (reply.code >= 300) throw new FTPError(reply);
  }

  async #setUp(): Promise<void> {
    const { connection, options, server } = this.#options;
    if (this.#may("no-feat")) server.features ??= featuresOf(await this.#courteous("no-feat", "FEAT"));
    if (connection.hasTLS) {
      await this.#try("PBSZ 0");
      await this.#must("PROT P");
    }
    const features = server.features ?? new Map<string, string>();
    const wantsUtf8 = features.has("UTF8") && isUtf8Name(options.encoding);
    if (wantsUtf8 && !server.alwaysUtf8 && this.#may("no-utf8-option")) {
      const reply = await this.#courteous("no-utf8-option", "OPTS UTF8 ON");
      server.alwaysUtf8 = /\balways\b/i.test(reply.message);
    }
    const facts = features.get("MLST")?.toLowerCase();
    const wanted = ["type*", "size*", "modify*"];
    if (facts !== undefined && !wanted.every((fact) => facts.includes(fact)) && this.#may("no-mlst-option"))
      await this.#courteous("no-mlst-option", "OPTS MLST type;size;modify;");
    // After what may be left out: a server that was put off by it shows that here.
    await this.#must("TYPE I");
    for (const command of options.loginCommands) await this.#must(command);
  }

  #may(courtesy: Courtesy): boolean {
    return !this.#options.without.has(courtesy) && !this.#options.server.has(courtesy);
  }

  async #courteous(courtesy: Courtesy, command: string): Promise<Reply> {
    this.courtesy = courtesy;
    return this.#try(command);
  }

  /** Any answer will do. */
  async #try(command: string): Promise<Reply> {
    try {
      return await this.#options.connection.ask(command);
    } catch (error) {
      if (!(error instanceof FTPError) || error.code === 421) throw error;
      return { code: error.code, message: error.message, lines: [] };
    }
  }

  async #must(command: string): Promise<void> {
    const reply = await this.#options.connection.ask(command);
    this.courtesy = undefined;
    if (reply.code >= 300) throw new FTPError(reply);
  }
}

function featuresOf({ code, lines }: Reply): ReadonlyMap<string, string> {
  const features = new Map<string, string>();
  if (code >= 300) return features;
  // The first and the last line wrap them.
  for (const line of lines.slice(1, -1)) {
    const [name = "", value = ""] = line.trim().split(" ", 2);
    features.set(name.toUpperCase(), value);
  }
  return features;
}
