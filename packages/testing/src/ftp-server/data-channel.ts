import { TLSSocket } from "node:tls";
import type { SecureContext } from "node:tls";
import type { Socket } from "node:net";
import { PassivePort } from "./passive-port.js";

/** The data connections of one session, one after the other. */
export class DataChannel {
  readonly #host: string;
  readonly #ports = new Set<PassivePort>();
  #current: PassivePort | undefined;
  #opened = false;
  #closed = false;
  #socket: Socket | undefined;

  constructor(host: string) {
    this.#host = host;
  }

  /** Gets ready for the next connection; the port it must come to. */
  async open(): Promise<number> {
    this.discard();
    if (!this.#current?.free) {
      this.#current = await PassivePort.open(this.#host);
      this.#ports.add(this.#current);
      if (this.#closed) this.#current.close();
    }
    this.#opened = true;
    this.#current.expect();
    return this.#current.number;
  }

  /** The connection made after `open`; undefined where there was no `open`, or the transfer was aborted. */
  async take(secure: SecureContext | undefined): Promise<Socket | undefined> {
    if (!this.#opened || this.#closed) return undefined;
    const socket = await this.#current?.take();
    this.#opened = false;
    this.#socket = socket && secure ? encrypt(socket, secure) : socket;
    // What a client sends is of no interest, but its end is only seen by reading.
    this.#socket?.resume();
    return this.#socket;
  }

  /** Gives up the connection that was opened but isn't needed. */
  discard(): void {
    if (this.#opened) this.#current?.discard();
    this.#opened = false;
  }

  /** Cuts the transfer that is under way. */
  abort(): void {
    this.discard();
    this.#socket?.destroy();
  }

  close(): void {
    this.#closed = true;
    for (const port of this.#ports) port.close();
  }
}

function encrypt(socket: Socket, secureContext: SecureContext): Socket {
  const encrypted = new TLSSocket(socket, { isServer: true, secureContext });
  encrypted.on("error", () => {});
  return encrypted;
}
