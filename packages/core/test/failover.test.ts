import { buffer, text } from "node:stream/consumers";
import {
  asDaybookError,
  DaybookError,
  failoverTransport,
  FailoverTransport,
  HostHealth,
  isDaybookError,
  localDestination,
  TransportToken,
} from "@daybook/core";
import type { ErrorKind, FailoverOptions, HostChange, PluginDeps, Transport } from "@daybook/core";
import { FakeClock, MemoryTransport, memoryTransport, RemoteTree } from "@daybook/testing";
import { expect, test } from "vitest";

const NOON = new Date("2025-01-01T12:00:00Z");
const fail = (kind: ErrorKind, operation = "connect", code?: string) => ({
  fail: new DaybookError(kind, `${kind} for the test`, { operation, code }),
});

/** Hosts a, b, c …, each with a tree of its own, and what is heard of them. */
function several(count: number, options: FailoverOptions = {}) {
  const clock = new FakeClock(NOON);
  const hosts = Array.from({ length: count }, (_, i) => {
    const tree = new RemoteTree();
    tree.put("/d/file", "0123456789", NOON);
    const transport = new MemoryTransport({ tree, clock, endpoint: `memory://${"abc"[i]}` });
    return Object.assign(transport, {
      tree,
      /** Everything fails like this from now on. */
      break: (kind: ErrorKind, operation?: string, code?: string) =>
        void (transport.faults = {
          onList: () => fail(kind, operation, code),
          onRead: () => fail(kind, operation, code),
        }),
      mend: () => void (transport.faults = {}),
      asked: () => transport.calls.list.length + transport.calls.read.length,
    });
  });
  const transport = new FailoverTransport({ ...options, transports: hosts, clock });
  const heard: HostChange[] = [];
  transport.watch((change) => void heard.push(change));
  return { clock, transport, hosts, heard, a: hosts[0]!, b: hosts[1]! };
}

const kindOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: unknown) => asDaybookError(error, "bad-content").kind,
  );
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a call that fails at one host goes on at the next, and says nothing of it", async () => {
  const { transport, a, b } = several(2, { trust: "any" });
  a.break("network", "list");
  expect((await transport.list("/d")).complete).toBe(true);
  expect(await text(await transport.read("/d/file"))).toBe("0123456789");
  expect([a.calls.list.length, b.calls.list.length, b.calls.read.length]).toEqual([1, 1, 1]);
});

test.each<[string, ErrorKind, string, number]>([
  ["can't be reached", "network", "connect", 1],
  ["keeps silent", "timeout", "list", 1],
  ["fails again and again", "network", "list", 3],
  ["is busy again and again", "busy", "list", 3],
])("a host that %s is let alone after as many calls, and told of once", async (_, kind, operation, calls) => {
  const { transport, a, b, heard } = several(2);
  a.break(kind, operation);
  for (let n = 0; n < 10; n++) await transport.list("/d");
  expect([a.asked(), b.asked()]).toEqual([calls, 10]);
  expect(heard).toMatchObject([{ host: "memory://a", up: false, error: { kind } }]);
  expect(transport.hosts).toMatchObject([
    {
      endpoint: "memory://a",
      used: false,
      down: { error: { kind }, since: NOON, nextTryAt: new Date(NOON.getTime() + 1000) },
    },
    { endpoint: "memory://b" },
  ]);
});

test("a host that is down is tried by one call beside the others, less and less often, and used again once it is well", async () => {
  const { transport, a, b, heard, clock } = several(2);
  a.break("network");
  await transport.list("/d");
  const tries: number[] = [];
  let seen = a.asked();
  for (let second = 0; second < 300; second++) {
    await clock.advance(1000);
    await Promise.all([transport.list("/d"), transport.list("/d"), transport.list("/d")]);
    await settle();
    if (a.asked() > seen) tries.push(second + 1);
    expect(a.asked() - seen).toBeLessThanOrEqual(1);
    seen = a.asked();
  }
  expect(tries).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
  a.mend();
  const before = b.asked();
  await clock.advance(60_000);
  await transport.list("/d");
  await settle();
  await transport.list("/d");
  expect(b.asked() - before).toBe(1);
  expect(heard.at(-1)).toEqual({ host: "memory://a", up: true });
  expect(transport.hosts[0]).toEqual({ endpoint: "memory://a", used: true });
});

