import { describe, expect, test } from "vitest";
import { failure, readAll, setUp } from "./support/setup.js";
import { scripted } from "./support/script-server.js";
import type { Talk } from "./support/script-server.js";

describe.each(["mlsd", "list"] as const)("with %s,", (style) => {
  test("paths can begin where the log-in leads, and errors name them as they were asked for", async () => {
    const { tree, transport, server } = await setUp({ style, home: "/homes/a b" }, { home: true });
    tree.put("/homes/a b/data/x", "abc");
    const { entries } = await transport.list("/data");
    expect(entries).toMatchObject([{ name: "x", size: 3 }]);
    expect(String(await readAll(transport.read("/data/x", { size: 3 })))).toBe("abc");
    expect(await transport.stat("/data/x")).toMatchObject({ name: "x", size: 3 });
    expect(await failure(transport.list("/gone"))).toMatchObject({ kind: "not-found", path: "/gone" });
    expect(await failure(transport.read("/data/gone"))).toMatchObject({
      kind: "not-found",
      path: "/data/gone",
    });
    expect(await failure(transport.list("/pub"))).toMatchObject({ kind: "not-found" });
    expect(server.commands.filter((command) => command === "PWD")).toHaveLength(1);
  });

  test("a home at the root changes nothing", async () => {
    const { transport } = await setUp({ style }, { home: true });
    expect((await transport.list("/")).entries).toMatchObject([{ name: "pub" }]);
    expect((await transport.list("/pub")).entries).toHaveLength(3);
  });
});

test.each([
  ['257 "/homes/me" is your current location', "/homes/me"],
  ['257 "/homes/me/" is cwd', "/homes/me"],
  ['257 "/homes/a ""b"" c"', '/homes/a "b" c'],
  ["257 /homes/me", "/homes/me"],
  ['257-Welcome back\r\n257 "/homes/me"', "/homes/me"],
  ['257 "/"', ""],
])("a home is read from %j", async (reply, home) => {
  const { transport, commands } = await scripted({ on: { PWD: reply } }, { home: true });
  await transport.list("/data");
  expect(commands).toContain(`CWD ${home}/data`);
});

test.each([
  ["502 PWD not implemented", "unsupported"],
  ["550 Permission denied", "unsupported"],
  ['257 "DISK$USER:[CRAWLER]" is current directory', "unsupported"],
  ["257 no idea", "unsupported"],
  ['257 "', "unsupported"],
  ["257 is /home of", "unsupported"],
  ["450 try again", "busy"],
])("a server that answers PWD with %j gets a clear error of the whole source", async (reply, kind) => {
  const { transport, commands } = await scripted({ on: { PWD: reply } }, { home: true });
  const error = await failure(transport.list("/data"));
  expect(error).toMatchObject({ kind, operation: "connect" });
  expect(error.message).toContain("`home`");
  expect(error.message).toContain(reply);
  expect(commands.filter((command) => /^(?:CWD|LIST|RETR)/.test(command))).toEqual([]);
});

test("a log-in that is dropped at PWD is tried again like any other", async () => {
  let asked = 0;
  const PWD = (talk: Talk) => (asked++ === 0 ? talk.hangUp() : talk.say('257 "/me"'));
  const { transport, commands } = await scripted({ on: { PWD } }, { home: true });
  expect(await failure(transport.list("/data"))).toMatchObject({ kind: "network" });
  expect((await transport.list("/data")).entries).toHaveLength(1);
  expect(commands).toContain("CWD /me/data");
});
