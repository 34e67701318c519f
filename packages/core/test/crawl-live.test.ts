import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, Mirror, put, radarPath } from "./support/mirror.js";

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
