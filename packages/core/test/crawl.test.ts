import { bufr, DaybookError, MemoryStore, selectBy, type ErrorKind, type StateStore } from "@daybook/core";
import { sampleBufr } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { HOUR, MINUTE, Mirror, put, radarPath } from "./support/mirror.js";

const error = (kind: ErrorKind, options = {}) => new DaybookError(kind, `made up: ${kind}`, options);

/** Three hours, two scans each. */
function threeHours(mirror: Mirror): void {
  for (const hour of ["00", "01", "02"])
    for (const minute of ["05", "35"]) put(mirror, `2025-01-01T${hour}:${minute}:10Z`);
}

describe("a range of the past", () => {
  it("comes home identical, and the ledger says so", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    expect(sources[0]!.fetched.files).toBe(6);
    expect(sources[0]!.summary).toMatchObject({
      settled: 3,
      slots: { complete: 3 },
      files: { stored: 6, pending: 0 },
    });
    expect(mirror.parts()).toEqual([]);
  });

  it("is not fetched a second time", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    await mirror.run();
    const reads = mirror.transport.calls.read.length;
    mirror.restart();
    const again = await mirror.run();
    expect(again).toMatchObject({ outcome: "complete", sources: [{ fetched: { files: 0, bytes: 0 } }] });
    expect(mirror.transport.calls.read.length).toBe(reads);
  });

  it("tells an hour that is missing at the source from one that is empty and one whose listing fails", async () => {
    const mirror = new Mirror({
      source: { end: "2025-01-01T04:00:00Z" },
      faults: { onList: (path) => (path.endsWith("/03") ? { fail: error("timeout") } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    mirror.tree.makeDirectory("/L2/RMA1/2025/01/01/02");
    const { outcome } = await mirror.run({ once: true });
    expect(outcome).toBe("gaps");
    expect((await mirror.gaps()).map(({ kind, start }) => `${start.getUTCHours()} ${kind}`)).toEqual([
      "1 missing",
      "2 empty",
      "3 failed",
    ]);
  });

  it("is taken exactly from start to end, where slots cross the edges", async () => {
    const mirror = new Mirror({ source: { start: "2025-01-01T00:30:00Z", end: "2025-01-01T02:10:00Z" } });
    for (const time of ["00:29:59", "00:30:00", "02:09:59", "02:10:00"]) put(mirror, `2025-01-01T${time}Z`);
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(Object.keys(mirror.home()).map((path) => path.slice(-11))).toEqual(
      ["3000Z.BUFR", "0959Z.BUFR"].map((s) => expect.stringContaining(s)),
    );
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["missing"]);
  });

  it("is looked at again where a later run covers more of a slot", async () => {
    const mirror = new Mirror({ source: { end: "2025-01-01T00:30:00Z" } });
    put(mirror, "2025-01-01T00:05:10Z");
    put(mirror, "2025-01-01T00:35:10Z");
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(1);
    mirror.restart({ source: { end: "2025-01-01T01:00:00Z" } });
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("a selection", () => {
  it("takes what it names, and a wider one later takes the rest of hours that were complete", async () => {
    const mirror = new Mirror({
      source: { end: "2025-01-01T01:00:00Z", select: selectBy({ field: ["DBZH"] }) },
    });
    put(mirror, "2025-01-01T00:05:10Z", "a", "DBZH");
    put(mirror, "2025-01-01T00:05:10Z", "b", "VRAD");
    expect((await mirror.run()).outcome).toBe("complete");
    expect(Object.values(mirror.home())).toEqual(["a"]);
    mirror.restart({ source: { select: selectBy({ field: ["DBZH", "VRAD"] }) } });
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["unseen"]);
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    const listed = mirror.transport.calls.list.length;
    mirror.restart({ source: { select: selectBy({ field: ["DBZH", "VRAD"] }) } });
    await mirror.run();
    expect(mirror.transport.calls.list.length).toBe(listed);
  });
});

describe("a server that can't be reached", () => {
  it("finishes nothing while it is down, and everything once it is up", async () => {
    let down = true;
    const mirror = new Mirror({ faults: { onList: () => (down ? { fail: error("network") } : undefined) } });
    threeHours(mirror);
    const running = mirror.daybook.run();
    let over = false;
    void running.then(() => (over = true));
    await mirror.clock.advance(6 * HOUR);
    expect(over).toBe(false);
    expect((await mirror.gaps()).every(({ kind }) => kind === "failed" || kind === "unseen")).toBe(true);
    down = false;
    expect(await mirror.clock.runUntil(running, { maxTime: HOUR })).toMatchObject({ outcome: "complete" });
    expect(mirror.home()).toEqual(mirror.remote());
    expect(mirror.of("host-down").length).toBeGreaterThan(0);
    expect(mirror.of("host-up")).toHaveLength(1);
  });

  it("is asked a few times an hour, not once for every slot", async () => {
    const mirror = new Mirror({
      source: { end: "2025-01-11T00:00:00Z" },
      faults: { onList: () => ({ fail: error("network") }) },
    });
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    expect(mirror.transport.calls.list.length).toBeLessThan(100);
    stop.abort();
    expect(await mirror.clock.runUntil(running)).toMatchObject({ outcome: "stopped" });
  });

  it.each([
    ["a wrong password", error("auth")],
    ["a wrong option", error("config")],
    ["a host name that doesn't resolve", error("network", { code: "ENOTFOUND", operation: "connect" })],
  ])("stops the source at once because of %s", async (_name, fail) => {
    const mirror = new Mirror({ connections: 1, faults: { onList: () => ({ fail }) } });
    threeHours(mirror);
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("failed");
    expect(sources[0]!.error).toMatchObject({ kind: fail.kind });
    expect(mirror.transport.calls.list.length).toBeLessThanOrEqual(2);
  });

  it("goes on where the name stops resolving after it once did", async () => {
    let unresolved = false;
    const fail = error("network", { code: "ENOTFOUND", operation: "connect" });
    const mirror = new Mirror({
      faults: { onList: (path) => (unresolved && path.endsWith("01/02") ? { fail } : undefined) },
      connections: 1,
    });
    threeHours(mirror);
    mirror.transport.faults = {
      onList: (path) => {
        if (!path.endsWith("01/01/02") || unresolved) return undefined;
        unresolved = true;
        return { fail };
      },
    };
    expect((await mirror.run()).outcome).toBe("complete");
  });
});

describe("a range that isn't over", () => {
  it("runs until its end plus grace, and takes what comes meanwhile", async () => {
    const mirror = new Mirror({
      now: "2025-01-01T00:30:00Z",
      source: { end: "2025-01-01T02:00:00Z", grace: 10 * MINUTE },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    const running = mirror.daybook.run();
    await mirror.clock.set(new Date("2025-01-01T01:10:00Z"));
    put(mirror, "2025-01-01T01:05:10Z");
    await mirror.clock.set(new Date("2025-01-01T02:05:00Z"));
    put(mirror, "2025-01-01T01:55:10Z");
    expect(await mirror.clock.runUntil(running, { maxTime: HOUR })).toMatchObject({ outcome: "complete" });
    expect(mirror.clock.now().getTime()).toBeGreaterThanOrEqual(Date.parse("2025-01-01T02:10:00Z"));
    expect(mirror.clock.now().getTime()).toBeLessThan(Date.parse("2025-01-01T02:12:00Z"));
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("goes on for ever without an end, until it is stopped", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:30:00Z", source: { end: undefined } });
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(5 * HOUR);
    put(mirror, "2025-01-01T05:25:10Z");
    await mirror.clock.advance(5 * MINUTE);
    expect(Object.keys(mirror.home())).toHaveLength(1);
    stop.abort();
    expect(await mirror.clock.runUntil(running)).toMatchObject({ outcome: "stopped" });
  });

  it("once is visited once", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:30:00Z", source: { end: undefined } });
    put(mirror, "2025-01-01T00:05:10Z");
    expect(await mirror.run({ once: true })).toMatchObject({
      outcome: "complete",
      sources: [{ fetched: { files: 1 } }],
    });
    expect(mirror.clock.now()).toEqual(new Date("2025-01-01T00:30:00Z"));
  });

  it("fetches a file that lands three hours late, and an older one still", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:00:00Z", source: { end: undefined } });
    put(mirror, "2025-01-01T00:05:10Z");
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.set(new Date("2025-01-01T04:00:00Z"));
    put(mirror, "2025-01-01T03:35:10Z");
    mirror.tree.put(radarPath("2025-01-01T00:55:10Z"), "late", mirror.clock.now());
    await mirror.clock.set(new Date("2025-01-01T07:30:00Z"));
    expect(mirror.home()).toEqual(mirror.remote());
    stop.abort();
    await mirror.clock.runUntil(running);
  });

  it("lists closed slots ever more seldom, and at last no more", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:00:00Z", source: { end: undefined } });
    put(mirror, "2025-01-01T00:05:10Z");
    const first = "/L2/RMA1/2025/01/01/00";
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    const looks = async (until: string) => {
      const before = mirror.transport.calls.list.filter((path) => path === first).length;
      await mirror.clock.set(new Date(until));
      return mirror.transport.calls.list.filter((path) => path === first).length - before;
    };
    await mirror.clock.set(new Date("2025-01-01T02:30:00Z"));
    expect(await looks("2025-01-01T06:50:00Z")).toBe(0);
    expect(await looks("2025-01-01T07:10:00Z")).toBe(1);
    expect(await looks("2025-01-02T00:50:00Z")).toBe(0);
    expect(await looks("2025-01-02T01:10:00Z")).toBe(1);
    stop.abort();
    await mirror.clock.runUntil(running);
  }, 60_000);

  it("fetches what is new while a year of history is on its way", async () => {
    const mirror = new Mirror({
      now: "2025-01-01T00:30:00Z",
      connections: 2,
      source: { start: "2024-12-01T00:00:00Z", end: undefined },
    });
    const hold = new Set<() => void>();
    for (let day = 1; day <= 20; day++) put(mirror, `2024-12-${String(day).padStart(2, "0")}T00:05:10Z`);
    put(mirror, "2025-01-01T00:05:10Z");
    mirror.transport.faults = {
      onRead: (path) =>
        path.includes("/2024/") ? { wait: new Promise<void>((go) => hold.add(go)) } : undefined,
    };
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(MINUTE);
    expect(Object.keys(mirror.home())).toEqual([
      "RMA1/2025/01/01/00/0510/RMA1_0315_01_DBZH_20250101T000510Z.BUFR",
    ]);
    stop.abort();
    for (const go of hold) go();
    await mirror.clock.runUntil(running);
  });
});

describe("a file", () => {
  it("is still wanted where its connection was closed and nobody asked for that", async () => {
    let closes = 1;
    const mirror = new Mirror({
      faults: { onRead: () => (closes-- > 0 ? { fail: error("cancelled") } : undefined) },
    });
    put(mirror, "2025-01-01T01:05:10Z");
    expect((await mirror.run({}, HOUR)).sources[0]!.fetched.files).toBe(1);
  });

  it("that is still being written waits until it is stable", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:06:00Z", source: { end: "2025-01-01T01:00:00Z" } });
    const path = radarPath("2025-01-01T00:05:10Z");
    const grow = (content: string) => mirror.tree.put(path, content, mirror.clock.now());
    grow("a");
    const running = mirror.daybook.run();
    for (const content of ["ab", "abc", "abcd"]) {
      await mirror.clock.advance(9_000);
      expect(mirror.home()).toEqual({});
      grow(content);
    }
    await mirror.clock.runUntil(running, { maxTime: 2 * HOUR });
    expect(Object.values(mirror.home())).toEqual(["abcd"]);
    expect((await mirror.files())[0]!.version).toBe(1);
  });

  it("that grows while it is read is not taken for whole", async () => {
    const mirror = new Mirror();
    const path = put(mirror, "2025-01-01T00:05:10Z", "short");
    let grown = false;
    mirror.transport.faults = {
      onRead: () => {
        if (!grown) mirror.tree.put(path, "short no more", new Date("2025-01-01T00:10:00Z"));
        grown = true;
        return undefined;
      },
    };
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["short no more"]);
    expect(mirror.of("file-failed").map(({ error: e }) => e.kind)).toEqual(["changed"]);
  });

  it("that a server ends early is not taken for whole", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z", "0123456789");
    let lies = 2;
    mirror.transport.faults = { onRead: () => (lies-- > 0 ? { lieShort: 4 } : undefined) };
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["0123456789"]);
    expect(mirror.of("file-failed").map(({ error: e }) => e.kind)).toEqual(["cut-short", "cut-short"]);
  });

  it("that is cut off goes on where it was cut, after the kept bytes were compared", async () => {
    const mirror = new Mirror();
    const content = "x".repeat(10_000) + "y".repeat(10_000);
    put(mirror, "2025-01-01T00:05:10Z", content);
    let cuts = 1;
    mirror.transport.faults = { onRead: () => (cuts-- > 0 ? { dropAfter: 12_000 } : undefined) };
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual([content]);
    expect(mirror.transport.calls.read.map(({ start }) => start)).toEqual([0, 12_000 - 4096]);
  });

  it("is fetched from the start where the server turns out to be unable to go on in the middle", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z", "w".repeat(20_000));
    let cuts = 1;
    mirror.transport.faults = {
      onRead: (_path, start) => {
        if (start > 0) return { fail: error("unsupported") };
        return cuts-- > 0 ? { dropAfter: 15_000 } : undefined;
      },
    };
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(1);
    expect(Object.values(mirror.home())).toEqual(["w".repeat(20_000)]);
  });

  it("goes on where it was cut in an earlier run", async () => {
    const mirror = new Mirror();
    const content = "z".repeat(20_000);
    put(mirror, "2025-01-01T00:05:10Z", content);
    mirror.transport.faults = { onRead: () => ({ dropAfter: 15_000 }) };
    await mirror.run({ once: true });
    expect(mirror.parts()).toHaveLength(1);
    mirror.transport.faults = {};
    mirror.restart();
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual([content]);
    expect(mirror.transport.calls.read.at(-1)!.start).toBe(15_000 - 4096);
    expect(mirror.parts()).toEqual([]);
  });

  it("starts over when it has changed since it was cut off", async () => {
    const mirror = new Mirror();
    const path = put(mirror, "2025-01-01T00:05:10Z", "a".repeat(20_000));
    mirror.transport.faults = { onRead: () => ({ dropAfter: 15_000 }) };
    await mirror.run({ once: true });
    mirror.transport.faults = {};
    mirror.tree.put(path, "b".repeat(20_000), new Date("2025-01-01T00:20:00Z"));
    mirror.restart();
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["b".repeat(20_000)]);
    expect(mirror.transport.calls.read.at(-1)!.start).toBe(0);
  });

  it("starts over when the kept bytes are not the server's any more, though size and mtime are", async () => {
    const mirror = new Mirror();
    const path = put(mirror, "2025-01-01T00:05:10Z", "a".repeat(20_000));
    mirror.transport.faults = { onRead: () => ({ dropAfter: 15_000 }) };
    await mirror.run({ once: true });
    mirror.transport.faults = {};
    mirror.tree.put(path, "b".repeat(20_000), new Date("2025-01-01T00:06:10Z"));
    mirror.restart();
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["b".repeat(20_000)]);
  });

  it("with bad content is quarantined after its attempts, named with its reason, and holds nothing up", async () => {
    const mirror = new Mirror({ inspectors: [bufr()], source: { maxAttempts: 3 } });
    mirror.tree.put(radarPath("2025-01-01T00:05:10Z"), sampleBufr(), new Date("2025-01-01T00:06:00Z"));
    const bad = Buffer.from(sampleBufr());
    bad.fill(0, bad.length - 4);
    mirror.tree.put(radarPath("2025-01-01T00:15:10Z"), bad, new Date("2025-01-01T00:16:00Z"));
    const { outcome } = await mirror.run();
    expect(outcome).toBe("gaps");
    const [gap] = await mirror.gaps();
    expect(gap).toMatchObject({ kind: "quarantined", path: radarPath("2025-01-01T00:15:10Z") });
    expect(gap!.reason).toMatch(/7777/);
    expect(Object.keys(mirror.home())).toHaveLength(1);
    expect(mirror.transport.calls.read.filter(({ path }) => path.includes("1510")).length).toBe(3);
  });

  it("that is published again takes the place of the old one", async () => {
    const mirror = new Mirror();
    const path = put(mirror, "2025-01-01T00:05:10Z", "old");
    await mirror.run();
    mirror.tree.put(path, "new!", new Date("2025-01-01T08:00:00Z"));
    mirror.restart({ source: { revisit: [20 * 24 * HOUR] } });
    await mirror.clock.set(new Date("2025-01-22T00:00:00Z"));
    await mirror.store.record([
      { kind: "due", source: "RMA1", path: "/L2/RMA1/2025/01/01/00", at: new Date(0) },
    ]);
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["new!"]);
    expect((await mirror.files())[0]).toMatchObject({ version: 2, size: 4 });
  });

  it.each([
    ["keep", ["new!", "old"], 2],
    ["ignore", ["old"], 1],
  ] as const)("that is published again is treated by the policy %s", async (onChange, contents, version) => {
    const mirror = new Mirror({ source: { onChange } });
    const path = put(mirror, "2025-01-01T00:05:10Z", "old");
    await mirror.run();
    mirror.tree.put(path, "new!", new Date("2025-01-01T08:00:00Z"));
    for (let i = 0; i < 2; i++) {
      await mirror.store.record([
        { kind: "due", source: "RMA1", path: "/L2/RMA1/2025/01/01/00", at: new Date(0) },
      ]);
      mirror.restart();
      await mirror.run();
    }
    expect(Object.values(mirror.home()).sort()).toEqual(contents);
    expect((await mirror.files())[0]).toMatchObject({ version, status: "stored" });
  });

  it("that leaves the source before it was fetched is named as gone", async () => {
    const mirror = new Mirror({ faults: { onRead: () => ({ fail: error("timeout") }) } });
    const path = put(mirror, "2025-01-01T00:05:10Z");
    await mirror.run({ once: true });
    mirror.tree.remove(path);
    mirror.transport.faults = {};
    mirror.restart();
    await mirror.run();
    expect((await mirror.gaps()).find((gap) => gap.path === path)).toMatchObject({ kind: "gone" });
  });

  it("of another program is never overwritten", async () => {
    const mirror = new Mirror();
    const path = put(mirror, "2025-01-01T00:05:10Z", "theirs");
    const place = "/home/RMA1/2025/01/01/00/0510/RMA1_0315_01_DBZH_20250101T000510Z.BUFR";
    mirror.volume.fromJSON({ [place]: "mine, do not touch" });
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(Object.values(mirror.home())).toEqual(["mine, do not touch"]);
    expect((await mirror.gaps()).find((gap) => gap.path === path)!.reason).toMatch(
      /another file stands at its place/,
    );
  });

  it("is refused with its twin where both would have one local path", async () => {
    const mirror = new Mirror({ destinationLayout: "{source}/{radar}_{volume}" });
    put(mirror, "2025-01-01T00:05:10Z", "one", "DBZH");
    put(mirror, "2025-01-01T00:05:10Z", "two", "VRAD");
    put(mirror, "2025-01-01T01:05:10Z", "three", "VRAD");
    await mirror.run();
    expect(mirror.transport.calls.read.map(({ path }) => path)).toEqual([
      radarPath("2025-01-01T01:05:10Z", "VRAD"),
    ]);
    const reasons = (await mirror.gaps())
      .filter(({ kind }) => kind === "quarantined")
      .map(({ reason }) => reason);
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatch(/same local path/);
  });
});

