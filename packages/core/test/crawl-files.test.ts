import { bufr } from "@daybook/core";
import { sampleBufr } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { HOUR, Mirror, put, radarPath } from "./support/mirror.js";

describe("a file", () => {
  it("is still wanted where its connection was closed and nobody asked for that", async () => {
    let closes = 1;
    const mirror = new Mirror({
      faults: { onRead: () => (closes-- > 0 ? { fail: error("cancelled") } : undefined) },
    });
    put(mirror, "2025-01-01T01:05:10Z");
    expect((await mirror.run({}, HOUR)).sources[0]!.fetched.files).toBe(1);
  });

  it("is told of before what its hour has come to by it, stored or given up", async () => {
    const mirror = new Mirror({
      source: { maxAttempts: 1 },
      faults: { onRead: (path) => (path.includes("T01") ? { fail: error("permission") } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    put(mirror, "2025-01-01T01:05:10Z");
    await mirror.run();
    const order = mirror.events.flatMap((event) => {
      if (event.type === "slot-settled") return [`${event.slot.path.slice(-2)} settled`];
      if (event.type === "file-stored") return [`${event.file.slot.slice(-2)} stored`];
      return event.type === "file-quarantined" ? ["01 given up"] : [];
    });
    expect(order.filter((what) => what.startsWith("00"))).toEqual(["00 stored", "00 settled"]);
    expect(order.filter((what) => what.startsWith("01"))).toEqual(["01 given up", "01 settled"]);
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
