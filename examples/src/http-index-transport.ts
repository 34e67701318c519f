// A transport of one's own in about sixty lines: the directory listings that nginx and Apache make of a folder, as many
// weather services publish their open data. See docs/writing-adapters.md.

import { PassThrough, Readable } from "node:stream";
import { asDaybookError, checkRemotePath, DaybookError, HostBudget } from "@daybook/core";
import { SessionPool, TransportToken } from "@daybook/core";
import type { ErrorKind, Listing, Plugin, ReadOptions, RemoteEntry, Transport } from "@daybook/core";
import type { TransportCallOptions, TransportCapabilities } from "@daybook/core";

const KINDS: Record<number, ErrorKind> = {
  401: "auth",
  403: "permission",
  404: "not-found",
  429: "busy",
  503: "busy",
};
/** nginx tells time (UTC) and exact size; what Apache says is rounded and in its own time zone, so it isn't taken. */
const ROW = /<a href="([^"]+)">[^<]*<\/a>(?: +(\d\d)-(\w{3})-(\d{4}) (\d\d:\d\d) +(\d+|-))?/g;

export class HttpIndexTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly #base: string;
  readonly #pool: SessionPool<AbortController>;

  constructor({ url, connections = 4, budget }: { url: string; connections?: number; budget?: HostBudget }) {
    this.#base = url.replace(/\/$/, "");
    const endpoint = new URL(url).origin;
    this.capabilities = Object.freeze({
      endpoint,
      modifiedAt: "minute",
      resume: true,
      parallelism: connections,
    });
    this.#pool = new SessionPool({
      // fetch keeps the connections; a session is the leave to have one request under way, and the way to end it.
      budget: budget ?? new HostBudget({ connections }),
      open: async () => new AbortController(),
      close: (session) => session.abort(),
      usable: () => true,
    });
  }

  async list(directory: string, options: TransportCallOptions = {}): Promise<Listing> {
    checkRemotePath(directory, "list");
    const chunks = await (await this.#get(directory.replace(/\/?$/, "/"), options)).toArray();
    const page = Buffer.concat(chunks as Buffer[]).toString();
    if (!/<title>Index of .*<\/html>/s.test(page))
      throw new DaybookError("protocol", "this page is no directory listing, or was cut off", {
        path: directory,
      });
    return { entries: [...page.matchAll(ROW)].flatMap(entryOf), complete: true };
  }

  async read(path: string, { start = 0, ...options }: ReadOptions = {}): Promise<Readable> {
    checkRemotePath(path, "read");
    return this.#get(path, options, start);
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  async #get(path: string, options: TransportCallOptions, start = 0): Promise<Readable> {
    const { session, release } = await this.#pool.acquire(options);
    const signal = options.signal ? AbortSignal.any([options.signal, session.signal]) : session.signal;
    const translate = (error: unknown) =>
      asDaybookError(error, signal.aborted ? "cancelled" : "network", { operation: "get", path });
    try {
      const headers = { "accept-encoding": "identity", ...(start > 0 && { range: `bytes=${start}-` }) };
      const url = this.#base + path.split("/").map(encodeURIComponent).join("/");
      const { status, body } = await fetch(url, { headers, signal, redirect: "manual" });
      const wanted = start > 0 ? 206 : 200;
      if (status !== wanted) await body?.cancel();
      const out = new PassThrough().on("close", () => release({ reusable: true }));
      if (status === 416) return out.end(); // nothing from there on
      if (status !== wanted) throw refusal(status, path);
      const bytes = Readable.fromWeb(body!).on("error", (error) => out.destroy(translate(error)));
      return bytes.pipe(out.on("close", () => bytes.destroy()));
    } catch (error) {
      release({ reusable: true });
      throw translate(error);
    }
  }
}

function entryOf([, href, day, month, year, time, size]: RegExpMatchArray): RemoteEntry[] {
  const name = decodeURIComponent(href!.replace(/\/$/, "").replaceAll("&amp;", "&"));
  if (name === ".." || /^[?/]/.test(href!)) return []; // the way up, and links that sort
  const modifiedAt = day === undefined ? undefined : new Date(`${day} ${month} ${year} ${time} UTC`);
  if (href!.endsWith("/")) return [{ name, type: "directory", modifiedAt }];
  return [{ name, type: "file", size: size === undefined ? undefined : Number(size), modifiedAt }];
}

function refusal(status: number, path: string): DaybookError {
  // A folder asked for without its slash is answered by a redirect: there is no file of that name.
  const kind = KINDS[status] ?? (status < 300 ? "protocol" : status < 400 ? "not-found" : "network");
  return new DaybookError(kind, `the server answered ${status}`, {
    operation: "get",
    path,
    code: String(status),
  });
}

export function httpIndexTransport(options: { url: string; connections?: number }): Plugin<Transport> {
  const { origin } = new URL(options.url);
  return {
    name: "http-index",
    provides: TransportToken,
    key: `http-index ${JSON.stringify(options)}`,
    create: ({ budget }) =>
      new HttpIndexTransport({ ...options, budget: budget(origin, options.connections ?? 4) }),
  };
}
