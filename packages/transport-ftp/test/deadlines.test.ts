import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { failure, readAll } from "./support/setup.js";
import { scripted } from "./support/script-server.js";
import type { Answer, Script, Talk } from "./support/script-server.js";

/** Writes again and again, faster than any silence limit, until the other side has had enough. */
const drip =
  (text: string, every: number) =>
  (to: Socket): void => {
    const timer = setInterval(() => to.write(text), every);
    to.on("close", () => clearInterval(timer));
  };
const dripping =
  (text: string): Answer =>
  ({ socket }: Talk) =>
    drip(text, 20)(socket);
const flood: Answer = ({ socket }: Talk) => {
  const more = () => {
    while (!socket.destroyed && socket.write("x".repeat(65_536)));
    if (!socket.destroyed) socket.once("drain", more);
  };
  more();
};

describe("what never ends is ended, and says what it was:", () => {
  test.each<[string, Script, string, RegExp]>([
    ["a greeting a character at a time", { greeting: dripping("2") }, "timeout", /the greeting/],
    ["a greeting without a line's end", { greeting: flood }, "protocol", /has no end/],
    ["a greeting line after line", { greeting: dripping("220-hello\r\n") }, "timeout", /the greeting/],
    [
      "a greeting of very many lines",
      { greeting: `220-hello\r\n${"220-again\r\n".repeat(2000)}` },
      "protocol",
      /has no end/,
    ],
    ["a log-in a character at a time", { on: { PASS: dripping("2") } }, "timeout", /an answer to PASS/],
    [
      "a log-in that says wait",
      { on: { PASS: "150 wait\r\n".repeat(30) } },
      "protocol",
      /put its answer off/,
    ],
    ["a port a character at a time", { on: { EPSV: dripping("2") } }, "timeout", /an answer to EPSV/],
    [
      "an announcement again and again",
      { on: { RETR: "150 here it comes\r\n".repeat(30) } },
      "protocol",
      /put its answer off/,
    ],
    [
      "a file a byte at a time",
      { on: { RETR: ({ send }: Talk) => send(drip("x", 20)) } },
      "timeout",
      /the file came at [\d.]+ bytes a second for \d+ s/,
    ],
  ])("%s", async (_, script, kind, words) => {
    const { transport } = await scripted(script, { timeout: 150 });
    const error = await failure(readAll(transport.read("/file")));
    expect([error.kind, error.detail]).toEqual([kind, expect.stringMatching(words)]);
  });

  test("a listing a byte at a time, and the connection is free again", async () => {
    let slow = true;
    const LIST = ({ send }: Talk) => send(slow ? drip("x", 20) : "-rw-r--r-- 1 a b 5 Jan 15 2025 file\r\n");
    const { transport } = await scripted({ on: { LIST } }, { timeout: 150 });
    const error = await failure(transport.list("/"));
    expect([error.kind, error.detail]).toEqual(["timeout", expect.stringMatching(/the listing came at/)]);
    slow = false;
    expect((await transport.list("/")).entries).toHaveLength(1);
  });

  test("150 again and again after the data", async () => {
    const RETR = (talk: Talk) =>
      talk.send((to) => {
        to.end("hello");
        talk.say("150 still\r\n".repeat(30));
      });
    const { transport } = await scripted({ on: { RETR } }, { timeout: 150 });
    expect((await failure(readAll(transport.read("/file")))).kind).toBe("protocol");
  });
});

test("a file that comes slowly, but comes, is let come", async () => {
  const whole = "x".repeat(2000);
  const RETR = (talk: Talk) =>
    talk.send(async (to) => {
      for (let at = 0; at < whole.length; at += 40) {
        to.write(whole.slice(at, at + 40));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      to.end(() => talk.say("226 done"));
    });
  const { transport } = await scripted({ on: { RETR } }, { timeout: 150 });
  // From then on the next port is asked for behind each command, and is named long before the file is here.
  await transport.list("/");
  expect(String(await readAll(transport.read("/file")))).toBe(whole);
});

test("a rate that counts as progress can be asked for", async () => {
  const RETR = ({ send }: Talk) => send(drip("x".repeat(40), 20));
  const { transport } = await scripted({ on: { RETR } }, { timeout: 150, minRate: 100_000 });
  expect((await failure(readAll(transport.read("/file")))).detail).toMatch(
    /the file came at \d+ bytes a second/,
  );
});

test("a server's words are cut once, where they are read", async () => {
  const { transport } = await scripted({ on: { RETR: `550 ${"no ".repeat(20_000)}such file` } });
  const error = await failure(transport.read("/file"));
  expect(error.detail.length).toBeLessThan(600);
});

test("a closing reply of very many digits costs nothing", async () => {
  const LIST = ({ send }: Talk) =>
    send("-rw-r--r-- 1 a b 5 Jan 15 2025 file\r\n", `226 ${"1".repeat(65_000)}`);
  const { transport } = await scripted({ on: { LIST } });
  expect((await transport.list("/")).entries).toHaveLength(1);
});

test("a reply nobody asked for isn't taken for the next command's", async () => {
  const RETR = (talk: Talk) => talk.send("hello", "226 done\r\n226 done");
  const { transport } = await scripted({ on: { RETR } }, { connections: 1 });
  for (let n = 0; n < 3; n++)
    expect(String(await readAll(transport.read("/file", { size: 5 })))).toBe("hello");
});

test("a service that will be ready in a moment is waited for", async () => {
  const { transport } = await scripted({ greeting: "120 Service ready in 1 minutes\r\n220 ready" });
  expect((await transport.list("/")).entries).toHaveLength(1);
});

test("one that isn't ready after all is busy, in its own words", async () => {
  const { transport } = await scripted({ greeting: "120 Service ready in 7 minutes" }, { timeout: 150 });
  const error = await failure(transport.list("/"));
  expect([error.kind, error.detail]).toEqual(["busy", expect.stringContaining("ready in 7 minutes")]);
});
