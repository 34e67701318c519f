import { text } from "node:stream/consumers";
import {
  DaybookError,
  HostBudget,
  HostHealth,
  SystemClock,
  TransportToken,
  isDaybookError,
} from "@daybook/core";
import type { ErrorKind, Transport } from "@daybook/core";
import { MemoryTransport, RemoteTree, memoryTransport } from "@daybook/testing";
import type { MemoryFaults } from "@daybook/testing";
import { describe, expect, test } from "vitest";

function serve(faults: MemoryFaults = {}, parallelism = 4) {
  const tree = new RemoteTree();
  tree.put("/d/a", "0123456789", new Date("2025-01-01T12:34:56.789Z"));
  tree.put("/d/b", "b");
  return { tree, transport: new MemoryTransport({ tree, faults, capabilities: { parallelism } }) };
}

const rejects = async (promise: Promise<unknown>, kind: ErrorKind) =>
  expect(await promise.catch((error) => error)).toSatisfy((error) => isDaybookError(error, kind), kind);

describe("a memory transport", () => {
  test("remembers every call", async () => {
    const { transport } = serve();
    await transport.list("/d");
    await text(await transport.read("/d/a", { start: 4 }));
    expect(transport.calls).toEqual({ list: ["/d"], read: [{ path: "/d/a", start: 4 }] });
  });

  test("fails, or cuts a listing off, when told to, and not at other paths", async () => {
    const { transport } = serve({
      onList: (directory) =>
        directory === "/" ? { fail: new DaybookError("permission", "no") } : { truncate: 1 },
    });
    await rejects(transport.list("/"), "permission");
    expect(await transport.list("/d")).toMatchObject({ complete: false, entries: [{ name: "a" }] });
    transport.faults = { onList: () => ({ unreadable: ["???"] }) };
    expect(await transport.list("/d")).toMatchObject({ complete: true, unreadable: ["???"] });
    transport.faults = {};
    expect((await transport.list("/d")).entries).toHaveLength(2);
  });

  test("a dropped read delivers its bytes and then fails as cut short", async () => {
    const { transport } = serve({ onRead: () => ({ dropAfter: 4 }) });
    const stream = await transport.read("/d/a", { start: 2 });
    let got = "";
    stream.on("data", (chunk) => (got += chunk));
    const error = await new Promise((resolve) => stream.on("error", resolve));
    expect(isDaybookError(error, "cut-short")).toBe(true);
    expect(got).toBe("2345");
  });

  test("a lie ends early as if all were well", async () => {
    const { transport } = serve({ onRead: () => ({ lieShort: 4 }) });
    expect(await text(await transport.read("/d/a"))).toBe("0123");
  });

  test("a stall lasts until it is aborted, before or within the stream", async () => {
    const { transport } = serve({
      onRead: (path) => (path === "/d/a" ? { stallAfter: 3 } : { stall: true }),
    });
    const stop = new AbortController();
    const before = transport.read("/d/b", { signal: stop.signal });
    const within = await transport.read("/d/a", { signal: stop.signal });
    await new Promise((resolve) => within.once("data", resolve));
    const whole = text(within);
    stop.abort();
    await rejects(before, "cancelled");
    await rejects(whole, "cancelled");
  });

  test("waits for what it is told to wait for", async () => {
    let go = () => {};
    const wait = new Promise<void>((resolve) => (go = resolve));
    const { tree, transport } = serve({ onList: () => ({ wait }) });
    const listing = transport.list("/d");
    tree.put("/d/c", "late");
    go();
    expect((await listing).entries).toHaveLength(3);
  });

  test("a file that grows while it is read is delivered as it then is", async () => {
    const { tree, transport } = serve();
    tree.put("/d/big", Buffer.alloc(200_000));
    const stream = await transport.read("/d/big");
    await new Promise((resolve) => stream.once("readable", resolve));
    tree.append("/d/big", "tail");
    expect((await text(stream)).length).toBe(200_004);
  });

  test("runs no more at once than its parallelism", async () => {
    let running = 0;
    let peak = 0;
    const { transport } = serve(
      {
        onList: () => {
          peak = Math.max(peak, ++running);
          return { wait: new Promise<void>((resolve) => setImmediate(resolve)).then(() => void running--) };
        },
      },
      3,
    );
    await Promise.all(Array.from({ length: 12 }, () => transport.list("/d")));
    expect(peak).toBe(3);
  });

  test("shows times only as exactly as it declares", async () => {
    const { tree } = serve();
    const shown = async (modifiedAt: "second" | "minute" | "day" | "none") => {
      const transport = new MemoryTransport({ tree, capabilities: { modifiedAt } });
      return (await transport.list("/d")).entries[0]!.modifiedAt?.toISOString();
    };
    expect(await shown("second")).toBe("2025-01-01T12:34:56.000Z");
    expect(await shown("minute")).toBe("2025-01-01T12:34:00.000Z");
    expect(await shown("day")).toBe("2025-01-01T00:00:00.000Z");
    expect(await shown("none")).toBeUndefined();
  });

  test("its plugin makes a transport that shares the budget of its endpoint", async () => {
    const asked: [string, number][] = [];
    const budget = new HostBudget({ connections: 1 });
    const plugin = memoryTransport({ tree: serve().tree, endpoint: "memory://one" });
    expect(plugin).toMatchObject({ name: "memory", provides: TransportToken });
    const deps = {
      clock: new SystemClock(),
      budget: (endpoint: string, connections: number) => {
        asked.push([endpoint, connections]);
        return budget;
      },
      limited: (it: Transport) => it,
      health: () => new HostHealth(),
    };
    const first = plugin.create(deps);
    const second = plugin.create(deps);
    const stream = await first.read("/d/a");
    const queued = second.list("/d");
    expect(budget.open).toBe(1);
    stream.destroy();
    await queued;
    expect(asked).toEqual([
      ["memory://one", 4],
      ["memory://one", 4],
    ]);
    await first.close();
    await second.close();
  });
});
