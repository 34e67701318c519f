import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks that ends with the test. */
export class HttpReceiver {
  readonly posted: Posted[] = [];
  #answer: (response: ServerResponse, posted: Posted) => void = (response) => response.end();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (text: string) => (body += text));
      request.on("end", () => {
        const posted = { path: request.url!, headers: request.headers, body };
        this.posted.push(posted);
        this.#answer(response, posted);
      });
    });
  }

  static async start(port = 0): Promise<HttpReceiver> {
    const receiver = new HttpReceiver();
    await new Promise<void>((listening) => receiver.#server.listen(port, "127.0.0.1", listening));
    onTestFinished(() => receiver.stop());
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/s3cret-path`;
  }

  /** Default: 200 and nothing. */
  answer(how: (response: ServerResponse, posted: Posted) => void): void {
    this.#answer = how;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((closed) => this.#server.close(closed));
  }
}
