import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { FtpRule } from "@daybook/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { bytes, failure, readAll, setUp } from "./support/setup.js";

const commandsFor = (commands: readonly string[], name: string) =>
  commands.filter((command) => command.startsWith(name)).length;

describe("data that ends too early", () => {
  test("followed by a reply that says all is well is cut-short where the size is known", async () => {
    const { server, transport } = await setUp();
    server.faults.add({ on: "RETR", short: 60_000 });
    const error = await failure(readAll(transport.read("/pub/file", { size: 100_000 })));
    expect([error.kind, error.path]).toEqual(["cut-short", "/pub/file"]);
    expect(server.connections.now).toBe(1);
  });

  test("counts from where the reading began", async () => {
    const { server, transport } = await setUp();
    server.faults.add({ on: "RETR", short: 10, times: 1 });
    const from = { start: 99_000, size: 100_000 };
    expect((await failure(readAll(transport.read("/pub/file", from)))).kind).toBe("cut-short");
    const rest = await readAll(transport.read("/pub/file", from));
    expect(rest.equals(bytes(100_000).subarray(99_000))).toBe(true);
  });

  test.each([
    ["the server says so", { short: 60_000, reply: "426 Failure writing network stream." }],
    ["the connections are cut", { drop: 60_000 }],
    ["the first byte never came", { drop: 0 }],
  ])("is an error and never an end: %s", async (_, fault) => {
    const { server, transport } = await setUp();
    server.faults.add({ on: "RETR", times: 1, ...fault });
    let received = 0;
    const reading = (async () => {
      for await (const chunk of await transport.read("/pub/file")) received += (chunk as Buffer).length;
    })();
    expect(["cut-short", "network"]).toContain((await failure(reading)).kind);
    expect(received).toBeLessThanOrEqual(60_000);
    expect((await readAll(transport.read("/pub/file"))).equals(bytes(100_000))).toBe(true);
  });
});

test("what has come whole is not lost when its connection ends before it is read", async () => {
  const { server, transport } = await setUp({}, { connections: 1 });
  const stream = await transport.read("/pub/file", { size: 100_000 });
  // The one connection is free again: the server has confirmed the end.
  await transport.list("/pub");
  await server.goDown();
  expect((await failure(transport.list("/pub"))).kind).toBe("network");
  expect((await readAll(Promise.resolve(stream))).equals(bytes(100_000))).toBe(true);
});

test("more data than the listing promised is changed", async () => {
  const { transport } = await setUp();
  expect((await failure(readAll(transport.read("/pub/file", { size: 99_999 })))).kind).toBe("changed");
});

test("a start past the listed size is changed, without a question", async () => {
  const { server, transport } = await setUp();
  expect((await failure(transport.read("/pub/file", { start: 11, size: 10 }))).kind).toBe("changed");
  expect(server.commands).toEqual([]);
});

test("a server that can't start in the middle is unsupported, not a file from its beginning", async () => {
  const { server, transport } = await setUp();
  server.faults.add({ on: "REST", reply: "502 Command not implemented.\r\n" });
  expect((await failure(transport.read("/pub/file", { start: 5 }))).kind).toBe("unsupported");
});

test("a file costs one RETR and one EPSV, sent at once, on a connection that is there", async () => {
  const { server, transport } = await setUp();
  await transport.list("/pub");
  const before = server.commands.length;
  await readAll(transport.read("/pub/file", { size: 100_000 }));
  expect(server.commands.slice(before)).toEqual(["RETR /pub/file", "EPSV"]);
});

test("a missing file whose data connection is reset first is not-found, and the connection is kept", async () => {
  const { server, transport } = await setUp();
  server.faults.add({
    on: "RETR",
    path: "/pub/gone",
    reset: true,
    reply: "550 /pub/gone: No such file or directory\r\n",
  });
  for (let n = 0; n < 20; n++) {
    expect((await failure(transport.read("/pub/gone"))).kind).toBe("not-found");
  }
  expect(commandsFor(server.commands, "USER")).toBe(1);
});

test("a forbidden file is told from a missing one where the server says only that it failed", async () => {
  const { server, transport } = await setUp();
  server.faults.add({ on: "RETR", reply: "550 Failed to open file.\r\n" });
  expect((await failure(transport.read("/pub/file"))).kind).toBe("permission");
  expect((await failure(transport.read("/pub/gone"))).kind).toBe("not-found");
  expect((await failure(transport.read("/pub/empty"))).kind).toBe("not-found");
});

describe("a reader that stops", () => {
  test("by destroying the stream frees the connection at once", async () => {
    const { server, tree, transport } = await setUp({}, { connections: 1 });
    tree.put("/pub/large", Buffer.alloc(20_000_000));
    const stream = await transport.read("/pub/large");
    await once(stream, "readable");
    stream.destroy();
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    await expect.poll(() => server.connections.now).toBe(1);
  });

  test("by its signal frees the connection at once, and the stream says cancelled", async () => {
    const { server, tree, transport } = await setUp({}, { connections: 1 });
    tree.put("/pub/large", Buffer.alloc(20_000_000));
    const stop = new AbortController();
    // In the middle of the file, which would else be here before anybody looks.
    server.faults.onRetr = (_path, sent) => void (sent > 0 && stop.abort());
    const reading = failure(readAll(transport.read("/pub/large", { signal: stop.signal })));
    expect((await reading).kind).toBe("cancelled");
    server.faults.onRetr = undefined;
    await expect.poll(() => server.connections.now).toBe(0);
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
  });

  test("while the server keeps silent frees the connection too", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    server.faults.add({ on: "RETR", times: 1, stall: 0 });
    const stop = new AbortController();
    const reading = failure(readAll(transport.read("/pub/file", { signal: stop.signal })));
    await expect.poll(() => commandsFor(server.commands, "RETR")).toBe(1);
    stop.abort();
    expect((await reading).kind).toBe("cancelled");
    await expect.poll(() => server.connections.now).toBe(0);
  });
});

