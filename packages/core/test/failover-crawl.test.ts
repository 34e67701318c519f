import { DaybookError, failoverTransport, TransportToken } from "@daybook/core";
import type { FailoverOptions, Plugin, SourceOptions, Transport } from "@daybook/core";
import { MemoryTransport, RemoteTree } from "@daybook/testing";
import { expect, test } from "vitest";
import { HOUR, MINUTE, Mirror, put, type MirrorOptions } from "./support/mirror.js";
import { Receiver } from "./support/receiver.js";

const DOWN = { fail: new DaybookError("network", "no route to host", { operation: "connect" }) };
const TIMES = ["00:05", "00:35", "01:05", "01:35", "02:05", "02:35"].map((time) => `2025-01-01T${time}:00Z`);

/** A source on two hosts; the first one's tree is the mirror's. */
function twoHosts(
  options: FailoverOptions = {},
  source: Partial<SourceOptions> = {},
  more: MirrorOptions = {},
) {
  const mirror = new Mirror(more);
  const tree = new RemoteTree();
  const a = mirror.transport;
  const b = new MemoryTransport({ tree, clock: mirror.clock, endpoint: "memory://b" });
  const hosts = [a, b].map((each) => hostOf(each));
  mirror.restart({ source: { plugins: [failoverTransport({ ...options, hosts })], ...source } });
  const set = (transport: MemoryTransport, down: boolean) =>
    void (transport.faults = down ? { onList: () => DOWN, onRead: () => DOWN } : {});
  return { mirror, a, b, tree, set };
}

/** A container closes what it was given: these live on. */
function hostOf(transport: MemoryTransport): Plugin<Transport> {
  return {
    name: "given",
    provides: TransportToken,
    create: () => ({
      capabilities: transport.capabilities,
      list: (directory, options) => transport.list(directory, options),
      read: (path, options) => transport.read(path, options),
      close: async () => {},
    }),
  };
}

/** The same file at both hosts. */
function putBoth({ mirror, tree }: ReturnType<typeof twoHosts>, time: string): string {
  const path = put(mirror, time);
  tree.put(path, Buffer.from(mirror.tree.bytes(path)!), new Date(Date.parse(time) + MINUTE));
  return path;
}

const storedOnce = (mirror: Mirror) => {
  const paths = mirror.of("file-stored").map(({ file }) => file.path);
  expect(paths.sort()).toEqual([...new Set(paths)].sort());
};

