import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { HostBudget } from "@daybook/core";
import { expect, test, vi } from "vitest";
import { bytesOf, failure, pattern, place, until } from "./support/place.js";

test("one aborted read leaves the connection to the others", async () => {
  const { tree, server, transport } = await place();
  const bytes = pattern(3_000_000);
  tree.put("/a", bytes);
  tree.put("/b", bytes);
  const stop = new AbortController();
  const aborted = await transport.read("/a", { size: bytes.length, signal: stop.signal });
  const other = await transport.read("/b", { size: bytes.length });
  const cancelled = failure(bytesOf(aborted), "cancelled");
  stop.abort();
  await cancelled;
  expect((await bytesOf(other)).equals(bytes)).toBe(true);
  expect(server.accepted).toBe(1);
  await until(() => server.openHandles === 0);
});

test("an abort while the file is opened rejects at once and closes the handle that comes later", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  await transport.list("/");
  const stop = new AbortController();
  let answer!: () => void;
  server.faults.before = (request) =>
    request.startsWith("OPEN ") ? new Promise((resolve) => (answer = resolve)) : undefined;
  const reading = failure(transport.read("/a", { signal: stop.signal }), "cancelled");
  await until(() => server.requests.includes("OPEN /a 1"));
  stop.abort();
  await reading;
  server.faults.before = undefined;
  answer();
  await until(() => server.requests.includes("CLOSE /a"));
  await until(() => server.openHandles === 0);
});

test("an abort before anything was done connects to nobody", async () => {
  const { server, transport } = await place();
  await failure(transport.list("/", { signal: AbortSignal.abort() }), "cancelled");
  await failure(transport.read("/a", { signal: AbortSignal.abort() }), "cancelled");
  expect(server.accepted).toBe(0);
});

test("an abort while a directory is listed frees its handle", async () => {
  const { tree, server, transport } = await place();
  tree.put("/d/a", "");
  const stop = new AbortController();
  server.faults.before = (request) => {
    if (request.startsWith("READDIR")) stop.abort();
  };
  await failure(transport.list("/d", { signal: stop.signal }), "cancelled");
  await until(() => server.openHandles === 0);
  expect((await transport.list("/d")).entries).toHaveLength(1);
  expect(server.accepted).toBe(1);
});

test("a destroyed stream closes its handle and makes room", async () => {
  const { tree, server, transport } = await place({ transport: { connections: 1, filesPerConnection: 1 } });
  tree.put("/a", pattern(3_000_000));
  tree.put("/b", "b");
  const stream = await transport.read("/a", { size: 3_000_000 });
  const next = transport.read("/b", { size: 1 });
  stream.destroy();
  expect((await bytesOf(await next)).toString()).toBe("b");
  await until(() => server.openHandles === 0);
});

test("a file that has arrived makes room before it is consumed", async () => {
  const { tree, transport } = await place({ transport: { connections: 1, filesPerConnection: 1 } });
  tree.put("/a", "a");
  tree.put("/b", "b");
  const first = await transport.read("/a", { size: 1 });
  const second = await transport.read("/b", { size: 1 });
  expect((await bytesOf(first)).toString() + (await bytesOf(second)).toString()).toBe("ab");
});

test("close rejects what is under way, leaves no connection, and may be called twice", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", pattern(3_000_000));
  const stream = await transport.read("/a", { size: 3_000_000 });
  server.faults.frozen = true;
  const reading = failure(bytesOf(stream), "cancelled");
  const listing = failure(transport.list("/"), "cancelled");
  await until(() => server.requests.includes("OPENDIR /"));
  await transport.close();
  await transport.close();
  await Promise.all([reading, listing]);
  await until(() => server.connections === 0);
  await failure(transport.list("/"), "cancelled");
});

test("close also rejects what still waits for a connection", async () => {
  const { tree, transport } = await place({ transport: { connections: 1, filesPerConnection: 1 } });
  tree.put("/a", pattern(3_000_000));
  const stream = await transport.read("/a", { size: 3_000_000 });
  const reading = failure(bytesOf(stream), "cancelled");
  const waiting = failure(transport.list("/"), "cancelled");
  await transport.close();
  await Promise.all([waiting, reading]);
});

test("a server that freezes fails everything under way on the connection, and the next call takes a new one", async () => {
  const { tree, server, transport } = await place({ transport: { timeout: 1000 } });
  tree.put("/a", pattern(3_000_000));
  const stream = await transport.read("/a", { size: 3_000_000 });
  server.faults.frozen = true;
  const [first] = await Promise.all([
    failure(transport.list("/"), "timeout"),
    failure(transport.read("/a"), "timeout"),
    failure(bytesOf(stream), "timeout"),
  ]);
  expect(first.detail).toContain("1000 ms");
  server.faults.frozen = false;
  expect((await transport.list("/")).entries).toHaveLength(1);
});

test("one request that is never answered doesn't hide behind others that are", async () => {
  const { tree, server, transport } = await place({ transport: { timeout: 1000, connections: 1 } });
  tree.put("/a", "x");
  server.faults.ignores = (request) => request.startsWith("OPEN /a");
  let hung = true;
  const reading = failure(transport.read("/a"), "timeout").finally(() => (hung = false));
  while (hung) await transport.list("/").catch(() => {});
  await reading;
});

test("a server that accepts connections and says nothing is a time-out", async () => {
  const { connect } = await place();
  const mute = createServer().listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo;
  const error = await failure(connect({ port, timeout: 100 }).list("/"), "timeout");
  expect(error.detail).toContain(`127.0.0.1:${port}`);
  mute.close();
});

