import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { DaybookError } from "@daybook/core";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Address } from "./address.js";
import { HEADERS } from "./headers.js";
import { problemBody } from "./problem.js";

const BAD_REQUEST = JSON.stringify(problemBody({ code: "invalid", message: "that is no HTTP request" }));
const REQUEST_MS = 15_000;

/** An HTTP server that answers in JSON even to what isn't HTTP. */
export class NodeServer {
  readonly #server: Server;

  constructor(fetch: (request: Request) => Response | Promise<Response>) {
    const listener = getRequestListener(fetch, {
      errorHandler: (error) => (error instanceof RequestError ? badRequest() : unexpected()),
      overrideGlobalObjects: false,
    });
    this.#server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
      (request, response) => {
        if (isSane(request)) void listener(request, response);
        else refuse(response);
      },
    );
    this.#server.on("clientError", (_error, socket) => refuseSocket(socket as Socket));
    // No listener for "upgrade": without one Node takes it for an ordinary request, which the guard looks at.
  }

  /** Rejects with kind "config" where the address can't be had. Returns the port. */
  async listen({ host, port }: Address): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause: NodeJS.ErrnoException) => {
        const why = REASONS[cause.code ?? ""] ?? cause.message;
        reject(new DaybookError("config", `can't listen on ${host}:${port}: ${why}`, { cause }));
      });
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, streams too. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    "something else listens there; name another port: serve PORT, run --serve PORT, or serve.address",
  EACCES: "this user may not use that port",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such host",
};

/** What the platform's URL class would trip over never gets to it. */
function isSane({ url, headers }: IncomingMessage): boolean {
  if (url === undefined || !url.startsWith("/")) return false;
  return URL.canParse(`http://${headers.host ?? "localhost"}`) && URL.canParse(url, "http://localhost");
}

function refuse(response: ServerResponse): void {
  response
    .writeHead(400, { ...HEADERS, "content-type": "application/json", connection: "close" })
    .end(BAD_REQUEST);
}

function refuseSocket(socket: Socket): void {
  if (!socket.writable) return;
  const head = ["HTTP/1.1 400 Bad Request", "content-type: application/json", "connection: close"];
  socket.end(
    `${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(BAD_REQUEST)}\r\n\r\n${BAD_REQUEST}`,
  );
}

/** For what the listener itself refuses, such as a backslash in a path. */
function badRequest(): Response {
  return new Response(BAD_REQUEST, {
    status: 400,
    headers: { ...HEADERS, "content-type": "application/json" },
  });
}

function unexpected(): Response {
  return Response.json(problemBody({ code: "internal", message: "something went wrong here" }), {
    status: 500,
  });
}
