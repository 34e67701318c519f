import { describe, expect, test } from "vitest";
import { failure, readAll } from "./support/setup.js";
import { scripted } from "./support/script-server.js";
import type { Script, Talk } from "./support/script-server.js";

const hangUp = (talk: Talk) => talk.hangUp();
const refuseAndHangUp = (talk: Talk) => {
  talk.say("500 Syntax error");
  talk.hangUp();
};

describe("a server that is put off in the middle of the log-in is logged in to without what put it off:", () => {
  test.each<[string, Script["on"], string]>([
    ["FEAT hangs it up", { FEAT: hangUp }, "FEAT"],
    ["FEAT hangs it up after a word", { FEAT: refuseAndHangUp }, "FEAT"],
    ["FEAT is never answered", { FEAT: undefined }, "FEAT"],
    ["OPTS UTF8 hangs it up", { OPTS: hangUp }, "OPTS UTF8 ON"],
    ["OPTS UTF8 hangs it up after a word", { OPTS: refuseAndHangUp }, "OPTS UTF8 ON"],
    ["OPTS UTF8 is never answered", { OPTS: undefined }, "OPTS UTF8 ON"],
  ])("%s", async (_, on, command) => {
    const { transport, commands } = await scripted({ on }, { timeout: 300 });
    expect((await transport.list("/")).entries).toHaveLength(1);
    expect(String(await readAll(transport.read("/file")))).toBe("hello");
    expect(commands.filter((each) => each === command)).toHaveLength(1);
  });
});

test("an account is sent where one is wanted", async () => {
  const { transport, commands } = await scripted(
    { on: { PASS: "332 Need account", ACCT: "230 in" } },
    { account: "books" },
  );
  expect((await transport.list("/")).entries).toHaveLength(1);
  expect(commands).toContain("ACCT books");
});

test("an account that is wanted and isn't there is config, and named", async () => {
  const { transport } = await scripted({ on: { PASS: "332 Need account", ACCT: "530 no" } });
  const error = await failure(transport.list("/"));
  expect([error.kind, error.detail.includes("`account`")]).toEqual(["config", true]);
});

test("commands for after the log-in are sent in order, before anything else is asked", async () => {
  const { transport, commands } = await scripted(
    { on: { SITE: "200 ok" } },
    { loginCommands: ["SITE LISTFMT 1", "SITE NAMEFMT 1"] },
  );
  await transport.list("/");
  const first = commands.indexOf("SITE LISTFMT 1");
  expect(commands.slice(first, first + 2)).toEqual(["SITE LISTFMT 1", "SITE NAMEFMT 1"]);
  expect(first).toBeLessThan(commands.findIndex((command) => command.startsWith("CWD")));
});

test.each([
  "530 Too many failed login attempts, account locked",
  "530 Account disabled: maximum number of failed logins exceeded",
  "530 Login incorrect. 2 attempts left before your IP is banned, limit 5",
  "421 Temporarily banned for too many failed login attempts",
  "501 Invalid user name",
])("a login that must not be tried again is auth, and tried once: %s", async (text) => {
  const { transport, commands } = await scripted({ on: { PASS: text } }, { connections: 3 });
  for (const error of await Promise.all([failure(transport.list("/")), failure(transport.read("/file"))])) {
    expect([error.kind, error.operation]).toEqual(["auth", "connect"]);
    expect(error.detail).toContain(text);
  }
  expect(commands.filter((command) => command.startsWith("PASS"))).toHaveLength(1);
});

describe("what is answered to one file concerns that file alone:", () => {
  test.each([
    ["500 Unknown", "unsupported"],
    ["502 no", "unsupported"],
    ["504 no", "unsupported"],
    ["522 no", "unsupported"],
    ["534 no", "unsupported"],
    ["536 no", "unsupported"],
    ["530 Not logged in", "permission"],
    ["532 Need account", "permission"],
    ["550 The process cannot access the file because it is being used by another process. ", "busy"],
    ["550 Unable to access file: Resource temporarily unavailable", "busy"],
  ])("%s is %s", async (text, kind) => {
    const { transport } = await scripted({ on: { RETR: text } });
    const error = await failure(transport.read("/file"));
    expect([error.kind, error.operation, error.path]).toEqual([kind, "read", "/file"]);
    expect(error.detail).toContain(text.trim());
  });

  test("a log-in that the server has forgotten is made anew, once", async () => {
    let forgotten = true;
    const RETR = (talk: Talk) => {
      if (!forgotten) return talk.send("hello");
      forgotten = false;
      talk.say("530 Please login with USER and PASS.");
    };
    const { transport, commands } = await scripted({ on: { RETR } });
    expect(String(await readAll(transport.read("/file")))).toBe("hello");
    expect(commands.filter((command) => command.startsWith("USER"))).toHaveLength(2);
  });

  test("words that nobody knows are shown, and the file isn't given up", async () => {
    const { transport } = await scripted({ on: { RETR: "550 Gremlins in tray 2" } });
    const error = await failure(transport.read("/file"));
    expect([error.kind, error.retry]).toEqual(["protocol", "later"]);
    expect(error.detail).toContain("Gremlins in tray 2");
  });
});