test("a file that was sent whole, but is not yet read, is cancelled when the transport is closed", async () => {
  const { server, tree, transport } = await setUp();
  tree.put("/pub/large", Buffer.alloc(1_000_000));
  let sent = 0;
  server.faults.onRetr = (_, count) => void (sent = count);
  const stream = await transport.read("/pub/large");
  await expect.poll(() => sent).toBe(1_000_000);
  for (let n = 0; n < 50; n++) await turn();
  await transport.close();
  expect((await failure(readAll(Promise.resolve(stream)))).kind).toBe("cancelled");
});

describe("silence", () => {
  test.each<[string, FtpRule]>([
    ["in the middle of the data", { on: "RETR", stall: 5000 }],
    ["before the data", { on: "RETR", stall: 0 }],
    ["after the data", { on: "RETR", silent: true }],
    ["instead of a reply", { on: "EPSV", wait: new Promise(() => {}) }],
    ["instead of a greeting", { on: "CONNECT", wait: new Promise(() => {}) }],
    ["instead of the login", { on: "PASS", wait: new Promise(() => {}) }],
  ])("%s is a timeout", async (_, rule) => {
    const { server, transport } = await setUp({}, { timeout: 300 });
    server.faults.add({ ...rule, times: 1 });
    expect((await failure(readAll(transport.read("/pub/file")))).kind).toBe("timeout");
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
  });

  test("of ours is not the server's: a reader may pause for longer than the timeout", async () => {
    const { tree, transport } = await setUp({}, { timeout: 300 });
    tree.put("/pub/large", Buffer.alloc(20_000_000));
    const stream = await transport.read("/pub/large");
    await once(stream, "readable");
    const until = Date.now() + 900;
    while (Date.now() < until) await turn();
    let received = 0;
    for await (const chunk of stream) received += (chunk as Buffer).length;
    expect(received).toBe(20_000_000);
  });
});

test("memory that is used again isn't before the reader goes on, whatever has come meanwhile", async () => {
  const { tree, transport } = await setUp({}, { connections: 2 });
  const bytesOf = (seed: number) => bytes(2_000_000 + seed).subarray(seed);
  const waitAWhile = async () => {
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  };
  /** Looks at each chunk again once the rest, and perhaps the end, lie ready: every other one it pauses for. */
  const read = async (name: string, seed: number) => {
    const content = bytesOf(seed);
    tree.put(name, content, new Date("2025-01-01T18:30:20Z"));
    const stream = await transport.read(name, { size: content.length, transient: true });
    let at = 0;
    let paused = 0;
    const wrong: number[] = [];
    const over = new Promise<void>((resolve, reject) => {
      stream.on("error", reject);
      stream.on("data", (chunk: Buffer) => {
        const start = at;
        at += chunk.length;
        const check = () => chunk.equals(content.subarray(start, start + chunk.length)) || wrong.push(start);
        check();
        if (at < content.length && paused++ % 2 === 0) return;
        stream.pause();
        void waitAWhile().then(() => {
          check();
          stream.resume();
          if (at === content.length) resolve();
        });
      });
    });
    await over;
    return wrong;
  };
  const all = await Promise.all([read("/pub/first", 1), read("/pub/second", 2), read("/pub/third", 3)]);
  expect(all).toEqual([[], [], []]);
});

test("no more is taken out of the socket than may be read ahead, whatever the server has sent", async () => {
  const { tree, transport } = await setUp();
  const content = bytes(3_000_000);
  tree.put("/pub/large", content, new Date("2025-01-01T18:30:20Z"));
  const sockets: Socket[] = [];
  const opened = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  subscribe("net.client.socket", opened);
  onTestFinished(() => void unsubscribe("net.client.socket", opened));
  let ahead = 20_000;
  const stream = await transport.read("/pub/large", { size: content.length, readAhead: () => ahead });
  const data = sockets.at(-1)!;
  const chunks: Buffer[] = [];
  const taken = () => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  for (; taken() < content.length; ahead = taken() > 1_000_000 ? 300_000 : 20_000) {
    // What can come without being read has come.
    while (stream.readableLength < Math.min(ahead, content.length - taken(), 100_000)) await turn();
    for (let i = 0; i < 5; i++) await turn();
    // A rest that is hardly worth a read is filled up all the same.
    expect(data.bytesRead - taken()).toBeLessThanOrEqual(ahead + 1024);
    chunks.push(stream.read() as Buffer);
  }
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
});

test("a reading that may keep nothing ahead comes to its end all the same", async () => {
  const { transport } = await setUp();
  const content = await readAll(transport.read("/pub/file", { size: 100_000, readAhead: () => 0 }));
  expect(content.equals(bytes(100_000))).toBe(true);
});
