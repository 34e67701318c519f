import { connect } from "node:net";
import type { Socket } from "node:net";
import { DaybookError } from "@daybook/core";
import { refusal, toDaybookError } from "./errors.js";
import type { ResolvedAcmeOptions } from "./options.js";

export type Request = { login: string } | { list: string } | { read: string; start: number };

/** A line of JSON; after one with `bytes`, so many bytes follow. */
export interface Reply {
  readonly error?: string;
  readonly entries?: readonly { name: string; directory: boolean; size?: number; modifiedAt: string }[];
  readonly bytes?: number;
}

/** One connection, one request at a time. This is the file that a client library for your protocol stands in for. */
export class AcmeSession {
  /** Replies ever had: none since a call began means that the connection was dead before. */
  replies = 0;
  /** Why it ended, once it has. */
  readonly ended: Promise<DaybookError>;
  readonly #socket: Socket;
  readonly #timeout: number;
  #why: DaybookError | undefined;
  #rest: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, timeout: number) {
    this.#socket = socket;
    this.#timeout = timeout;
    socket.on("error", (error) => (this.#why ??= toDaybookError(error, "connect")));
    socket.on("timeout", () => this.#end(new DaybookError("timeout", `no answer for ${timeout} ms`)));
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        this.#why ??= new DaybookError("cut-short", "the server closed the connection");
        resolve(this.#why);
      });
    });
  }

  /** Connects and logs in. */
  static async open(options: ResolvedAcmeOptions, signal: AbortSignal): Promise<AcmeSession> {
    const { host, port, token, timeout } = options;
    const session = new AcmeSession(connect({ host, port, noDelay: true }), timeout);
    const stop = () => session.close();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await session.#wait("connect");
      await session.ask({ login: token });
      return session;
    } catch (error) {
      session.close();
      throw toDaybookError(error, "connect");
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  get usable(): boolean {
    return this.#why === undefined;
  }

  /** Rejects with the server's refusal, or with why the connection ended. */
  async ask(request: Request): Promise<Reply> {
    this.#socket.write(`${JSON.stringify(request)}\n`);
    let end = this.#rest.indexOf("\n");
    for (; end < 0; end = this.#rest.indexOf("\n")) {
      const more = await this.#receive();
      this.#rest = Buffer.concat([this.#rest, more]);
    }
    const reply = JSON.parse(this.#rest.toString("utf8", 0, end)) as Reply;
    this.#rest = this.#rest.subarray(end + 1);
    this.replies++;
    if (reply.error !== undefined) throw refusal(reply.error);
    return reply;
  }

  /** The next bytes, at least one. Rejects where the connection ends first. */
  async chunk(): Promise<Buffer> {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length > 0 ? rest : this.#receive();
  }

  close(): void {
    this.#end(new DaybookError("cancelled", "stopped"));
  }

  #end(why: DaybookError): void {
    this.#why ??= why;
    this.#socket.destroy();
  }

  async #receive(): Promise<Buffer> {
    for (;;) {
      const bytes = this.#socket.read() as Buffer | null;
      if (bytes !== null) return bytes;
      await this.#wait("readable");
    }
  }

  async #wait(event: "connect" | "readable"): Promise<void> {
    // Only while we wait: a reader that takes its time is not the server's fault.
    this.#socket.setTimeout(this.#timeout);
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off(event, done).off("close", done);
        resolve();
      };
      this.#socket.on(event, done).on("close", done);
      if (this.#why) done();
    });
    this.#socket.setTimeout(0);
    if (this.#why) throw this.#why;
  }
}