test("an idle connection that was closed meanwhile is replaced without a word", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  await transport.list("/");
  server.cut();
  await until(() => server.connections === 0);
  expect((await bytesOf(await transport.read("/a", { size: 1 }))).toString()).toBe("x");
  expect(server.accepted).toBe(2);
});

test("an idle connection that breaks at the first request is tried once more on a new one", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  await transport.list("/");
  server.faults.before = (request) => {
    if (!request.startsWith("OPEN ") || server.accepted > 1) return;
    server.cut();
  };
  expect((await bytesOf(await transport.read("/a", { size: 1 }))).toString()).toBe("x");
  expect(server.requests.filter((request) => request === "OPEN /a 1")).toHaveLength(2);
});

test("an idle connection that went dead without a word is found out long before the time-out", async () => {
  const { tree, server, transport } = await place({ transport: { keepalive: 20, timeout: 600_000 } });
  tree.put("/a", "x");
  await transport.list("/");
  await until(() => server.openHandles === 0);
  server.stall();
  expect((await bytesOf(await transport.read("/a", { size: 1 }))).toString()).toBe("x");
  expect(server.accepted).toBe(2);
});

test("a new connection that breaks is not tried again", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  server.faults.before = () => server.cut();
  await failure(transport.read("/a"), "network");
  expect(server.accepted).toBe(1);
});

test("a connection that has answered since it lay idle is not tried again either", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  await transport.list("/");
  server.faults.before = (request) => {
    if (request.startsWith("READ ")) server.cut();
  };
  await failure(transport.read("/a"), "network");
  expect(server.accepted).toBe(1);
});

test("a further connection is opened only under load", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", pattern(3_000_000));
  const open = (count: number) =>
    Promise.all(Array.from({ length: count }, () => transport.read("/a", { size: 3_000_000 })));
  const few = await open(3);
  expect(server.accepted).toBe(1);
  const more = await open(2);
  await until(() => server.accepted === 2);
  for (const stream of [...few, ...more]) stream.destroy();
});

test("the budget counts connections, not files", async () => {
  const budget = new HostBudget({ connections: 5 });
  const { tree, server, transport } = await place({ transport: { budget } });
  tree.put("/a", pattern(3_000_000));
  const streams = await Promise.all(
    Array.from({ length: 12 }, () => transport.read("/a", { size: 3_000_000 })),
  );
  await until(() => server.accepted === 2);
  expect(budget.open).toBe(2);
  for (const stream of streams) stream.destroy();
  await transport.close();
  await until(() => budget.open === 0);
});

test("a stream that waits for its consumer learns of the connection's end", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", pattern(3_000_000));
  const stream = await transport.read("/a", { size: 3_000_000 });
  const [error] = (await Promise.all([once(stream, "error"), server.cut()]))[0];
  expect(error).toMatchObject({ kind: "network", path: "/a" });
});

test("where everything is busy, live goes first", async () => {
  const { tree, transport } = await place({ transport: { connections: 1, filesPerConnection: 1 } });
  tree.put("/a", pattern(3_000_000));
  const busy = await transport.read("/a", { size: 3_000_000, lane: "backfill" });
  const order: string[] = [];
  const listing = (lane: "live" | "backfill") => transport.list("/", { lane }).then(() => order.push(lane));
  const waiting = [listing("backfill"), listing("backfill"), listing("live")];
  busy.destroy();
  await Promise.all(waiting);
  expect(order).toEqual(["live", "backfill", "backfill"]);
});

test("history leaves room for new slots on a connection it fills", async () => {
  const { tree, transport } = await place({ transport: { connections: 1, filesPerConnection: 8 } });
  tree.put("/a", pattern(3_000_000));
  const read = () => transport.read("/a", { size: 3_000_000, lane: "backfill" });
  const streams = await Promise.all(Array.from({ length: 7 }, read));
  const stop = new AbortController();
  const eighth = failure(transport.list("/", { lane: "backfill", signal: stop.signal }), "cancelled");
  expect((await transport.list("/", { lane: "live" })).entries).toHaveLength(1);
  stop.abort();
  await eighth;
  for (const stream of streams) stream.destroy();
});

test("a server that takes only one connection is used with one", async () => {
  const budget = new HostBudget({ connections: 2 });
  const { tree, server, transport } = await place({
    transport: { budget },
    server: { faults: { maxConnections: 1 } },
  });
  const bytes = pattern(200_000);
  tree.put("/a", bytes);
  const all = await Promise.all(
    Array.from({ length: 60 }, async () => bytesOf(await transport.read("/a", { size: bytes.length }))),
  );
  expect(all.every((each) => each.equals(bytes))).toBe(true);
  expect(budget.limit).toBe(1);
  expect(server.accepted).toBe(1);
});

test("a server that takes no connection at all is busy", async () => {
  const { transport } = await place({ server: { faults: { maxConnections: 0 } } });
  expect(await failure(transport.list("/"), "busy")).toMatchObject({ retry: "later" });
});

test("nothing is written to the console, whatever happens to the connection", async () => {
  const spies = (["log", "warn", "error", "info"] as const).map((name) => vi.spyOn(console, name));
  const { server, transport, connect } = await place();
  await transport.list("/");
  server.endAll();
  await until(() => server.connections === 0);
  await transport.list("/");
  server.cut();
  await until(() => server.connections === 0);
  await failure(connect({ password: "wrong" }).list("/"), "auth");
  await transport.close();
  const written = spies.flatMap((spy) => spy.mock.calls);
  for (const spy of spies) spy.mockRestore();
  expect(written).toEqual([]);
});
