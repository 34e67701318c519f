import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import { SystemClock } from "@daybook/core";
import { FtpFaults } from "./faults.js";
import type { FtpServerOptions, FtpTlsOptions } from "./options.js";
import { FtpSession } from "./session.js";
import type { SessionHost } from "./session.js";

/**
 * A real FTP server in this process, for tests and demonstrations: passive mode, read-only, on a tree in memory. It
 * behaves as common servers do, and misbehaves as they do when told to.
 */
export class FtpServer {
  /** What is wrong with it; may be changed at any time. */
  readonly faults: FtpFaults;
  /** Every command received, in order and over all connections: "RETR /a/b". Passwords are masked. */
  readonly commands: string[] = [];
  /** Control connections accepted: open now, and the most at once. */
  readonly connections = { now: 0, peak: 0 };
  readonly #options: FtpServerOptions;
  readonly #host: SessionHost;
  readonly #sessions = new Map<Socket, FtpSession | undefined>();
  #server: Server | undefined;
  #port: number;

  private constructor(options: FtpServerOptions) {
    const { tls } = options;
    this.#options = options;
    this.#port = options.port ?? 0;
    this.faults = new FtpFaults(options.faults);
    this.#host = {
      options,
      tree: options.tree,
      faults: this.faults,
      clock: options.clock ?? new SystemClock(),
      secureContext: tls && secureContext(tls),
      logins: new Set(),
      commands: this.commands,
    };
  }

  static async start(options: FtpServerOptions): Promise<FtpServer> {
    const server = new FtpServer(options);
    await server.comeUp();
    return server;
  }

  get host(): string {
    return this.#options.host ?? "127.0.0.1";
  }

  get port(): number {
    return this.#port;
  }

  /** "ftp://127.0.0.1:2121", or "ftps://…" where encryption is implicit. */
  get url(): string {
    return `${this.#options.tls?.implicit ? "ftps" : "ftp"}://${this.host}:${this.#port}`;
  }

  /** Refuses new connections and cuts those there are, until `comeUp`. */
  async goDown(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const [socket, session] of this.#sessions) {
      session?.destroy();
      socket.destroy();
    }
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  /** Listens, on the same port as before. */
  async comeUp(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ noDelay: true }, (socket) => this.#welcome(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, this.host, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Ends it for good: cuts all connections and frees the port. Safe to call twice. */
  async close(): Promise<void> {
    await this.goDown();
  }

  #welcome(socket: Socket): void {
    socket.on("error", () => {});
    socket.on("close", () => this.#sessions.delete(socket));
    if (this.connections.now >= (this.faults.maxConnections ?? Infinity)) {
      this.#sessions.set(socket, undefined);
      socket.resume();
      socket.end("421 Too many connections, try again later.\r\n");
      return;
    }
    this.connections.peak = Math.max(this.connections.peak, ++this.connections.now);
    socket.on("close", () => this.connections.now--);
    this.#sessions.set(socket, new FtpSession(socket, this.#host));
  }
}

function secureContext({ key, cert, maxVersion }: FtpTlsOptions): SecureContext {
  if (maxVersion === undefined) return createSecureContext({ key, cert });
  return createSecureContext({ key, cert, maxVersion, minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
}
