import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RemoteEntry } from "@daybook/core";
import type { RemoteTree } from "@daybook/testing";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A web server in this process that shows folders as nginx or Apache do, and knows ranges. */
export class AutoindexServer {
  readonly denied = new Set<string>();
  /** After how many bytes the connection is cut, by path. */
  readonly cuts = new Map<string, number>();
  /** Folders that answer with a page of their own instead of an index. */
  readonly pages = new Map<string, string>();
  readonly #tree: RemoteTree;
  readonly #style: "nginx" | "apache";
  readonly #http: Server = createServer((request, response) => this.#answer(request, response));

  constructor({ tree, style = "nginx" }: { tree: RemoteTree; style?: "nginx" | "apache" }) {
    this.#tree = tree;
    this.#style = style;
  }

  async start(): Promise<string> {
    this.#http.listen(0, "127.0.0.1");
    await once(this.#http, "listening");
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#http, "close");
    this.#http.close();
    this.#http.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const asked = decodeURIComponent(request.url!.split("?")[0]!);
    const path = asked.replace(/(?<=.)\/$/, "");
    const found = this.#tree.stat(path);
    const end = (status: number, headers: Record<string, string> = {}) =>
      void response.writeHead(status, headers).end("<html>…</html>");
    if (this.denied.has(path)) return end(403);
    if (found === undefined || (found.type === "file" && asked.endsWith("/"))) return end(404);
    if (found.type === "directory" && !asked.endsWith("/")) return end(301, { location: `${request.url}/` });
    if (this.pages.has(path)) return void response.end(this.pages.get(path));
    if (found.type === "directory") return void response.end(this.#index(path));
    this.#send(path, request, response);
  }

  #index(path: string): string {
    const row = this.#style === "nginx" ? nginxRow : apacheRow;
    const rows = this.#tree.entries(path)!.map(row).join("\r\n");
    const sorting =
      this.#style === "nginx" ? "" : '<a href="?C=N;O=D">Name</a> <a href="?C=M;O=A">Last modified</a>\n';
    return (
      `<html>\r\n<head><title>Index of ${path}</title></head>\r\n<body>\r\n<h1>Index of ${path}</h1><hr><pre>` +
      `${sorting}<a href="../">../</a>\r\n${rows}\r\n</pre><hr></body>\r\n</html>\r\n`
    );
  }

  #send(path: string, { headers }: IncomingMessage, response: ServerResponse): void {
    const bytes = this.#tree.bytes(path)!;
    const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
    if (start > 0 && start >= bytes.length) {
      return void response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    }
    response.writeHead(start > 0 ? 206 : 200, { "content-length": bytes.length - start });
    const cut = this.cuts.get(path);
    if (cut === undefined) return void response.end(bytes.subarray(start));
    response.flushHeaders();
    response.write(bytes.subarray(start, start + cut), () => response.destroy());
  }
}

function nginxRow({ name, type, size, modifiedAt }: RemoteEntry): string {
  const time = modifiedAt!.toISOString();
  const date = `${time.slice(8, 10)}-${MONTHS[modifiedAt!.getUTCMonth()]}-${time.slice(0, 4)} ${time.slice(11, 16)}`;
  const slash = type === "directory" ? "/" : "";
  return `<a href="${encodeURIComponent(name)}${slash}">${short(name)}</a>   ${date}   ${size ?? "-"}`;
}

function apacheRow({ name, type, size }: RemoteEntry): string {
  const slash = type === "directory" ? "/" : "";
  const rounded = size === undefined ? "-" : `${(size / 1024).toFixed(1)}K`;
  return `<img src="/icons/x.gif"> <a href="${encodeURIComponent(name)}${slash}">${short(name)}</a> 2025-01-01 12:00  ${rounded}`;
}

/** Both cut long names in what is shown. */
function short(name: string): string {
  const safe = name.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe.length > 50 ? `${safe.slice(0, 47)}..&gt;` : safe;
}
