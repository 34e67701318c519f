import { readdirSync } from "node:fs";
import { METHODS } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { makeApp, type AppOptions } from "../src/server/app.js";
import { place, type Place } from "./support/place.js";
import { raw } from "./support/raw.js";

const TOKEN = "a-token-of-32-characters-or-more";
const VALUES: Readonly<Record<string, readonly string[]>> = {
  source: ["RMA1"],
  date: ["2025-01-03"],
  name: readdirSync(new URL("../assets", import.meta.url)).concat("main.js", "nothing.js"),
};
/** Every route there is, as the application itself lists them, with something for each part that varies. */
const ROUTES = makeApp({} as AppOptions)
  .routes.filter(({ method }) => method !== "ALL")
  .flatMap(({ method, path }) => {
    const part = /:(\w+)/.exec(path)?.[1];
    const paths = part === undefined ? [path] : VALUES[part]!.map((value) => path.replace(`:${part}`, value));
    return paths.map((path) => ({ method, path: path.replace(":date", VALUES["date"]![0]!) }));
  });
const PATHS = [...new Set(ROUTES.map(({ path }) => path)), "/nothing", "/api/v1"];
/** What may be asked without a token, and tells nothing. */
const OPEN = ["/healthz", "/readyz", "/login", "/assets/style.css", "/assets/icon.svg"];

const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0];
const logIn = ({ get }: Place, token: string) =>
  get("/login", { method: "POST", body: new URLSearchParams({ token }) });

/** The same place by other names, for whoever compares names with less care than whoever looks for the place. */
const disguises = (path: string) => [
  `/${path}`,
  `${path}/`,
  `/.${path}`,
  `/login/..${path}`,
  `/login/%2e%2e${path}`,
  `/assets/style.css/../..${path}`,
  `${path}/../../healthz`,
  `${path};/healthz`,
  `${path}?/healthz`,
  `${path}%3f`,
  `${path}%00`,
  path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  path.replaceAll("/", "%2f").replace("%2f", "/"),
  path.replaceAll("/", "\\").replace("\\", "/"),
  path.replace(/[a-z]/, (letter) => letter.toUpperCase()),
  path.toUpperCase(),
];

test("the application's routes are known here, and what varies in them has values", () => {
  expect(PATHS).toEqual(
    expect.arrayContaining(["/", "/metrics", "/api/v1/sources/RMA1/days/2025-01-03", ...OPEN]),
  );
  expect(ROUTES.filter(({ path }) => path.includes(":"))).toEqual([]);
});

test("without the token no route tells anything by any method, and all tell the same", async () => {
  const { url } = await place({ token: TOKEN, writable: true });
  const answers = new Set<string>();
  for (const path of PATHS)
    for (const method of METHODS.filter((method) => method !== "CONNECT")) {
      const { status, headers, body } = await raw(url, { method, path });
      const open =
        OPEN.includes(path) && ["GET", "HEAD", ...(path === "/login" ? ["POST"] : [])].includes(method);
      expect([method, path, status === 401]).toEqual([method, path, !open]);
      if (open) continue;
      expect(headers["www-authenticate"]).toBe("Bearer");
      if (method !== "HEAD") answers.add(body);
    }
  expect(answers.size).toBe(1);
  expect([...answers][0]).not.toContain("RMA1");
  const told = async (path: string) => JSON.parse((await raw(url, { path })).body) as object;
  expect(await told("/healthz")).toEqual({ status: "ok" });
  expect(await told("/readyz")).toEqual({ status: "ready" });
});

test("a wrong token, in whatever form, opens no route", async () => {
  const { url } = await place({ token: TOKEN, writable: true });
  for (const { method, path } of ROUTES.filter(({ path }) => !OPEN.includes(path)))
    for (const headers of [
      { authorization: "Bearer wrong" },
      { authorization: `Basic ${TOKEN}` },
      { authorization: "Bearer" },
      { cookie: "daybook_session=99999999999999.abc.def" },
      { cookie: `daybook_session=${TOKEN}` },
    ] as Record<string, string>[])
      expect([path, (await raw(url, { method, path, headers })).status]).toEqual([path, 401]);
});

test("under no other name does a route tell more than it does under its own", async () => {
  const { url } = await place({ token: TOKEN, writable: true });
  const told = new Map<string, string>();
  for (const path of OPEN) told.set((await raw(url, { path })).body, path);
  for (const path of PATHS)
    for (const disguise of disguises(path))
      for (const method of ["GET", "POST"]) {
        const { status, body } = await raw(url, { method, path: disguise });
        const sameAsOpen = status === 200 && told.has(body);
        expect([disguise, status, sameAsOpen || [303, 400, 401].includes(status)]).toEqual([
          disguise,
          status,
          true,
        ]);
        // To the form for the token, and with it nothing else.
        if (status === 303) expect([disguise, body]).toEqual([disguise, ""]);
        expect(body).not.toContain("RMA1");
      }
});

