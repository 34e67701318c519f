import { MemoryStore, type StateStore } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { error } from "./support/made-up.js";
import { HOUR, Mirror, put, threeHours } from "./support/mirror.js";

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
    ["a wrong password", error("auth", { operation: "connect" })],
    ["a wrong option", error("config", { operation: "connect" })],
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
  it("ends a run that looks once with its message, and nothing is lost once there is room", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    let full = true;
    const writeSync = ((...args: Parameters<typeof mirror.fs.writeSync>) => {
      if (full) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      return mirror.fs.writeSync(...args);
    }) as typeof mirror.fs.writeSync;
    const fs = { ...bound(mirror.fs), writeSync };
    mirror.restart({ fs });
    const { sources } = await mirror.run({ once: true });
    expect(sources[0]!.error).toMatchObject({ kind: "no-space" });
    full = false;
    mirror.restart({ fs });
    expect((await mirror.run()).outcome).toBe("complete");
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
