import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClockToken, createDaybook, flat, localDestination, memoryStore, radarLayout } from "@daybook/core";
import type { SourceOptions } from "@daybook/core";
import { FakeClock, radarTree, RemoteTree } from "@daybook/testing";
import { sftpTransport } from "@daybook/transport-sftp";
import { expect, onTestFinished, test } from "vitest";
import { bytesOf, login, pattern, place, until } from "./support/place.js";
import { SftpServer } from "./support/sftp-server.js";

// What the server is asked for, counted. A round trip more per file is an hour more per night over a long line.

test("a file of known size costs four requests: open, its bytes, a look past their end, close", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(20_000));
  await bytesOf(await transport.read("/f", { size: 20_000 }));
  await until(() => server.openHandles === 0);
  expect(server.requests).toEqual(["OPEN /f 1", "READ /f 0 20000", "READ /f 20000 1", "CLOSE /f"]);
});

test("a longer file costs a request for each 32 kB a server must be able to give, and three more", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", pattern(1_000_000));
  await bytesOf(await transport.read("/f", { size: 1_000_000 }));
  await until(() => server.openHandles === 0);
  expect(server.requests).toHaveLength(Math.ceil(1_000_000 / 32_768) + 3);
});

test("an empty file costs three requests", async () => {
  const { tree, server, transport } = await place();
  tree.put("/f", "");
  await bytesOf(await transport.read("/f", { size: 0 }));
  await until(() => server.openHandles === 0);
  expect(server.requests).toEqual(["OPEN /f 1", "READ /f 0 1", "CLOSE /f"]);
});

test("a folder costs four requests: open, its entries and their end asked for together, close", async () => {
  const { tree, server, transport } = await place();
  for (let i = 0; i < 50; i++) tree.put(`/d/f${i}`, "");
  await transport.list("/d");
  await until(() => server.openHandles === 0);
  expect(server.requests).toEqual(["OPENDIR /d", "READDIR /d", "READDIR /d", "CLOSE /d"]);
});

test("two hours of history cost four requests a file and four a folder, on two connections at most", async () => {
  const start = new Date("2025-01-01T00:00:00Z");
  const { tree, files } = radarTree({
    radars: ["RMA1"],
    fields: ["DBZH", "VRAD", "ZDR"],
    start,
    hours: 2,
    volumesPerHour: 6,
    bytes: 5000,
  });
  const { run, server } = await mirror(tree, {
    layout: radarLayout("RMA1"),
    start,
    end: new Date("2025-01-01T02:00:00Z"),
    now: new Date("2025-01-03T00:00:00Z"),
  });

  expect(await run()).toBe(files.length);

  const folders = 2 * (1 + 6);
  expect(counted(server)).toEqual({
    OPENDIR: folders,
    READDIR: 2 * folders,
    OPEN: files.length,
    READ: 2 * files.length,
    CLOSE: folders + files.length,
  });
  expect(server.accepted).toBeLessThanOrEqual(2);

  server.requests.length = 0;
  expect(await run()).toBe(0);
  expect(server.requests, "history that is settled is not asked for again").toEqual([]);
});

test.each([5, 80])(
  "a poll that finds nothing new costs four requests, after %i files as well",
  async (count) => {
    const tree = new RemoteTree();
    const start = new Date("2025-01-01T00:00:00Z");
    for (let i = 0; i < count; i++) tree.put(`/incoming/f${i}.BUFR`, "x", start);
    const { run, server, clock } = await mirror(tree, {
      layout: flat("/incoming", "*.BUFR"),
      start,
      now: new Date("2025-01-01T12:00:00Z"),
    });
    expect(await run()).toBe(count);

    server.requests.length = 0;
    await clock.advance(120_000);
    expect(await run()).toBe(0);
    await until(() => server.openHandles === 0);
    expect(counted(server)).toEqual({ OPENDIR: 1, READDIR: 2, CLOSE: 1 });
  },
);

/** A source on a server of its own, visited once by each run, which tells how many files it brought home. */
async function mirror(
  tree: RemoteTree,
  { now, ...source }: Omit<SourceOptions, "name" | "plugins"> & { now: Date },
) {
  const server = await new SftpServer({ tree }).start();
  onTestFinished(() => server.stop());
  const path = await mkdtemp(join(tmpdir(), "daybook-budget-"));
  onTestFinished(() => rm(path, { recursive: true }));
  const clock = new FakeClock(now);
  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path, sync: false }),
      { name: "clock", provides: ClockToken, create: () => clock },
    ],
    sources: [{ ...source, name: "RMA1", plugins: [sftpTransport(login(server))] }],
  });
  onTestFinished(() => daybook.close());
  const run = async () => {
    const { sources } = await daybook.run({ once: true });
    // Nobody waits for a handle to be closed.
    await until(() => server.openHandles === 0);
    return sources[0]!.fetched.files;
  };
  return { run, server, clock };
}

/** How many requests of each type the server has had. */
function counted({ requests }: SftpServer): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    const type = request.split(" ")[0]!;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}
