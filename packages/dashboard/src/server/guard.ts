import { Problem } from "./problem.js";
import { hostOf, isLoopback } from "./address.js";
import { COOKIE, type Sessions } from "./session.js";

export interface GuardOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** More names this server is reached by, such as a proxy's. */
  readonly names: readonly string[];
  /** Undefined: whoever reaches it may look. */
  readonly sessions: Sessions | undefined;
}

/** What may be asked without a token, and tells nothing. */
const OPEN = new Set([
  "GET /healthz",
  "GET /readyz",
  "GET /login",
  "POST /login",
  "GET /assets/style.css",
  "GET /assets/icon.svg",
]);

/** Lets requests through, or throws what they are answered with. */
export class Guard {
  readonly #names: ReadonlySet<string> | undefined;
  readonly #sessions: Sessions | undefined;

  constructor({ host, names, sessions }: GuardOptions) {
    const local = isLoopback(host) ? ["localhost", "127.0.0.1", "::1", host] : undefined;
    const known = [...(local ?? []), ...names.map((name) => name.toLowerCase())];
    this.#names = local !== undefined || names.length > 0 ? new Set(known) : undefined;
    this.#sessions = sessions;
  }

  /**
   * A page of another site may point a name of its own at this machine's loopback address, and would then be asked for
   * as of that name: only names that are known are answered.
   */
  checkHost(request: Request): void {
    const host = hostOf(request.headers.get("host") ?? undefined);
    if (host === undefined || (this.#names !== undefined && !this.#names.has(host)))
      throw new Problem(
        421,
        "wrong-host",
        "this server doesn't go by that name: add it to serve.hosts if it should",
      );
  }

  /** Requests that change something must come from a page of this server, or from a program. */
  checkOrigin(request: Request): void {
    if (request.method === "GET" || request.method === "HEAD") return;
    const origin = request.headers.get("origin");
    const site = request.headers.get("sec-fetch-site");
    const foreign = origin !== null && !sameHost(origin, request.headers.get("host"));
    if (foreign || (site !== null && site !== "same-origin" && site !== "none"))
      throw new Problem(403, "cross-site", "a page of another site may not ask this");
  }

  /** Whether somebody who may know everything asks. */
  knows(request: Request): boolean {
    if (this.#sessions === undefined) return true;
    const [scheme, token] = (request.headers.get("authorization") ?? "").split(" ", 2);
    if (scheme?.toLowerCase() === "bearer" && token !== undefined && this.#sessions.isToken(token))
      return true;
    const cookie = cookieOf(request);
    return cookie !== undefined && this.#sessions.isSession(cookie, new Date());
  }

  checkToken(request: Request, path: string): void {
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (OPEN.has(`${method} ${path}`) || this.knows(request)) return;
    throw new Problem(
      401,
      "token",
      "this needs the token: send it as Authorization: Bearer TOKEN, or log in at /login",
    );
  }
}

function sameHost(origin: string, host: string | null): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

function cookieOf(request: Request): string | undefined {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === COOKIE) return value;
  }
  return undefined;
}
