import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/**
 * A listening port that hands over one connection for each time one is expected. Reused from transfer to transfer, for
 * opening a port is the dearest part of a small file.
 */
export class PassivePort {
  readonly number: number;
  readonly #server: Server;
  #state: "free" | "expecting" | "retired" = "free";
  readonly #sockets = new Set<Socket>();
  #arrived: Socket | undefined;
  #waiter: ((socket: Socket | undefined) => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.number = (server.address() as AddressInfo).port;
    server.on("connection", (socket) => this.#arrive(socket));
  }

  static open(host: string): Promise<PassivePort> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      server.once("error", reject);
      server.listen(0, host, () => resolve(new PassivePort(server)));
    });
  }

  /** Whether no connection is on its way, so that the next one to arrive is the next one expected. */
  get free(): boolean {
    return this.#state === "free";
  }

  expect(): void {
    this.#state = "expecting";
  }

  /** The expected connection; undefined where it is no longer wanted. */
  take(): Promise<Socket | undefined> {
    const socket = this.#arrived;
    this.#arrived = undefined;
    if (socket !== undefined) return Promise.resolve(socket);
    return new Promise((resolve) => (this.#waiter = resolve));
  }

  /** Gives up the expected connection. One that is still on its way is closed politely when it arrives. */
  discard(): void {
    if (this.#arrived !== undefined) turnAway(this.#arrived);
    this.#arrived = undefined;
    this.#waiter?.(undefined);
    this.#waiter = undefined;
    if (this.#state === "expecting") this.#state = "retired";
  }

  /** Stops listening and cuts every connection that came this way. */
  close(): void {
    this.#waiter?.(undefined);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #arrive(socket: Socket): void {
    // Whoever uses the socket looks at whether it is closed; the reason makes no difference to a server.
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    this.#sockets.add(socket);
    if (this.#state !== "expecting") {
      turnAway(socket);
      if (this.#state === "retired") this.#server.close();
      return;
    }
    this.#state = "free";
    if (this.#waiter === undefined) this.#arrived = socket;
    else this.#waiter(socket);
    this.#waiter = undefined;
  }
}

function turnAway(socket: Socket): void {
  socket.resume();
  socket.end();
}
