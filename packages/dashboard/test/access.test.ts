import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { place, type Place } from "./support/place.js";
import { raw } from "./support/raw.js";

const TOKEN = "a-token-of-32-characters-or-more";
const ROUTES = [
  "/",
  "/api/v1/overview",
  "/api/v1/availability",
  "/api/v1/gaps",
  "/api/v1/transfers",
  "/api/v1/events",
  "/api/v1/sources/RMA1/days/2025-01-03",
  "/api/v1/sources/RMA1/files",
  "/api/v1/sources/RMA1/explain?path=/L2/RMA1/2025/01/05/06",
  "/api/v1/sources/RMA1/delays",
  "/api/v1/retry",
  "/metrics",
  "/assets/main.js",
  "/assets/nothing.js",
  "/nothing",
];

const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0];
const logIn = ({ get }: Place, token: string) =>
  get("/login", { method: "POST", body: new URLSearchParams({ token }) });

test("without the token no route tells anything, and all tell the same", async () => {
  const { get } = await place({ token: TOKEN });
  const answers = new Set<string>();
  for (const route of ROUTES)
    for (const headers of [
      {},
      { authorization: "Bearer wrong" },
      { cookie: "daybook_session=99999999999999.abc.def" },
      { cookie: `daybook_session=${TOKEN}` },
      { authorization: `Basic ${TOKEN}` },
    ] as Record<string, string>[]) {
      const response = await get(route, { headers });
      expect([route, response.status]).toEqual([route, 401]);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      answers.add(await response.text());
    }
  expect(answers.size).toBe(1);
  expect([...answers][0]).not.toContain("RMA1");
  expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
  expect(await (await get("/readyz")).json()).toEqual({ status: "ready" });
});

test("with the token every route answers, and it is in no answer", async () => {
  const { get } = await place({ token: TOKEN });
  for (const route of ROUTES.slice(0, 13).filter((route) => !/events|retry/.test(route))) {
    const response = await get(route, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([route, response.status]).toEqual([route, 200]);
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

test("two dashboards can't listen at one address, and the second says so", async () => {
  const { url } = await place();
  await expect(place({ address: new URL(url).host, fill: false })).rejects.toThrow(
    "something else listens there",
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