test("a try that hangs holds nobody up", async () => {
  const { transport, a, clock } = several(2);
  a.break("timeout");
  await transport.list("/d");
  a.faults = { onList: () => ({ stall: true }) };
  await clock.advance(1000);
  for (let n = 0; n < 5; n++) await transport.list("/d");
  expect(a.asked()).toBe(2);
  await transport.close();
});

test("with all hosts down every call tries them all, and says what is wrong with each", async () => {
  const { transport, a, b } = several(2);
  a.break("timeout", "list");
  b.break("network");
  for (let n = 1; n <= 3; n++) {
    const error = await transport.list("/d").catch((e: unknown) => e as DaybookError);
    expect(error).toMatchObject({ kind: "timeout", operation: "connect", path: "/d" });
    expect((error as DaybookError).detail).toBe(
      "memory://a: timeout for the test; memory://b: network for the test",
    );
    expect([a.asked(), b.asked()]).toEqual([n, n]);
  }
  b.mend();
  expect((await transport.list("/d")).entries).toHaveLength(1);
});

test("names that resolve nowhere are told as such only if none does", async () => {
  const { transport, a, b } = several(2);
  a.break("network", "connect", "ENOTFOUND");
  b.break("network", "connect", "ECONNREFUSED");
  await expect(transport.list("/d")).rejects.toMatchObject({ code: undefined });
  b.break("network", "connect", "ENOTFOUND");
  await expect(transport.list("/d")).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test.each<ErrorKind>(["auth", "config"])(
  "%s at one host is told, and not tried again for minutes; the others go on",
  async (kind) => {
    const { transport, a, b, heard, clock } = several(2, { trust: "any" });
    a.break(kind);
    for (let n = 0; n < 200; n++) {
      await clock.advance(1000);
      await transport.list("/d");
      await text(await transport.read("/d/file"));
    }
    await settle();
    expect([a.asked(), b.asked()]).toEqual([1, 400]);
    await clock.advance(101_000);
    await transport.list("/d");
    await settle();
    expect(a.asked()).toBe(2);
    expect(heard).toMatchObject([{ error: { kind } }, { error: { kind } }]);
    // The other one's trouble is no reason to stop for good.
    b.break("network");
    expect(await kindOf(transport.list("/d"))).toBe("network");
    expect(await kindOf(transport.read("/d/file"))).toBe("network");
  },
);

test("what no waiting cures is said only if it is so at all hosts", async () => {
  const { transport, a, b } = several(2);
  a.break("auth");
  b.break("auth");
  expect(await kindOf(transport.list("/d"))).toBe("auth");
  expect(await kindOf(transport.list("/d"))).toBe("auth");
  expect([a.asked(), b.asked()]).toEqual([1, 1]);
});

test("in turn: each directory is another host's, and its files are read there", async () => {
  const { transport, hosts } = several(3, { order: "round-robin" });
  for (const { tree } of hosts) for (let n = 0; n < 9; n++) tree.put(`/d${n}/file`, "x", NOON);
  for (let n = 0; n < 9; n++) await transport.list(`/d${n}`);
  for (let n = 0; n < 9; n++) await text(await transport.read(`/d${n}/file`, { size: 1, modifiedAt: NOON }));
  for (const { calls } of hosts) {
    expect(calls.list).toHaveLength(3);
    expect(calls.read.map(({ path }) => path)).toEqual(calls.list.map((directory) => `${directory}/file`));
  }
});

test("a mirror's listing settles nothing, and what it lacks isn't missing, while the first can't be asked", async () => {
  const { transport, a, b } = several(2);
  b.tree.put("/late/other", "x", NOON);
  a.break("network");
  expect(await transport.list("/d")).toMatchObject({ complete: false, entries: [{ name: "file" }] });
  expect(await transport.list("/nowhere")).toEqual({
    entries: [],
    complete: false,
    reason:
      "only memory://b could be asked; memory://a, which must list it before it is settled, is down since 2025-01-01T12:00:00.000Z: network for the test",
  });
  const size = 5;
  const error = await transport.read("/late/lacking", { size }).catch((e: unknown) => e);
  expect(error).toMatchObject({ kind: "network", operation: "connect" });
  expect((error as DaybookError).detail).toContain("memory://b: ");
});

test("the first one's word is final: a mirror isn't asked for what the first doesn't have", async () => {
  const { transport, b } = several(2);
  b.tree.put("/only-here/file", "x", NOON);
  expect(await kindOf(transport.list("/only-here"))).toBe("not-found");
  expect(await kindOf(transport.read("/only-here/file"))).toBe("not-found");
  expect(b.asked()).toBe(0);
});

test("where all are trusted, what one lacks is looked for at the others", async () => {
  const { transport, a, b } = several(2, { trust: "any" });
  b.tree.put("/only-here/file", "abc", NOON);
  expect(await transport.list("/only-here")).toMatchObject({ complete: true, entries: [{ name: "file" }] });
  expect(await text(await transport.read("/only-here/file"))).toBe("abc");
  expect(await kindOf(transport.list("/nowhere"))).toBe("not-found");
  expect(await kindOf(transport.read("/d/nothing"))).toBe("not-found");
  a.break("network");
  expect(await kindOf(transport.list("/nowhere"))).toBe("not-found");
});

const VERSION = { size: 10, modifiedAt: NOON };

test("a file is continued at another host if that shows the same version", async () => {
  const { transport, a, b } = several(2);
  await transport.list("/d");
  a.break("network");
  for (let n = 0; n < 5; n++)
    expect(await text(await transport.read("/d/file", { ...VERSION, start: 4 }))).toBe("456789");
  expect(b.calls).toEqual({
    list: ["/d"],
    read: Array.from({ length: 5 }, () => ({ path: "/d/file", start: 4 })),
  });
});

test.each<[string, string, Date, FailoverOptions, string]>([
  ["of another time isn't read", "0123456789", new Date(NOON.getTime() - 1000), {}, "network"],
  ["of another size isn't read", "012345678", NOON, {}, "network"],
  [
    "of another time is read where times say nothing",
    "0123456789",
    new Date(0),
    { times: "ignore" },
    "resolved",
  ],
  ["of another size isn't read where times say nothing", "012345678", NOON, { times: "ignore" }, "network"],
])("a file %s at another host", async (_, content, time, options, expected) => {
  const { transport, a, b } = several(2, options);
  await transport.list("/d");
  b.tree.put("/d/file", content, time);
  a.break("network");
  const version = options.times === "ignore" ? { size: 10 } : VERSION;
  const error = await transport.read("/d/file", version).catch((e: unknown) => e);
  expect(isDaybookError(error) ? error.kind : "resolved").toBe(expected);
  if (isDaybookError(error)) expect(error).toMatchObject({ operation: "connect" });
  expect(b.calls.read).toHaveLength(expected === "resolved" ? 1 : 0);
});

test("a file that was listed at a mirror is read there, even when the first is back", async () => {
  const { transport, a, b, clock } = several(2);
  a.break("network");
  await transport.list("/d");
  a.mend();
  await clock.advance(1000);
  await transport.list("/d");
  await settle();
  expect(transport.hosts[0]!.down).toBeUndefined();
  await text(await transport.read("/d/file", VERSION));
  expect([a.calls.read.length, b.calls.read.length]).toEqual([0, 1]);
});

test("streams that break off speak against a host, until it sends a whole file", async () => {
  const { transport, a, heard } = several(2);
  await transport.list("/d");
  const drop = async () => {
    a.faults = { onRead: () => ({ dropAfter: 3 }) };
    expect(await kindOf(transport.read("/d/file", VERSION).then(buffer))).toBe("cut-short");
    a.mend();
  };
  await drop();
  await drop();
  await text(await transport.read("/d/file", VERSION));
  await drop();
  await transport.list("/d");
  await drop();
  expect(heard).toEqual([]);
  await drop();
  expect(heard).toMatchObject([{ host: "memory://a", up: false, error: { kind: "cut-short" } }]);
});

test("a stop says nothing of a host", async () => {
  const { transport, a, b } = several(2);
  a.faults = { onList: () => ({ stall: true }) };
  const stop = new AbortController();
  const listing = transport.list("/d", { signal: stop.signal });
  await settle();
  stop.abort();
  expect(await kindOf(listing)).toBe("cancelled");
  expect([transport.hosts[0]!.down, b.asked()]).toEqual([undefined, 0]);
});

test("hosts together can do what the weakest can, and as much as they can together or at best", () => {
  const capabilities = (modifiedAt: "second" | "minute", resume: boolean, parallelism: number) => ({
    modifiedAt,
    resume,
    parallelism,
  });
  const tree = new RemoteTree();
  const transports = [
    new MemoryTransport({ tree, endpoint: "ftp://a:21", capabilities: capabilities("second", true, 3) }),
    new MemoryTransport({ tree, endpoint: "sftp://b:22", capabilities: capabilities("minute", false, 4) }),
  ];
  const of = (options: FailoverOptions) => new FailoverTransport({ transports, ...options }).capabilities;
  const common = { endpoint: "failover://ftp:a:21,sftp:b:22", resume: false };
  expect(of({})).toEqual({ ...common, modifiedAt: "minute", parallelism: 4 });
  expect(of({ order: "round-robin" })).toEqual({ ...common, modifiedAt: "minute", parallelism: 7 });
  expect(of({ times: "ignore" })).toEqual({ ...common, modifiedAt: "none", parallelism: 4 });
});

test("a start in the middle is refused where one host can't", async () => {
  const tree = new RemoteTree();
  tree.put("/f", "0123", NOON);
  const transports: Transport[] = [true, false].map(
    (resume) => new MemoryTransport({ tree, capabilities: { resume } }),
  );
  const transport = new FailoverTransport({ transports });
  expect(await kindOf(transport.read("/f", { start: 1 }))).toBe("unsupported");
});

test("the plugin makes hosts with their own budgets, and sources with the same options share it", async () => {
  const { tree } = several(1).a;
  const keyed = (name: string) => ({ ...memoryTransport({ tree, endpoint: `memory://${name}` }), key: name });
  const make = (...names: string[]) => failoverTransport({ hosts: names.map(keyed) });
  expect(make("a", "b").provides).toBe(TransportToken);
  expect(make("a", "b").key).toBe(make("a", "b").key);
  expect(make("a", "b").key).not.toBe(make("b", "a").key);
  expect(failoverTransport({ hosts: [memoryTransport({ tree })] }).key).toBeUndefined();
  const asked: string[] = [];
  const deps: PluginDeps = {
    clock: new FakeClock(NOON),
    budget: (endpoint) => {
      asked.push(`budget ${endpoint}`);
      return undefined as never;
    },
    limited: (transport) => (asked.push(`limited ${transport.capabilities.endpoint}`), transport),
    health: (endpoint) => (asked.push(`health ${endpoint}`), new HostHealth()),
  };
  const transport = make("a", "b").create(deps);
  expect(asked.sort()).toEqual(
    ["budget", "health", "limited"].flatMap((what) => [`${what} memory://a`, `${what} memory://b`]),
  );
  expect((await transport.list("/d")).entries).toHaveLength(1);
  await transport.close();
});

test("what can't be meant is refused", () => {
  const tree = new RemoteTree();
  const hosts = [memoryTransport({ tree })];
  expect(() => failoverTransport({ hosts: [] })).toThrow(/needs a host/);
  expect(() => failoverTransport({ hosts, order: "round-robin", trust: "first" })).toThrow(
    /leave out `trust: first`/,
  );
  expect(() => failoverTransport({ hosts: [localDestination({ path: "x" }) as never] })).toThrow(
    /is no transport/,
  );
});