describe("a program that dies", () => {
  it("after naming a file and before recording it finds the file, and doesn't fetch it again", async () => {
    const store = new MemoryStore();
    const mirror = new Mirror({ store });
    put(mirror, "2025-01-01T00:05:10Z");
    const dying: StateStore = {
      ...bound<StateStore>(store),
      record: async (changes) => {
        if (changes.some((c) => c.kind === "file" && c.file.status === "stored")) throw error("store");
        return store.record(changes);
      },
    };
    mirror.restart({ store: dying });
    expect((await mirror.run()).outcome).toBe("failed");
    expect(mirror.home()).toEqual(mirror.remote());
    const reads = mirror.transport.calls.read.length;
    mirror.restart();
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(mirror.transport.calls.read.length).toBe(reads);
    expect((await mirror.files())[0]).toMatchObject({ status: "stored", version: 1 });
    expect(mirror.of("file-stored").map(({ adopted }) => adopted)).toEqual([true]);
  });

  it("leaves its lease, and another takes over when that has run out", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    await mirror.store.open();
    await mirror.store.lease("crawl:RMA1", "a dead process", 60_000, mirror.clock.now());
    const refused = await mirror.run();
    expect(refused.sources[0]!.error!.message).toMatch(/a dead process/);
    await mirror.clock.advance(61_000);
    expect((await mirror.run()).outcome).toBe("complete");
  });
});

