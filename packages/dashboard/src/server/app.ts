import { isDaybookError } from "@daybook/core";
import { Hono, type Context } from "hono";
import { compress } from "hono/compress";
import type { ApiContext } from "../api/context.js";
import { FILES, files } from "../api/files.js";
import {
  AVAILABILITY,
  EXPLAIN,
  GAPS,
  OVERVIEW,
  availability,
  day,
  delays,
  explain,
  gaps,
  overview,
} from "../api/read.js";
import { retry } from "../api/retry.js";
import { CONTENT_TYPE, exposition } from "../metrics/exposition.js";
import { metrics } from "../metrics/metrics.js";
import type { Assets } from "./assets.js";
import type { EventStream } from "./event-stream.js";
import type { Guard } from "./guard.js";
import { HEADERS } from "./headers.js";
import { asset, logIn, loginPage, logOut } from "./pages.js";
import { Params } from "./params.js";
import { Problem, notFound, problemBody } from "./problem.js";
import type { Sessions } from "./session.js";

export interface AppOptions {
  readonly api: ApiContext;
  readonly guard: Guard;
  readonly sessions: Sessions | undefined;
  readonly events: EventStream;
  readonly assets: Assets;
  /** Told of what should not have happened; the client is only told that it did. */
  readonly onError: (error: unknown) => void;
}

const NONE: readonly string[] = [];

/** All routes, behind the guard. Every error is JSON. */
export function makeApp({ api, guard, sessions, events, assets, onError }: AppOptions): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) if (!c.res.headers.has(name)) c.header(name, value);
  });
  app.use(async (c, next) => {
    guard.checkHost(c.req.raw);
    guard.checkOrigin(c.req.raw);
    if (c.req.method === "GET" && c.req.path === "/" && wantsPage(c) && !guard.knows(c.req.raw))
      return c.redirect("/login", 303);
    guard.checkToken(c.req.raw, c.req.path);
    await next();
  });
  app.use(compress());

  const query = (c: Context, known: readonly string[]) => new Params(c.req.url, known);
  const source = (c: Context) => c.req.param("source")!;
  app.get("/api/v1/overview", async (c) => (query(c, OVERVIEW), c.json(await overview(api))));
  app.get("/api/v1/availability", async (c) => c.json(await availability(api, query(c, AVAILABILITY))));
  app.get("/api/v1/gaps", async (c) => c.json(await gaps(api, query(c, GAPS))));
  app.get("/api/v1/transfers", (c) => (query(c, NONE), c.json({ transfers: api.live.transfers })));
  // Hono answers HEAD by this route and drops the body, which nobody would then ever close.
  app.get(
    "/api/v1/events",
    (c) => (query(c, NONE), c.req.method === "HEAD" ? c.body(null) : events.response()),
  );
  app.get("/api/v1/sources/:source/days/:date", async (c) => {
    query(c, NONE);
    return c.json(await day(api, source(c), c.req.param("date")));
  });
  app.get("/api/v1/sources/:source/files", async (c) => c.json(await files(api, source(c), query(c, FILES))));
  app.get("/api/v1/sources/:source/explain", async (c) =>
    c.json(await explain(api, source(c), query(c, EXPLAIN))),
  );
  app.get(
    "/api/v1/sources/:source/delays",
    async (c) => (query(c, NONE), c.json(await delays(api, source(c)))),
  );
  app.post("/api/v1/retry", async (c) => (query(c, NONE), c.json(await retry(api, c.req.raw))));

  app.get("/metrics", async (c) => {
    query(c, NONE);
    const text = exposition(metrics(await api.overviews.get(), api.live, api.daybook));
    return c.body(text, 200, { "content-type": CONTENT_TYPE });
  });
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const ready = await api.overviews.status().then(
      () => true,
      () => false,
    );
    return ready
      ? c.json({ status: "ready" })
      : c.json({ status: "not ready: the ledger can't be read" }, 503);
  });

  app.get("/", (c) => asset(c, assets, "index.html"));
  app.get("/assets/:name", (c) => asset(c, assets, c.req.param("name")));
  app.get("/login", (c) => (sessions ? loginPage(c, assets) : c.redirect("/", 303)));
  app.post("/login", (c) => logIn(c, sessions));
  app.post("/logout", (c) => logOut(c));
  app.notFound(() => {
    throw notFound("there is nothing here");
  });
  const known = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ path, method }) => ({ path, method }));
  for (const path of new Set(known.map(({ path }) => path)))
    app.all(path, () => {
      throw new Problem(405, "method", "this can't be done here");
    });
  app.onError((error, c) => {
    const problem = problemOf(error, onError);
    if (problem.status === 401) c.header("www-authenticate", "Bearer");
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    return c.json(problemBody(problem), problem.status);
  });
  return app;
}

function wantsPage(c: Context): boolean {
  return (c.req.header("accept") ?? "").includes("text/html");
}

function problemOf(error: unknown, onError: (error: unknown) => void): Problem {
  if (error instanceof Problem) return error;
  onError(error);
  if (isDaybookError(error, "store") || isDaybookError(error, "no-space"))
    return new Problem(503, "ledger", "the ledger can't be read now: the log says why");
  return new Problem(500, "internal", "something went wrong here: the log says what");
}
