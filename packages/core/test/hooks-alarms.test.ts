import { DaybookError, TransportToken, type LocalFs, type Transport } from "@daybook/core";
import { describe, expect, test } from "vitest";
import { bound } from "./support/bound.js";
import type { Mirror } from "./support/mirror.js";
import { HOUR, MINUTE, put, threeHours, type MirrorOptions } from "./support/mirror.js";
import type { Receiver } from "./support/receiver.js";
import { mirrorWith, SLOT } from "./support/receiver.js";

describe("silence", () => {
  const live: MirrorOptions = {
    now: "2025-01-01T00:30:00Z",
    source: { end: "2025-01-02T00:00:00Z", poll: MINUTE },
  };
  const told = (receiver: Receiver) =>
    receiver.heard.map(({ at, data }) => [data["status"], at, data["since"]]);
  const until = (mirror: Mirror, time: string) => mirror.clock.set(new Date(`2025-01-01T${time}Z`));
  const begin = (mirror: Mirror) => {
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    return async () => {
      stop.abort();
      await mirror.clock.runUntil(run);
    };
  };

  test("is told once while it lasts, and when something comes again", async () => {
    const { mirror, receiver } = mirrorWith(["stale"], live, { staleAfter: 20 * MINUTE });
    put(mirror, "2025-01-01T00:25:00Z");
    const end = begin(mirror);
    await until(mirror, "00:49:59");
    expect(told(receiver)).toEqual([]);
    await until(mirror, "02:00:00");
    const began = ["began", "2025-01-01T00:50:00.000Z", "2025-01-01T00:30:00.000Z"];
    expect(told(receiver)).toEqual([began]);
    put(mirror, "2025-01-01T01:57:00Z");
    await until(mirror, "02:05:00");
    const [, ended] = told(receiver);
    expect([ended![0], ended![2]]).toEqual(["ended", "2025-01-01T00:30:00.000Z"]);
    expect(Date.parse(ended![1] as string)).toBeLessThanOrEqual(Date.parse("2025-01-01T02:02:00Z"));
    expect(mirror.of("source-stale")).toMatchObject([
      { source: "RMA1", since: new Date("2025-01-01T00:30Z") },
    ]);
    expect(mirror.of("source-fresh").map(({ silentSince }) => silentSince)).toEqual([
      undefined,
      new Date("2025-01-01T00:30Z"),
    ]);
    await until(mirror, "02:25:00");
    expect(
      told(receiver)
        .slice(2)
        .map(([status]) => status),
    ).toEqual(["began"]);
    await end();
  });

  test("goes on over a restart: told before, it is not told again; not told yet, its time goes on", async () => {
    const { mirror, receiver } = mirrorWith(["stale"], live, { staleAfter: 20 * MINUTE });
    for (const time of ["00:40:00", "00:48:00"]) {
      const end = begin(mirror);
      await until(mirror, time);
      await end();
      mirror.restart();
    }
    expect(told(receiver)).toEqual([]);
    for (const time of ["01:00:00", "01:30:00"]) {
      const end = begin(mirror);
      await until(mirror, time);
      expect(told(receiver)).toEqual([["began", "2025-01-01T00:50:00.000Z", "2025-01-01T00:30:00.000Z"]]);
      expect(mirror.of("source-stale").at(-1)).toMatchObject({ since: new Date("2025-01-01T00:30Z") });
      await end();
      mirror.restart();
    }
    put(mirror, "2025-01-01T01:25:00Z");
    const end = begin(mirror);
    await until(mirror, "01:35:00");
    expect(told(receiver).map(([status]) => status)).toEqual(["began", "ended"]);
    await end();
  });

  test("is told by runs that are short as well", async () => {
    const { mirror, receiver } = mirrorWith(["stale"], live, { staleAfter: 20 * MINUTE });
    for (const time of ["00:30:00", "00:45:00", "00:55:00", "01:10:00"]) {
      await until(mirror, time);
      await mirror.run({ once: true });
      mirror.restart();
    }
    expect(told(receiver)).toEqual([["began", "2025-01-01T00:55:00.000Z", "2025-01-01T00:30:00.000Z"]]);
  });

  test("isn't broken by history that comes in", async () => {
    const { mirror, receiver } = mirrorWith(
      ["stale"],
      { ...live, now: "2025-01-01T10:00:00Z", connections: 1 },
      { staleAfter: 20 * MINUTE },
    );
    put(mirror, "2025-01-01T00:25:00Z");
    const end = begin(mirror);
    await until(mirror, "10:10:00");
    put(mirror, "2025-01-01T00:45:00Z");
    await mirror.daybook.retry({ paths: [`${SLOT}/00`] });
    await until(mirror, "10:30:00");
    expect(mirror.of("file-stored")).toHaveLength(2);
    expect(told(receiver)).toEqual([["began", "2025-01-01T10:20:00.000Z", "2025-01-01T10:00:00.000Z"]]);
    await end();
  });

  test("is none where nothing more has to come", async () => {
    const { mirror, receiver } = mirrorWith(["stale"], {}, { staleAfter: 1 });
    put(mirror, "2025-01-01T01:05:00Z");
    await mirror.run();
    expect(receiver.messages).toEqual([]);
  });
});

