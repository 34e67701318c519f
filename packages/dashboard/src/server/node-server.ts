import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { DaybookError } from "@daybook/core";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Address } from "./address.js";
import { boundConnections, type ConnectionBoundsOptions } from "./connection-bounds.js";
import { HEADERS } from "./headers.js";
import { problemBody } from "./problem.js";

const BAD_REQUEST = JSON.stringify(problemBody({ code: "invalid", message: "that is no HTTP request" }));
const REQUEST_MS = 15_000;
/** Streams are told something more often than that. */
const IDLE_MS = 120_000;
/** How often it is looked for connections that say nothing. */
const LOOK_MS = 2_000;

export interface NodeServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  /** Told of what went wrong with the listening itself, such as too many open files; it goes on. */
  readonly onError?: (error: Error) => void;
  readonly bounds?: ConnectionBoundsOptions;
  /** How long a request may take to arrive, in ms; also for a connection that sends none. Default 15 s. */
  readonly requestMs?: number;
}

/** An HTTP server that answers in JSON even to what isn't HTTP. */
export class NodeServer {
  readonly #server: Server;

  readonly #onError: (error: Error) => void;

  constructor(options: NodeServerOptions) {
    const { fetch, onError = () => undefined, bounds, requestMs = REQUEST_MS } = options;
    this.#onError = onError;
    const listener = getRequestListener(fetch, {
      errorHandler: (error) => (error instanceof RequestError ? badRequest() : unexpected()),
      overrideGlobalObjects: false,
    });
    this.#server = createServer(
      {
        requestTimeout: requestMs,
        headersTimeout: requestMs,
        connectionsCheckingInterval: Math.min(LOOK_MS, requestMs),
      },
      (request, response) => {
        if (isSane(request)) void listener(request, response);
        else refuse(response);
      },
    );
    this.#server.setTimeout(IDLE_MS);
    boundConnections(this.#server, bounds);
    this.#server.on("clientError", (_error, socket) => refuseSocket(socket as Socket));
    // No listener for "upgrade": without one Node takes it for an ordinary request, which the guard looks at.
  }

  /** Rejects with kind "config" where the address can't be had. Returns the port. */
  async listen({ host, port }: Address): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: NodeJS.ErrnoException) => {
        const why = REASONS[cause.code ?? ""] ?? cause.message;
        reject(new DaybookError("config", `can't listen on ${host}:${port}: ${why}`, { cause }));
      };
      this.#server.once("error", refuse);
      this.#server.listen(port, host, () => {
        // From now on an error concerns one connection that couldn't be taken; others come.
        this.#server.off("error", refuse).on("error", this.#onError);
        resolve();
      });
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
