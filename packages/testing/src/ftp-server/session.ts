import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { SecureContext } from "node:tls";
import type { Clock, RemoteEntry } from "@daybook/core";
import type { RemoteTree } from "../remote-tree.js";
import { COMMANDS } from "./commands.js";
import { DataChannel } from "./data-channel.js";
import type { FtpFaults, FtpRule } from "./faults.js";
import type { FtpServerOptions } from "./options.js";

/** What a session needs of its server. */
export interface SessionHost {
  readonly options: FtpServerOptions;
  readonly tree: RemoteTree;
  readonly faults: FtpFaults;
  readonly clock: Clock;
  readonly secureContext: SecureContext | undefined;
  /** Sessions logged in now. */
  readonly logins: Set<FtpSession>;
  readonly commands: string[];
}

/** One client's control connection: takes commands in order, however they arrive, and answers each in turn. */
export class FtpSession {
  readonly host: SessionHost;
  readonly data: DataChannel;
  user = "";
  directory: string;
  /** Set by REST for the next RETR. */
  restart = 0;
  /** Whether data connections are encrypted (PROT P). */
  protectData = false;
  readonly #end: Promise<void>;
  #ended = () => {};
  #socket: Socket;
  #unread = "";
  #queue: string[] = [];
  #running = false;
  #mute = false;

  constructor(socket: Socket, host: SessionHost) {
    this.#socket = socket;
    this.#end = new Promise((resolve) => (this.#ended = resolve));
    this.host = host;
    this.directory = host.options.home ?? "/";
    this.data = new DataChannel(host.options.host ?? "127.0.0.1");
    if (host.options.tls?.implicit) {
      this.protectData = true;
      this.secure();
    } else {
      this.#attach(socket);
    }
    void this.#greet();
  }

  get encrypted(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** The IPv4 address the client reached. */
  get localAddress(): string {
    return this.#socket.localAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1";
  }

  reply(text: string): void {
    if (!this.#mute && this.#socket.writable) this.#socket.write(`${text}\r\n`);
  }

  hangUp(): void {
    this.#queue = [];
    this.#socket.end();
  }

  /** Cuts everything at once. */
  destroy(): void {
    this.#socket.destroy();
    this.data.close();
  }

  /** Encrypts the control connection from here on; what came in the clear after AUTH is forgotten. */
  secure(): void {
    const plain = this.#socket;
    plain.removeAllListeners("data");
    this.#unread = "";
    this.#queue = [];
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext: this.host.secureContext });
    this.#attach(this.#socket);
  }

  /** An argument as an absolute, normalised path. */
  resolve(argument: string): string {
    const segments: string[] = [];
    for (const segment of (argument.startsWith("/") ? argument : `${this.directory}/${argument}`).split(
      "/",
    )) {
      if (segment === "..") segments.pop();
      else if (segment !== "" && segment !== ".") segments.push(segment);
    }
    return `/${segments.join("/")}`;
  }

  /** An entry with the time this server shows. */
  shown(entry: RemoteEntry): RemoteEntry {
    if (entry.modifiedAt === undefined || this.host.faults.clockOffset === 0) return entry;
    return { ...entry, modifiedAt: new Date(entry.modifiedAt.getTime() + this.host.faults.clockOffset) };
  }

  #attach(socket: Socket): void {
    socket.on("error", () => {});
    socket.on("data", (bytes) => this.#receive(bytes.toString()));
    socket.on("close", () => {
      this.#ended();
      this.#queue = [];
      this.host.logins.delete(this);
      this.data.close();
    });
  }

  async #greet(): Promise<void> {
    this.#running = true;
    const rule = this.host.faults.take("CONNECT", "");
    if (await this.#strike(rule, "CONNECT")) this.reply("220 Daybook's test server is ready.");
    this.#running = false;
    void this.#work();
  }

  #receive(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop()!;
    for (const line of lines) {
      const command = line.replace(/\r$/, "");
      // The one command that can't wait for its turn.
      if (/^abor\b/i.test(command)) this.data.abort();
      this.#queue.push(command);
    }
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift())
      await this.#run(line);
    this.#running = false;
  }

  async #run(line: string): Promise<void> {
    const space = line.indexOf(" ");
    const name = (space < 0 ? line : line.slice(0, space)).toUpperCase();
    const argument = space < 0 ? "" : line.slice(space + 1);
    this.host.commands.push(name === "PASS" ? "PASS ***" : `${name} ${argument}`.trimEnd());
    const command = COMMANDS[name];
    const about = command?.about?.(this, argument) ?? argument;
    const rule = this.host.faults.take(name, about);
    if (!(await this.#strike(rule, name))) return;
    if (command === undefined) return this.reply(`502 ${name} not implemented.`);
    if (!command.beforeLogin && !this.host.logins.has(this))
      return this.reply("530 Please log in with USER and PASS.");
    if (command.about && this.host.faults.denies(about)) {
      this.reply("550 Permission denied.");
      return this.data.discard();
    }
    this.#mute = rule !== undefined && "silent" in rule && !command.transfers;
    await command.run(this, command.about ? about : argument, rule);
    this.#mute = false;
  }

  /** Lets a rule have its way; whether the command is then still to be done. */
  async #strike(rule: FtpRule | undefined, name: string): Promise<boolean> {
    if (rule === undefined) return true;
    if ("wait" in rule) await Promise.race([rule.wait, this.#end]);
    if ("hangUp" in rule) this.hangUp();
    if ("reset" in rule) {
      (await this.data.take(undefined))?.resetAndDestroy();
      // The reset must have reached the client before the reply does.
      await new Promise(setImmediate);
    }
    if ("reset" in rule || ("reply" in rule && !("short" in rule))) {
      this.reply(rule.reply);
      this.data.discard();
      if (rule.reply.startsWith("421")) this.hangUp();
      return false;
    }
    return !("hangUp" in rule) && !("silent" in rule && name === "CONNECT");
  }
}
