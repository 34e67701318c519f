import {
  DaybookError,
  isDaybookError,
  MemoryStore,
  selectBy,
  type Hook,
  type Inspector,
  type LedgerChange,
  type SelectSpec,
} from "@daybook/core";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, Mirror, put, radarPath, type MirrorOptions } from "./support/mirror.js";
import { Receiver, type Heard } from "./support/receiver.js";

function mirrorWith(on: Hook["on"], options: MirrorOptions = {}, more: Partial<Hook> = {}) {
  const receiver = new Receiver();
  const mirror = new Mirror({ ...options, hooks: [receiver.hook(on, more)] });
  return { receiver, mirror };
}

const SLOT = "/L2/RMA1/2025/01/01";

describe("a file that is stored", () => {
  test("is told once, with all that is known of it", async () => {
    const { mirror, receiver } = mirrorWith(["file"]);
    const path = put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    expect(receiver.heard).toEqual([
      {
        id: expect.stringMatching(/^file_[0-9a-f]{24}$/) as string,
        type: "file",
        source: "RMA1",
        at: expect.stringMatching(/^2025-01-20T00:00:00/) as string,
        data: {
          path,
          slot: `${SLOT}/01`,
          attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
          observedAt: "2025-01-01T01:05:00.000Z",
          size: 5,
          modifiedAt: "2025-01-01T01:06:00.000Z",
          sha256: "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5",
          location: path.replace("/L2/", ""),
          version: 1,
          firstSeenAt: "2025-01-20T00:00:00.000Z",
          storedAt: expect.stringMatching(/^2025-01-20T00:00:00/) as string,
        },
      },
    ]);
    mirror.restart();
    await mirror.run();
    expect(receiver.messages).toHaveLength(1);
    expect(await mirror.store.backlog()).toEqual(new Map());
  });

  test("is told again with another id when it is replaced, and not when its change is ignored", async () => {
    for (const [onChange, versions] of [
      ["replace", [1, 2]],
      ["ignore", [1]],
    ] as const) {
      // prettier-ignore
      const { mirror, receiver } = mirrorWith(["file"], { source: { onChange } });
      put(mirror, "2025-01-01T01:05:00Z", "old");
      await mirror.run();
      put(mirror, "2025-01-01T01:05:00Z", "changed");
      await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
      mirror.restart();
      await mirror.run();
      expect(receiver.heard.map(({ data }) => data["version"])).toEqual(versions);
      expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(versions.length);
    }
  });

  test("isn't told again when it was damaged here and is fetched once more", async () => {
    const { mirror, receiver } = mirrorWith(["file"]);
    const path = put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    mirror.volume.writeFileSync(path.replace("/L2/", "/home/"), "1x345");
    for await (const { repaired } of mirror.daybook.verify({ repair: true })) expect(repaired).toBe(true);
    mirror.restart();
    await mirror.run();
    expect(mirror.home()).toEqual(mirror.remote());
    expect(receiver.messages).toHaveLength(1);
  });

  test("is told only to hooks that follow its source and want files", async () => {
    const [all, one, other] = [new Receiver(), new Receiver(), new Receiver()];
    const hooks = [
      all.hook(["file"], { name: "all" }),
      one.hook(["file"], { name: "one", sources: ["RMA1"] }),
      other.hook(["slot"], { name: "other" }),
    ];
    const mirror = new Mirror({ sources: [{ name: "RMA1" }, { name: "copy" }], hooks });
    put(mirror, "2025-01-01T01:05:00Z");
    await mirror.run();
    expect(all.heard.map(({ source }) => source).sort()).toEqual(["RMA1", "copy"]);
    expect(one.heard.map(({ source }) => source)).toEqual(["RMA1"]);
    expect(other.of("file")).toEqual([]);
    expect(other.of("slot")).toHaveLength(6);
  });
});