test("a host that goes down in the middle of a crawl costs no file, and none comes twice", async () => {
  const place = twoHosts({ trust: "any" });
  const { mirror, a, b, set } = place;
  for (const time of TIMES) putBoth(place, time);
  a.faults = { onRead: () => (a.calls.read.length > 2 ? (set(a, true), DOWN) : undefined) };
  expect((await mirror.run()).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  storedOnce(mirror);
  expect(b.calls.read.length).toBeGreaterThan(0);
  expect(mirror.of("host-lost")).toMatchObject([{ source: "RMA1", host: "memory://tree", error: DOWN.fail }]);
  expect(mirror.of("host-down")).toEqual([]);
  expect(mirror.of("file-failed")).toEqual([]);
});

test("hooks are told once of a host that others stand in for, and once that it is back", async () => {
  const receiver = new Receiver();
  const sources = [{ name: "RMA1" }, { name: "copy" }];
  const more = { sources, hooks: [receiver.hook(["error"])] };
  const place = twoHosts({ trust: "any" }, { end: "2025-02-01T00:00:00Z" }, more);
  const { mirror, a, set } = place;
  for (const time of TIMES) putBoth(place, time);
  set(a, true);
  const stop = new AbortController();
  const running = mirror.daybook.run({ signal: stop.signal });
  await mirror.clock.advance(2 * HOUR);
  expect(mirror.of("host-lost").length).toBeGreaterThan(1);
  set(a, false);
  await mirror.clock.advance(2 * HOUR);
  stop.abort();
  await mirror.clock.runUntil(running);
  expect(receiver.heard.map(({ data }) => data)).toEqual([
    { what: "host-lost", host: "memory://tree", kind: "network", reason: "no route to host" },
    { what: "host-regained", host: "memory://tree" },
  ]);
});

test("while only a mirror can be asked its files come, and nothing is settled until the first is back", async () => {
  const place = twoHosts();
  const { mirror, a, b, set } = place;
  for (const time of TIMES.slice(0, 5)) putBoth(place, time);
  // The mirror lags behind.
  put(mirror, TIMES[5]!);
  set(a, true);
  const running = mirror.daybook.run();
  await mirror.clock.advance(2 * HOUR);
  expect(Object.keys(mirror.home())).toHaveLength(5);
  const [status] = await mirror.daybook.status();
  expect(status!.summary).toMatchObject({ settled: 0, files: { stored: 5 } });
  const gaps = await mirror.gaps();
  expect(gaps.map(({ kind }) => kind)).toEqual(["failed", "failed", "failed"]);
  // The same words for each, however long it lasts.
  expect(new Set(gaps.map(({ reason }) => reason))).toEqual(
    new Set([
      "only memory://b could be asked; memory://tree, which must list it before it is settled, " +
        "is down since 2025-01-20T00:00:00.000Z: no route to host",
    ]),
  );
  const [told] = await mirror.daybook.explain("/L2/RMA1/2025/01/01/00");
  expect(told!.story.join(" ")).toContain("but that settles nothing: only memory://b could be asked");
  set(a, false);
  expect((await mirror.clock.runUntil(running, { maxTime: HOUR })).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  storedOnce(mirror);
  expect([a.calls.read.length, b.calls.read.length]).toEqual([1, 5]);
  expect(mirror.of("host-regained")).toMatchObject([{ host: "memory://tree" }]);
});

test("a file the first showed and the mirror lacks waits for the first, however long that takes", async () => {
  const place = twoHosts();
  const { mirror, a, set } = place;
  for (const time of TIMES.slice(0, 5)) putBoth(place, time);
  put(mirror, TIMES[5]!);
  // Every listing is the first one's; then it is gone.
  a.faults = { onRead: () => (set(a, true), DOWN) };
  const running = mirror.daybook.run();
  await mirror.clock.advance(24 * HOUR);
  expect(Object.keys(mirror.home())).toHaveLength(5);
  expect((await mirror.files()).map(({ status }) => status).sort()).toEqual([
    "pending",
    ...Array.from({ length: 5 }, () => "stored"),
  ]);
  set(a, false);
  expect((await mirror.clock.runUntil(running, { maxTime: HOUR })).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  storedOnce(mirror);
});

test("with all hosts down it waits for any of them, as for one", async () => {
  const place = twoHosts({ trust: "any" });
  const { mirror, a, b, set } = place;
  for (const time of TIMES) putBoth(place, time);
  set(a, true);
  set(b, true);
  const running = mirror.daybook.run();
  await mirror.clock.advance(6 * HOUR);
  expect(Object.keys(mirror.home())).toHaveLength(0);
  // The breaker of all is in charge: one try a minute.
  const asked = b.calls.list.length;
  await mirror.clock.advance(HOUR);
  expect(b.calls.list.length - asked).toBeLessThan(90);
  set(b, false);
  expect((await mirror.clock.runUntil(running, { maxTime: HOUR })).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  expect(mirror.of("host-down").length).toBeGreaterThan(0);
  expect(mirror.of("host-up")).toHaveLength(1);
});

test("hosts in turn share the work, and each file comes once", async () => {
  const place = twoHosts({ order: "round-robin" });
  const { mirror, a, b } = place;
  for (const time of TIMES) putBoth(place, time);
  expect((await mirror.run()).outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  storedOnce(mirror);
  expect(a.calls.read.length + b.calls.read.length).toBe(6);
  expect(Math.abs(a.calls.list.length - b.calls.list.length)).toBeLessThanOrEqual(1);
});

test("a part begun at one host is continued at another", async () => {
  const place = twoHosts({ trust: "any" });
  const { mirror, a, b, set, tree } = place;
  const path = putBoth(place, TIMES[0]!);
  const content = Buffer.alloc(300_000, "a file that is long enough to be cut, ");
  mirror.tree.put(path, content, new Date("2025-01-01T01:00:00Z"));
  tree.put(path, content, new Date("2025-01-01T01:00:00Z"));
  a.faults = { onRead: () => (set(a, true), { dropAfter: 200_000 }) };
  await mirror.run();
  expect(mirror.home()).toEqual(mirror.remote());
  expect(b.calls.read).toEqual([{ path, start: 200_000 - 4096 }]);
});

test("a part is begun anew where the other host shows another version", async () => {
  const place = twoHosts({ trust: "any" });
  const { mirror, a, b, set, tree } = place;
  const path = putBoth(place, TIMES[0]!);
  mirror.tree.put(path, Buffer.alloc(300_000, "old"), new Date("2025-01-01T01:00:00Z"));
  tree.put(path, Buffer.alloc(300_000, "new"), new Date("2025-01-01T01:30:00Z"));
  a.faults = { onRead: () => (set(a, true), { dropAfter: 200_000 }) };
  await mirror.run();
  expect(Object.values(mirror.home())).toEqual(["new".repeat(100_000)]);
  expect(b.calls.read).toEqual([{ path, start: 0 }]);
});

test("where times say nothing, a mirror with times of its own brings nothing a second time", async () => {
  const place = twoHosts({ trust: "any", times: "ignore" }, { revisit: [30 * 24 * HOUR] });
  const { mirror, a, b, set, tree } = place;
  for (const time of TIMES) tree.put(put(mirror, time), `data of ${time}`, new Date("2025-01-02T00:00:00Z"));
  await mirror.run();
  const before = [a.calls.read.length, b.calls.read.length];
  set(a, true);
  const listed = b.calls.list.length;
  await mirror.clock.advance(20 * 24 * HOUR);
  await mirror.run();
  expect(b.calls.list.length).toBeGreaterThan(listed);
  expect([a.calls.read.length, b.calls.read.length]).toEqual(before);
});

test("a host that refuses one source's login is still the preferred one of another", async () => {
  const before = new Mirror();
  for (const time of TIMES) put(before, time);
  const { tree, clock } = before;
  const [first, mirror] = ["a", "b"].map(
    (name) => new MemoryTransport({ tree, clock, endpoint: `memory://${name}` }),
  );
  const refused = new MemoryTransport({
    tree,
    clock,
    endpoint: "memory://a",
    faults: {
      onList: () => ({ fail: new DaybookError("auth", "wrong password", { operation: "connect" }) }),
    },
  });
  const source = (name: string, preferred: MemoryTransport) => {
    const hosts = [
      { ...hostOf(preferred), key: name },
      { ...hostOf(mirror!), key: "b" },
    ];
    return { name, plugins: [failoverTransport({ hosts })] };
  };
  const both = new Mirror({ sources: [source("refused", refused), source("let in", first!)] });
  await both.run({ sources: ["refused"], once: true });
  const { sources } = await both.run({ sources: ["let in"], once: true });
  expect(sources).toMatchObject([{ fetched: { files: 6 }, summary: { settled: 3 } }]);
});
