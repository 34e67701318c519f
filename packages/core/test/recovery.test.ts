import { DaybookError, MemoryStore, selectBy, type LocalFs, type StateStore } from "@daybook/core";
import { expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { HOUR, MINUTE, Mirror, put, radarPath } from "./support/mirror.js";

const A = radarPath("2025-01-01T00:05:10Z");
const SLOT = "/L2/RMA1/2025/01/01/00";
const again = (mirror: Mirror) =>
  mirror.store.record([{ kind: "due", source: "RMA1", path: SLOT, at: new Date(0) }]);

it("two files with one place in different hours never share it, whichever was tried first", async () => {
  let fails = 1;
  const mirror = new Mirror({ destinationLayout: "{field}.bin", connections: 1 });
  const first = put(mirror, "2025-01-01T00:05:10Z", "AAAA");
  const second = put(mirror, "2025-01-01T01:05:10Z", "BBBB");
  mirror.tree.put(second, "BBBB", new Date("2025-01-01T00:06:10Z"));
  mirror.transport.faults = {
    onRead: (path) =>
      path === first && fails-- > 0 ? { fail: new DaybookError("timeout", "slow") } : undefined,
  };
  await mirror.run();
  const files = await mirror.files();
  expect(Object.keys(mirror.home())).toHaveLength(1);
  expect(files.map(({ status }) => status).sort()).toEqual(["quarantined", "stored"]);
  const stored = files.find(({ status }) => status === "stored")!;
  expect(Object.values(mirror.home())).toEqual([stored.path === first ? "AAAA" : "BBBB"]);
});

it("a part whose bytes could not be synced is not gone on with", async () => {
  const mirror = new Mirror();
  put(mirror, "2025-01-01T00:05:10Z", "a".repeat(20_000));
  let broken = true;
  const fdatasync = ((fd: number, done: (error: Error | null) => void) => {
    if (!broken) return mirror.fs.fdatasync(fd, done);
    done(Object.assign(new Error("i/o error"), { code: "EIO" }));
  }) as LocalFs["fdatasync"];
  mirror.restart({ fs: { ...bound(mirror.fs), fdatasync } });
  expect((await mirror.run({ once: true })).outcome).toBe("failed");
  expect(mirror.parts()).toEqual([]);
  broken = false;
  mirror.restart();
  await mirror.run();
  expect(mirror.home()).toEqual(mirror.remote());
});

it("a file behind a directory that may not be read for a while is named with that reason, and taken up again", async () => {
  const mirror = new Mirror();
  put(mirror, "2025-01-01T00:05:10Z", "data");
  mirror.transport.faults = { onRead: () => ({ fail: new DaybookError("timeout", "slow") }) };
  await mirror.run({ once: true });
  const denied = new DaybookError("permission", "no entry");
  mirror.transport.faults = { onList: (path) => (path.endsWith("/0510") ? { fail: denied } : undefined) };
  await again(mirror);
  mirror.restart();
  await mirror.run({ once: true });
  expect((await mirror.files())[0]!.reason).toMatch(/can't be read/);
  mirror.transport.faults = {};
  await mirror.daybook.retry();
  await mirror.run();
  expect(mirror.home()).toEqual(mirror.remote());
});

it("a file that is not wanted for a while is not taken for gone", async () => {
  const mirror = new Mirror({ source: { maxAttempts: 1 } });
  put(mirror, "2025-01-01T00:05:10Z", "data");
  mirror.transport.faults = { onRead: () => ({ lieShort: 1 }) };
  await mirror.run();
  mirror.restart({ source: { select: selectBy({ field: ["ZDR"] }) } });
  await mirror.run();
  expect((await mirror.files())[0]!.status).toBe("quarantined");
});

it("a host's other sources are asked again after the one that tried it has ended", async () => {
  let down = true;
  const mirror = new Mirror({ sources: [{ name: "one" }, { name: "two" }], connections: 1 });
  put(mirror, "2025-01-01T00:05:10Z", "data");
  let trouble = new DaybookError("network", "down");
  mirror.transport.faults = { onList: () => (down ? { fail: trouble } : undefined) };
  const stop = new AbortController();
  const one = mirror.daybook.run({ sources: ["one"], signal: stop.signal });
  const two = mirror.daybook.run({ sources: ["two"] });
  await mirror.clock.advance(5 * MINUTE);
  trouble = new DaybookError("auth", "expired", { operation: "connect" });
  stop.abort();
  await mirror.clock.runUntil(one, { maxTime: HOUR });
  down = false;
  expect((await mirror.clock.runUntil(two, { maxTime: HOUR })).outcome).not.toBe("complete");
});

it("a run once asks a host again that was down for the run before", async () => {
  const mirror = new Mirror();
  put(mirror, "2025-01-01T00:05:10Z", "data");
  mirror.transport.faults = { onList: () => ({ fail: new DaybookError("network", "down") }) };
  await mirror.run({ once: true });
  mirror.transport.faults = {};
  await mirror.clock.advance(HOUR);
  await mirror.run({ once: true });
  expect(mirror.home()).toEqual(mirror.remote());
});

it("a run once with the server down has failed, even where nothing is over yet", async () => {
  const mirror = new Mirror({ now: "2025-01-01T00:30:00Z", source: { end: undefined } });
  mirror.transport.faults = { onList: () => ({ fail: new DaybookError("network", "down") }) };
  expect((await mirror.run({ once: true })).outcome).toBe("failed");
});

it("a file put back in the queue while its hour is being worked on is fetched in the same run", async () => {
  const mirror = new Mirror({ source: { maxAttempts: 1, end: "2025-01-01T01:00:00Z" } });
  put(mirror, "2025-01-01T00:05:10Z", "bad", "DBZH");
  mirror.transport.faults = { onRead: () => ({ lieShort: 1 }) };
  await mirror.run();
  put(mirror, "2025-01-01T00:05:10Z", "late", "VRAD");
  await again(mirror);
  mirror.restart();
  let retried: Promise<unknown> | undefined;
  mirror.transport.faults = {
    onRead: (path) => {
      if (retried) return undefined;
      expect(path).toContain("VRAD");
      retried = mirror.daybook.retry();
      return { wait: retried };
    },
  };
  expect((await mirror.run()).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
});

it("a file that always reads longer than it is listed is given up", async () => {
  const mirror = new Mirror({
    source: { maxAttempts: 3 },
    transport: (inner) => ({
      capabilities: inner.capabilities,
      read: (path, options) => inner.read(path, options),
      close: () => inner.close(),
      list: async (path, options) => {
        const listing = await inner.list(path, options);
        const entries = listing.entries.map((e) => (e.type === "file" ? { ...e, size: e.size! - 1 } : e));
        return { ...listing, entries };
      },
    }),
  });
  put(mirror, "2025-01-01T00:05:10Z", "data");
  await mirror.run();
  expect(mirror.transport.calls.read).toHaveLength(3);
  expect((await mirror.files())[0]).toMatchObject({ path: A, status: "quarantined" });
});

it("a ledger that could not be opened is opened anew at the next call", async () => {
  const store = new MemoryStore();
  let broken = true;
  const flaky: StateStore = {
    ...bound<StateStore>(store),
    open: async () => {
      if (broken) throw new DaybookError("store", "not now");
      await store.open();
    },
  };
  const mirror = new Mirror({ store: flaky });
  await expect(mirror.daybook.status()).rejects.toMatchObject({ kind: "store" });
  broken = false;
  expect(await mirror.daybook.status()).toHaveLength(1);
});

it("a range that no source has is refused", async () => {
  const mirror = new Mirror();
  const range = { start: new Date("2030-01-01T00:00:00Z") };
  await expect(mirror.daybook.run({ range })).rejects.toMatchObject({ kind: "config" });
});