describe("a group", () => {
  const expect3 = ["DBZH", "VRAD", "ZDR"];

  test("is told when the last of its files is stored, with all of them", async () => {
    const { mirror, receiver } = mirrorWith(["group"], {}, { group: { expect: expect3 } });
    for (const field of expect3) put(mirror, "2025-01-01T01:05:00Z", field, field);
    for (const field of ["DBZH", "VRAD", "KDP"]) put(mirror, "2025-01-01T01:15:00Z", field, field);
    await mirror.run();
    const [group, ...more] = receiver.heard;
    expect(more).toEqual([]);
    expect(group).toMatchObject({
      type: "group",
      source: "RMA1",
      data: {
        attributes: { radar: "RMA1", strategy: "0315", volume: "01" },
        observedAt: "2025-01-01T01:05:00.000Z",
        slot: `${SLOT}/01`,
        field: expect3,
        files: expect3.map((field) => ({
          path: radarPath("2025-01-01T01:05:00Z", field),
          attributes: { field },
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          location: radarPath("2025-01-01T01:05:00Z", field).replace("/L2/", ""),
        })),
      },
    });
  });

  test("is told once, whoever stored its files, also when one of them is replaced later", async () => {
    const { mirror, receiver } = mirrorWith(["group"], {}, { group: { expect: expect3 } });
    for (const field of ["DBZH", "VRAD"]) put(mirror, "2025-01-01T01:05:00Z", field, field);
    await mirror.run();
    expect(receiver.messages).toHaveLength(0);
    put(mirror, "2025-01-01T01:05:00Z", "ZDR", "ZDR");
    const again = async () => {
      await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
      mirror.restart();
      await mirror.run();
    };
    await again();
    expect(receiver.messages).toHaveLength(1);
    put(mirror, "2025-01-01T01:05:00Z", "another VRAD", "VRAD");
    await again();
    expect(receiver.messages).toHaveLength(1);
  });

  test("expects what its source selects, by attribute or by volume", async () => {
    const fields = ["DBZH", "VRAD"];
    for (const spec of [{ field: fields }, { "315": { "1": fields } }] as SelectSpec[]) {
      const { mirror, receiver } = mirrorWith(["group"], { source: { select: selectBy(spec) } });
      for (const field of expect3) put(mirror, "2025-01-01T01:05:00Z", field, field);
      await mirror.run();
      expect(receiver.heard.map(({ data }) => data["field"])).toEqual([["DBZH", "VRAD"]]);
    }
  });

  test("may be of a whole slot", async () => {
    const group = { by: ["volume"], expect: ["DBZH", "VRAD"] };
    const { mirror, receiver } = mirrorWith(["group"], {}, { group });
    put(mirror, "2025-01-01T01:05:00Z", "a", "DBZH");
    put(mirror, "2025-01-01T01:25:00Z", "b", "VRAD");
    put(mirror, "2025-01-01T02:25:00Z", "c", "VRAD");
    await mirror.run();
    expect(receiver.heard.map(({ data }) => data["slot"])).toEqual([`${SLOT}/01`]);
  });

  test("that nothing defines is refused, naming hook and source", () => {
    for (const group of [
      undefined,
      { field: "moment" },
      { expect: ["A"], by: ["sweep"] },
      { expect: ["A"], by: ["field"] },
    ])
      expect(() => mirrorWith(["group"], {}, { group })).toThrow(/^hook test: group: .*(source RMA1)/);
  });
});

