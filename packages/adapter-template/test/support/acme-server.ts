import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createInterface } from "node:readline";
import type { RemoteTree } from "@daybook/testing";

/** A server of the protocol in this process, on a tree in memory. */
export class AcmeServer {
  readonly denied = new Set<string>();
  /** After how many bytes the connection is cut, by path. */
  readonly cuts = new Map<string, number>();
  readonly #tree: RemoteTree;
  readonly #token: string;
  readonly #sockets = new Set<Socket>();
  readonly #net = createServer({ noDelay: true }, (socket) => void this.#serve(socket).catch(() => {}));

  constructor({ tree, token = "" }: { tree: RemoteTree; token?: string }) {
    this.#tree = tree;
    this.#token = token;
  }

  async start(): Promise<number> {
    this.#net.listen(0, "127.0.0.1");
    await once(this.#net, "listening");
    return (this.#net.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = once(this.#net, "close");
    this.#net.close();
    this.dropAll();
    await closed;
  }

  /** Cuts every connection, as a server does that was restarted. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
    for await (const line of createInterface({ input: socket })) {
      const request = JSON.parse(line) as { login?: string; list?: string; read?: string; start?: number };
      const path = request.list ?? request.read ?? "/";
      const say = (reply: object) => socket.write(`${JSON.stringify(reply)}\n`);
      if (request.login !== undefined) say(request.login === this.#token ? {} : { error: "bad-token" });
      else if (this.denied.has(path)) say({ error: "forbidden" });
      else if (request.list !== undefined) say(this.#listing(path));
      else await this.#send(socket, path, request.start ?? 0);
    }
  }

  #listing(path: string): object {
    const entries = this.#tree.entries(path);
    if (entries === undefined) return { error: "missing" };
    return { entries: entries.map(({ type, ...rest }) => ({ ...rest, directory: type === "directory" })) };
  }

  async #send(socket: Socket, path: string, start: number): Promise<void> {
    const bytes = this.#tree.bytes(path)?.subarray(start);
    if (bytes === undefined) return void socket.write('{"error":"missing"}\n');
    socket.write(`{"bytes":${bytes.length}}\n`);
    const cut = this.cuts.get(path);
    if (!socket.write(bytes.subarray(0, cut))) await once(socket, "drain");
    if (cut !== undefined) socket.end();
  }
}