describe("errors", () => {
  test("tell of a source that failed, a host that went down and came back, and a file that was given up", async () => {
    let down = true;
    const error = new DaybookError("network", "connection refused");
    const { mirror, receiver } = mirrorWith(["error"], {
      source: { maxAttempts: 1 },
      faults: {
        onList: () => (down ? { fail: error } : undefined),
        onRead: () => ({ fail: new DaybookError("permission", "not for you") }),
      },
    });
    const path = put(mirror, "2025-01-01T01:05:00Z");
    const run = mirror.daybook.run();
    await mirror.clock.advance(2 * MINUTE);
    expect(mirror.of("host-down").length).toBeGreaterThan(1);
    down = false;
    await mirror.clock.runUntil(run, { maxTime: HOUR });
    expect(receiver.heard.map(({ data }) => [data["what"], data["reason"], data["path"]])).toEqual([
      ["host-down", "connection refused", undefined],
      ["host-up", undefined, undefined],
      ["quarantined", "not for you", path],
    ]);
    await mirror.daybook.retry({ paths: [`${SLOT}/00`] });
    mirror.restart();
    down = true;
    const refused = new DaybookError("auth", "the password is wrong");
    Object.assign(error, { kind: refused.kind, detail: refused.detail, operation: "connect" });
    await mirror.run();
    expect(receiver.heard.at(-1)!.data).toEqual({
      what: "source-failed",
      kind: "auth",
      reason: "the password is wrong",
    });
  });
});

describe("a source that waits", () => {
  const words = (receiver: Receiver) =>
    receiver.heard.map(({ source, data }) => [source, data["what"], data["because"], data["kind"]]);
  const TWO = [{ name: "one" }, { name: "two" }];

  test("for a log-in, while another goes on, is told once, and when it is over", async () => {
    let right = false;
    const { mirror, receiver } = mirrorWith(["error"], { sources: TWO });
    const [one, two] = mirror.sourceOptions();
    const login = {
      name: "login",
      provides: TransportToken,
      create: (): Transport => ({
        ...bound<Transport>(mirror.transport),
        capabilities: { ...mirror.transport.capabilities, endpoint: "memory://other" },
        close: async () => undefined,
        list: async (path) => {
          if (!right) throw new DaybookError("auth", "wrong password", { operation: "connect" });
          return mirror.transport.list(path);
        },
      }),
    };
    mirror.restart({ sources: [{ ...one!, plugins: [login] }, two!] });
    threeHours(mirror);
    const run = mirror.daybook.run();
    await mirror.clock.advance(6 * HOUR);
    expect(words(receiver)).toEqual([["one", "source-paused", "login", "auth"]]);
    right = true;
    await mirror.clock.runUntil(run, { maxTime: 2 * HOUR });
    expect(words(receiver).slice(1)).toEqual([["one", "source-resumed", "login", undefined]]);
  });

  test.each(["from the start", "later on"])(
    "for a disk that others share, %s, is told once for all",
    async (when) => {
      let full = when === "from the start";
      const { mirror, receiver } = mirrorWith(["error"], { sources: TWO });
      const fail = (name: "writeSync" | "openSync" | "mkdirSync") =>
        ((...args: never[]) => {
          if (full) throw Object.assign(new Error("full"), { code: "ENOSPC" });
          return (mirror.fs[name] as (...all: never[]) => unknown)(...args);
        }) as never;
      const fs: LocalFs = {
        ...bound(mirror.fs),
        ...{ writeSync: fail("writeSync"), openSync: fail("openSync"), mkdirSync: fail("mkdirSync") },
      };
      mirror.restart({ fs });
      threeHours(mirror);
      mirror.transport.faults = { onRead: () => void (full ||= when === "later on" && !healed) };
      let healed = false;
      const run = mirror.daybook.run();
      await mirror.clock.advance(HOUR);
      healed = true;
      full = false;
      await mirror.clock.runUntil(run, { maxTime: HOUR });
      expect(words(receiver).map(([, ...rest]) => rest)).toEqual([
        ["source-paused", "destination", "no-space"],
        ["source-resumed", "destination", undefined],
      ]);
    },
  );

  test("fails, and is told of, where it can't be put together", async () => {
    const { mirror, receiver } = mirrorWith(["error"], { sources: TWO });
    const [one, two] = mirror.sourceOptions();
    const create = (): Transport => {
      throw new DaybookError("config", "made up: can't be made");
    };
    const broken = { name: "broken", provides: TransportToken, create };
    mirror.restart({ sources: [{ ...one!, plugins: [broken] }, two!] });
    await mirror.run();
    expect(words(receiver)).toEqual([["one", "source-failed", undefined, "config"]]);
  });
});