describe("a slot", () => {
  test("is told when it is settled, and again when it was unsettled in between", async () => {
    const { mirror, receiver } = mirrorWith(["slot"]);
    put(mirror, "2025-01-01T01:05:00Z", "12345");
    await mirror.run();
    const told = () => receiver.heard.map(({ data }) => [data["slot"], data["state"]]);
    expect(told().sort()).toEqual([
      [`${SLOT}/00`, "missing"],
      [`${SLOT}/01`, "complete"],
      [`${SLOT}/02`, "missing"],
    ]);
    expect(receiver.heard.find(({ data }) => data["state"] === "complete")?.data).toEqual({
      slot: `${SLOT}/01`,
      start: "2025-01-01T01:00:00.000Z",
      end: "2025-01-01T02:00:00.000Z",
      state: "complete",
      files: { pending: 0, stored: 1, quarantined: 0, gone: 0, expired: 0, bytes: 5 },
    });
    put(mirror, "2025-01-01T01:15:00Z", "late");
    await mirror.daybook.retry({ paths: [`${SLOT}/00`, `${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    expect(told().slice(3)).toEqual([[`${SLOT}/01`, "complete"]]);
  });

  test("agrees with the ledger whatever became of its files", async () => {
    const { mirror, receiver } = mirrorWith(["slot"], {
      source: { maxAttempts: 2 },
      faults: { onRead: (path) => (path.includes("VRAD") ? { dropAfter: 1 } : undefined) },
    });
    for (const field of ["DBZH", "VRAD", "ZDR"]) put(mirror, "2025-01-01T01:05:00Z", field, field);
    await mirror.run();
    for await (const { path, state, files } of mirror.store.slots("RMA1", { start: new Date(0) }))
      expect(
        receiver.heard.filter(({ data }) => data["slot"] === path).map(({ data }) => data),
      ).toMatchObject([{ state, files }]);
  });
});

describe("a gap", () => {
  const told = (receiver: Receiver) =>
    receiver.heard.map(({ data }) => [data["slot"], data["status"], data["kinds"]]);

  test("is told when it is found, when it becomes another, and when it has closed", async () => {
    const inspector: Inspector = {
      name: "good",
      provesEnd: false,
      inspect: () => ({
        update(chunk) {
          if (Buffer.from(chunk).toString().startsWith("bad"))
            throw new DaybookError("bad-content", "it says that it is bad");
        },
        end() {},
      }),
    };
    const { mirror, receiver } = mirrorWith(["gap"], {
      source: { maxAttempts: 1, end: "2025-01-01T01:00:00Z" },
      inspectors: [inspector],
    });
    await mirror.run();
    expect(told(receiver)).toEqual([[`${SLOT}/00`, "found", ["missing"]]]);
    const again = async () => {
      await mirror.daybook.retry();
      await mirror.daybook.retry({ paths: [`${SLOT}/00`] });
      mirror.restart();
      await mirror.run();
    };
    await again();
    expect(receiver.messages).toHaveLength(1);
    put(mirror, "2025-01-01T00:05:00Z", "bad");
    await again();
    expect(told(receiver).slice(1)).toEqual([[`${SLOT}/00`, "found", ["quarantined"]]]);
    expect(receiver.heard.at(-1)!.data["reason"]).toBe("1 file was given up");
    put(mirror, "2025-01-01T00:05:00Z", "good this time");
    await again();
    expect(told(receiver).slice(2)).toEqual([[`${SLOT}/00`, "closed", undefined]]);
    await again();
    expect(receiver.messages).toHaveLength(3);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(3);
  });
});

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

describe("a receiver that is down", () => {
  test("gets everything once it is back, in order per file, also after a restart", async () => {
    const { mirror, receiver } = mirrorWith(["file", "error"], { shutdownTimeout: 5000 });
    receiver.fails = () => true;
    const times = ["01:05:00", "01:15:00", "01:25:00"];
    for (const time of times) put(mirror, `2025-01-01T${time}Z`, "first");
    await mirror.run();
    expect(receiver.messages).toEqual([]);
    for (const time of times) put(mirror, `2025-01-01T${time}Z`, "second version");
    await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    expect(await mirror.store.backlog()).toEqual(new Map([["test", 6]]));
    expect(mirror.of("hook-left").map(({ waiting }) => waiting)).toEqual([3, 6]);
    receiver.fails = () => false;
    mirror.restart();
    await mirror.run();
    expect(await mirror.store.backlog()).toEqual(new Map());
    for (const time of times) {
      const path = radarPath(`2025-01-01T${time}Z`);
      const versions = receiver.heard
        .filter(({ data }) => data["path"] === path)
        .map(({ data }) => data["version"]);
      expect(versions).toEqual([1, 2]);
    }
  });

  test("and one that is slow gets each message once, and no more than its share at a time", async () => {
    const receiver = new Receiver();
    let [underWay, most] = [0, 0];
    receiver.wait = async () => {
      most = Math.max(most, ++underWay);
      await mirror.clock.sleep(500);
      underWay--;
    };
    const mirror = new Mirror({ hooks: [receiver.hook(["file"], { concurrency: 3 })] });
    for (let minute = 10; minute < 40; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    await mirror.run();
    expect(receiver.messages).toHaveLength(30);
    expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(30);
    expect(most).toBe(3);
  });

  test("is told of one file by one message after the other", async () => {
    const { mirror, receiver } = mirrorWith(["file"], { shutdownTimeout: 0 });
    const path = put(mirror, "2025-01-01T01:05:00Z", "first");
    receiver.fails = () => true;
    await mirror.run();
    put(mirror, "2025-01-01T01:05:00Z", "second version");
    await mirror.daybook.retry({ paths: [`${SLOT}/01`] });
    mirror.restart();
    await mirror.run();
    const messages = await mirror.store.messages("test", 9);
    expect(messages).toHaveLength(2);
    // The first fails once more, and the second could have passed it.
    let failures = 1;
    receiver.fails = ({ id }) => id === messages[0]!.id && failures-- > 0;
    const late = new Mirror({
      store: mirror.store,
      shutdownTimeout: MINUTE,
      hooks: [receiver.hook(["file"])],
    });
    await late.run();
    expect(receiver.heard.map(({ data }) => [data["path"], data["version"]])).toEqual([[path, 1], [path, 2]]); // prettier-ignore
  });

  test("is asked by one message at a time, less and less often, and told of in one line", async () => {
    const { mirror, receiver } = mirrorWith(["file"], {
      now: "2025-01-01T01:30:00Z",
      source: { end: "2025-01-02T00:00:00Z" },
    });
    receiver.fails = () => true;
    for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    expect(receiver.refused).toBeGreaterThan(50);
    expect(receiver.refused).toBeLessThan(100);
    expect(mirror.of("hook-failing").length).toBeLessThanOrEqual(2);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    expect(receiver.messages).toHaveLength(20);
    expect(mirror.of("hook-recovered")).toHaveLength(1);
    stop.abort();
    await mirror.clock.runUntil(run);
  });

  test("for one message only gets the others, and that one when it can", async () => {
    const { mirror, receiver } = mirrorWith(["file"], { shutdownTimeout: 10 * MINUTE });
    const poison = put(mirror, "2025-01-01T01:05:00Z");
    for (let minute = 10; minute < 60; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    receiver.fails = ({ body }) => body.includes(poison) && receiver.messages.length < 50;
    await mirror.run();
    expect(receiver.messages).toHaveLength(51);
    expect(receiver.heard.at(-1)!.data["path"]).toBe(poison);
  });

  test("for long has its oldest messages dropped, and is told how many and which", async () => {
    const { mirror, receiver } = mirrorWith(
      ["file"],
      { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
      { maxWaiting: 20 },
    );
    receiver.fails = () => true;
    for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(5 * MINUTE);
    const ids = (await mirror.store.messages("test", 100)).map(({ id }) => id);
    expect(ids).toHaveLength(20);
    for (let minute = 30; minute < 34; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
    await mirror.clock.advance(5 * MINUTE);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    stop.abort();
    await mirror.clock.runUntil(run);
    const [dropped, ...more] = receiver.of("dropped");
    expect(more).toEqual([]);
    const count = dropped!.data["count"] as number;
    expect(receiver.of("file")).toHaveLength(24 - count);
    expect(dropped!.data).toMatchObject({
      reason: "too many were waiting",
      first: { id: ids[0] },
      last: { id: ids[count - 1] },
    });
    expect(mirror.of("hook-dropped").map((event) => event.count)).toEqual([count]);
  });

  test("for longer than it is waited for has what is too old dropped", async () => {
    const { mirror, receiver } = mirrorWith(
      ["file"],
      { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
      { giveUpAfter: HOUR },
    );
    receiver.fails = () => true;
    put(mirror, "2025-01-01T01:05:00Z");
    const stop = new AbortController();
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(2 * HOUR);
    receiver.fails = () => false;
    await mirror.clock.advance(2 * MINUTE);
    stop.abort();
    await mirror.clock.runUntil(run);
    expect(receiver.heard.map(({ type, data }) => [type, data["count"]])).toEqual([["dropped", 1]]);
  });
});

test("a receiver that is only slow gets every message, however many wait and however old they are", async () => {
  const { mirror, receiver } = mirrorWith(
    ["file"],
    { now: "2025-01-01T01:30:00Z", source: { end: "2025-01-02T00:00:00Z" } },
    { maxWaiting: 5, giveUpAfter: 10 * MINUTE, concurrency: 1 },
  );
  receiver.wait = () => mirror.clock.sleep(2 * MINUTE);
  for (let minute = 10; minute < 30; minute++) put(mirror, `2025-01-01T01:${minute}:00Z`);
  const stop = new AbortController();
  const run = mirror.daybook.run({ signal: stop.signal });
  await mirror.clock.advance(HOUR);
  stop.abort();
  await mirror.clock.runUntil(run);
  expect(receiver.of("file")).toHaveLength(20);
  expect(mirror.of("hook-dropped")).toEqual([]);
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
    Object.assign(error, { kind: refused.kind, detail: refused.detail });
    await mirror.run();
    expect(receiver.heard.at(-1)!.data).toEqual({
      what: "source-failed",
      kind: "auth",
      reason: "the password is wrong",
    });
  });
});

test("hooks that can't be meant are refused with what to do", () => {
  const refused = (...hooks: Partial<Hook>[]) => {
    try {
      new Mirror({ hooks: hooks.map((hook) => ({ ...new Receiver().hook(["file"]), ...hook })) });
    } catch (error) {
      return isDaybookError(error, "config") && error.detail;
    }
    return undefined;
  };
  expect(refused({ name: "a b" })).toContain("letters, digits");
  expect(refused({}, {})).toContain("two of that name");
  expect(refused({ on: [] })).toContain("told of nothing");
  expect(refused({ on: ["files" as never] })).toContain("no event files: there are file, group");
  expect(refused({ sources: ["RMA9"] })).toContain("no source RMA9");
});

test("what happened and what is told of it are one transaction", async () => {
  const store = new MemoryStore();
  const transactions: (readonly LedgerChange[])[] = [];
  const record = store.record.bind(store);
  store.record = (changes) => {
    transactions.push(changes);
    return record(changes);
  };
  const { mirror } = mirrorWith(["file", "group", "slot", "gap"], { store }, { group: { expect: ["DBZH"] } });
  const path = put(mirror, "2025-01-01T01:05:00Z");
  await mirror.run();
  const bodies = (changes: readonly LedgerChange[]) =>
    changes.flatMap((change) =>
      change.kind === "message" ? [JSON.parse(change.message.body) as Heard] : [],
    );
  const stored = transactions.find((changes) =>
    changes.some((change) => change.kind === "file" && change.file.status === "stored"),
  )!;
  expect(bodies(stored).map(({ type }) => type)).toEqual(["file", "group", "slot"]);
  expect(bodies(stored)[0]!.data["path"]).toBe(path);
  for (const changes of transactions)
    for (const { type, data } of bodies(changes))
      if (type === "slot" || type === "gap")
        expect(changes.some((change) => change.kind === "visit" && change.visit.path === data["slot"])).toBe(
          true,
        );
});

test("without hooks nothing is put in the outbox", async () => {
  const store = new MemoryStore();
  const mirror = new Mirror({ store });
  put(mirror, "2025-01-01T01:05:00Z");
  await mirror.run();
  expect(await store.backlog()).toEqual(new Map());
});
