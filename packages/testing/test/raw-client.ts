import { connect } from "node:net";
import type { Socket } from "node:net";

/** A control connection by hand, for what a well-behaved client never does. */
export class RawClient {
  readonly socket: Socket;
  readonly replies: string[] = [];
  ended = false;
  #unread = "";
  #news = () => {};

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1" });
    this.socket.on("error", () => {});
    this.socket.on("data", (bytes) => {
      const lines = (this.#unread + bytes.toString()).split("\r\n");
      this.#unread = lines.pop()!;
      this.replies.push(...lines);
      this.#news();
    });
    this.socket.on("close", () => {
      this.ended = true;
      this.#news();
    });
  }

  send(...commands: string[]): void {
    this.socket.write(commands.map((command) => `${command}\r\n`).join(""));
  }

  /** Takes the next reply line; undefined once the connection is closed. */
  async reply(): Promise<string | undefined> {
    while (this.replies.length === 0 && !this.ended)
      await new Promise<void>((resolve) => (this.#news = resolve));
    return this.replies.shift();
  }

  async login(): Promise<void> {
    this.send("USER anonymous", "PASS guest");
    for (let i = 0; i < 3; i++) await this.reply();
  }

  /** EPSV, and a connection to the port it tells. */
  async openData(): Promise<DataConnection> {
    this.send("EPSV");
    return new DataConnection(portOf(await this.reply()));
  }

  close(): void {
    this.socket.destroy();
  }
}

export const portOf = (reply: string | undefined): number =>
  Number(/\(\|\|\|(\d+)\|\)/.exec(reply ?? "")?.[1]);

export class DataConnection {
  readonly socket: Socket;
  text = "";
  /** Resolves once the connection is over: "end" after an orderly one, else the error's code. */
  readonly over: Promise<string>;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1" });
    this.socket.on("data", (bytes) => (this.text += bytes.toString()));
    this.over = new Promise((resolve) => {
      this.socket.on("end", () => resolve("end"));
      this.socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  }
}