test("with the token every route answers, and it is in no answer", async () => {
  const { get } = await place({ token: TOKEN });
  for (const { method, path } of ROUTES) {
    if (method !== "GET" || /events|nothing|login/.test(path)) continue;
    const query = path.endsWith("/explain") ? "?path=/L2/RMA1/2025/01/05/06" : "";
    const response = await get(path + query, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([path, response.status]).toEqual([path, 200]);
    expect(await response.text()).not.toContain(TOKEN);
  }
});

test("a person logs in once, and the browser's cookie opens the page until they log out", async () => {
  const there = await place({ token: TOKEN });
  const toPage = await there.get("/", { headers: { accept: "text/html" } });
  expect([toPage.status, toPage.headers.get("location")]).toEqual([303, "/login"]);
  expect(await (await there.get("/login")).text()).toContain('type="password"');
  const refused = await logIn(there, "not the token at all");
  expect([refused.headers.get("location"), cookieOf(refused)]).toEqual(["/login?wrong", undefined]);
  // The browser shows what isn't hidden.
  const told = async (path: string) =>
    /<p [^>]*>That token is wrong\.<\/p>/.exec(await (await there.get(path)).text())?.[0];
  expect(await told("/login")).toContain("hidden");
  expect(await told("/login?wrong")).toBe('<p class="wrong" role="alert">That token is wrong.</p>');

  const response = await logIn(there, TOKEN);
  expect(response.headers.get("location")).toBe("/");
  const set = response.headers.get("set-cookie")!;
  expect(set).toMatch(/HttpOnly; SameSite=Strict$/);
  expect(set).not.toContain(TOKEN);
  const headers = { cookie: cookieOf(response)! };
  expect((await there.get("/api/v1/overview", { headers })).status).toBe(200);
  const out = await there.get("/logout", { method: "POST", headers });
  expect(out.headers.get("set-cookie")).toContain("Max-Age=0");

  const other = await place({ token: `${TOKEN}2` });
  expect((await other.get("/api/v1/overview", { headers })).status).toBe(401);
});

test("a name that a foreign page made up for this machine is not answered", async () => {
  const { url } = await place();
  const ask = (host: string) => raw(url, { path: "/api/v1/overview", headers: { host } });
  for (const host of ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", "0x7f000001"])
    expect([host, [400, 421].includes((await ask(host)).status)]).toEqual([host, true]);
  for (const host of ["localhost:1", "127.0.0.1", "[::1]:8470", "LOCALHOST"])
    expect([host, (await ask(host)).status]).toEqual([host, 200]);
});

test("others may reach it only with a token that can't be guessed", async () => {
  await expect(place({ address: "0.0.0.0:0", fill: false })).rejects.toMatchObject({ kind: "config" });
  await expect(place({ names: ["radar.example"], fill: false })).rejects.toThrow("serve.token_file");
  await expect(place({ token: "short", fill: false })).rejects.toThrow("at least 16 characters");
  await expect(place({ address: "127.0.0.1:99999", fill: false })).rejects.toThrow("no address to listen on");
  const proxied = await place({ names: ["radar.example"], token: TOKEN });
  const headers = { host: "radar.example", authorization: `Bearer ${TOKEN}` };
  expect((await raw(proxied.url, { path: "/api/v1/overview", headers })).status).toBe(200);
});

test("where others may reach it, any name is answered unless there are some that it knows", async () => {
  const open = { address: "0.0.0.0:0", token: TOKEN, fill: false };
  const ask = async (url: string, host: string) => {
    const headers = { host, authorization: `Bearer ${TOKEN}` };
    return (await raw(url, { path: "/api/v1/overview", headers })).status;
  };
  expect(await ask((await place(open)).url, "any.example")).toBe(200);
  const { url } = await place({ ...open, names: ["radar.example"] });
  expect([await ask(url, "radar.example"), await ask(url, "any.example")]).toEqual([200, 421]);
});

test("two dashboards can't listen at one address, and the second says so", async () => {
  const { url } = await place();
  await expect(place({ address: new URL(url).host, fill: false })).rejects.toThrow(
    "something else listens there; name another port: serve PORT, run --serve PORT, or serve.address",
  );
});

test("every answer forbids scripts from elsewhere, frames and guesses of its type", async () => {
  const { get } = await place();
  for (const route of ["/", "/assets/main.js", "/api/v1/overview", "/nothing"]) {
    const { headers } = await get(route);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*script-src 'self';/);
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
  }
  expect(await (await get("/")).text()).not.toMatch(/<script(?![^>]* src="\/)|\son\w+=|style=|https?:/);
});

test("what isn't even HTTP, and what is too large, is refused in JSON", async () => {
  const { url } = await place({ writable: true });
  const { port } = new URL(url);
  for (const sent of [
    "hello\r\n\r\n",
    "GET nowhere HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: a b\r\n\r\n",
    "GET / HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n",
  ]) {
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(sent);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(answer).toContain('{"error":{"code":');
  }
  const headers = { "content-type": "application/json" };
  const large = await raw(url, { method: "POST", path: "/api/v1/retry", headers, body: "x".repeat(300_000) });
  expect(large.status).toBe(413);
});