describe("a full disk", () => {
  it("stops everything with one message, and nothing is lost once there is room", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    let full = true;
    const writeSync = ((...args: Parameters<typeof mirror.fs.writeSync>) => {
      if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      return mirror.fs.writeSync(...args);
    }) as typeof mirror.fs.writeSync;
    const fs = { ...bound(mirror.fs), writeSync };
    mirror.restart({ fs });
    const { sources } = await mirror.run();
    expect(sources[0]!.error).toMatchObject({ kind: "no-space" });
    full = false;
    mirror.restart({ fs });
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("names", () => {
  it("that are hostile stay where they are, are counted and shown, and the rest comes home", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z");
    const directory = "/L2/RMA1/2025/01/01/00/0510";
    for (const name of ["..", "../../evil", "a\nb", "/etc/passwd", "x\0y", "..\\evil", "C:evil"])
      mirror.tree.plant(directory, { name, type: "file", size: 1 });
    mirror.tree.put(`${directory}/README.txt`, "not ours");
    mirror.tree.makeDirectory(`${directory}/RMA1_0315_01_VRAD_20250101T000510Z.BUFR`);
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(1);
    const [status] = await mirror.daybook.status();
    expect(status!.summary.skipped).toBe(9);
    for (const { names } of status!.oddities) for (const name of names) expect(name).not.toMatch(/[\n\0]/);
  });

  it("in a listing line that can't be read keep the hour from being complete, but don't hold it up", async () => {
    const mirror = new Mirror({
      faults: { onList: (path) => (path.endsWith("/00") ? { unreadable: ["-rw-r--r-- ???"] } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    expect((await mirror.run()).outcome).toBe("gaps");
    expect((await mirror.gaps())[0]).toMatchObject({ kind: "unreadable", reason: "-rw-r--r-- ???" });
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("a stop", () => {
  it("lets downloads end, takes no new ones, and the next run goes on", async () => {
    const mirror = new Mirror({ connections: 1 });
    threeHours(mirror);
    const stop = new AbortController();
    mirror.transport.faults = { onRead: () => (stop.abort(), undefined) };
    expect((await mirror.run({ signal: stop.signal })).outcome).toBe("stopped");
    expect(Object.keys(mirror.home()).length).toBeGreaterThan(0);
    expect(Object.keys(mirror.home()).length).toBeLessThan(6);
    mirror.transport.faults = {};
    mirror.restart();
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("drops downloads that don't end in time, and keeps their parts", async () => {
    const mirror = new Mirror({ shutdownTimeout: 5_000 });
    put(mirror, "2025-01-01T00:05:10Z", "p".repeat(9_000));
    mirror.transport.faults = { onRead: () => ({ stallAfter: 8_000 }) };
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(1000);
    stop.abort();
    expect(await mirror.clock.runUntil(running, { maxTime: 10_000 })).toMatchObject({ outcome: "stopped" });
    expect(mirror.parts()).toHaveLength(1);
  });
});

describe("several sources", () => {
  it("never collide, in the ledger or on disk", async () => {
    const mirror = new Mirror({ sources: [{ name: "north" }, { name: "south" }] });
    threeHours(mirror);
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual({ ...mirror.remote("RMA1", "north"), ...mirror.remote("RMA1", "south") });
    expect(await mirror.files()).toHaveLength(12);
  });

  it("can't have names that differ by case only, for they would share a folder", () => {
    expect(() => new Mirror({ sources: [{ name: "north" }, { name: "North" }] })).toThrow(/share a folder/);
  });
});
