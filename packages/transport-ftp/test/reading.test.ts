import { once } from "node:events";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { FtpRule } from "@daybook/testing";
import { describe, expect, test } from "vitest";
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
  await readAll(transport.read("/pub/file"));
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
    const reading = failure(readAll(transport.read("/pub/large", { signal: stop.signal })));
    await expect.poll(() => commandsFor(server.commands, "RETR")).toBe(1);
    stop.abort();
    expect((await reading).kind).toBe("cancelled");
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

describe("a connection that lay idle and was dropped by the server", () => {
  test("is replaced without a word", async () => {
    const { server, transport } = await setUp();
    await transport.list("/pub");
    server.faults.add({ on: "RETR", times: 1, hangUp: true });
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    expect(commandsFor(server.commands, "USER")).toBe(2);
  });

  test("with a word of farewell is replaced too", async () => {
    const { server, transport } = await setUp();
    await transport.list("/pub");
    server.faults.add({ on: "RETR", times: 1, reply: "421 Timeout.\r\n" });
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
  });

  test("is not mistaken for one that was new: that failure is told", async () => {
    const { server, transport } = await setUp();
    server.faults.add({ on: "EPSV", times: 1, hangUp: true });
    expect((await failure(transport.read("/pub/other"))).kind).toBe("network");
    expect(commandsFor(server.commands, "USER")).toBe(1);
  });
});

describe("a request for the next port, sent behind a command", () => {
  test("that is refused while a file comes costs that file nothing, and isn't sent again", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    server.faults.onRetr = () => {
      server.faults.onRetr = undefined;
      server.faults.add({ on: "EPSV", times: 1, reply: "450 Not while a transfer is in progress.\r\n" });
    };
    expect(await readAll(transport.read("/pub/file"))).toHaveLength(100_000);
    await readAll(transport.read("/pub/other"));
    await readAll(transport.read("/pub/other"));
    expect(server.commands.slice(-4)).toEqual(["EPSV", "RETR /pub/other", "EPSV", "RETR /pub/other"]);
    expect(commandsFor(server.commands, "USER")).toBe(1);
  });

  test("that is never answered costs the file nothing, and isn't sent again once that is known", async () => {
    const { server, transport } = await setUp({}, { connections: 1, timeout: 200 });
    server.faults.onRetr = () => {
      server.faults.onRetr = undefined;
      server.faults.add({ on: "EPSV", times: 1, silent: true });
      server.faults.add({ on: "EPSV", times: 1, wait: Promise.resolve() });
      server.faults.add({ on: "EPSV", times: 1, silent: true });
    };
    for (let i = 0; i < 4; i++) expect(await readAll(transport.read("/pub/file"))).toHaveLength(100_000);
    expect(server.commands.slice(-2)).toEqual(["EPSV", "RETR /pub/file"]);
  });

  test("leads to another being asked for where the server has forgotten the port", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    await readAll(transport.read("/pub/other"));
    server.faults.add({ on: "RETR", times: 1, reply: "425 Use EPSV first.\r\n" });
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    expect(commandsFor(server.commands, "USER")).toBe(1);
  });

  test("waits with the next command until it is answered", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    let answer = (): void => {};
    const wait = new Promise<void>((resolve) => (answer = resolve));
    server.faults.onRetr = () => {
      server.faults.onRetr = undefined;
      server.faults.add({ on: "EPSV", times: 1, wait });
    };
    await readAll(transport.read("/pub/other"));
    const next = readAll(transport.read("/pub/file"));
    answer();
    expect(await next).toHaveLength(100_000);
  });
});

describe("passive mode", () => {
  test("behind NAT uses the host that was logged in to, whatever address PASV tells", async () => {
    const { server, transport } = await setUp({}, { forcePasv: true });
    server.faults.pasvAddress = "192.168.77.77";
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    expect(commandsFor(server.commands, "EPSV")).toBe(0);
  });

  test("goes where PASV points when told to", async () => {
    const { server, transport } = await setUp(
      {},
      { forcePasv: true, allowSeparateTransferHost: true, timeout: 500 },
    );
    const elsewhere = await dataServer("from another host", "127.0.0.2");
    const { port } = elsewhere;
    server.faults.add({ on: "PASV", reply: `227 Here (127,0,0,2,${port >> 8},${port & 255}).\r\n` });
    server.faults.add({ on: "RETR", reply: "150 Here it comes.\r\n226 Done.\r\n" });
    expect(String(await readAll(transport.read("/pub/file")))).toBe("from another host");
  });

  test("falls back to PASV where EPSV is refused, and remembers", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    server.faults.add({ on: "EPSV", reply: "500 EPSV not understood.\r\n" });
    await readAll(transport.read("/pub/other"));
    await readAll(transport.read("/pub/other"));
    expect([commandsFor(server.commands, "EPSV"), commandsFor(server.commands, "PASV")]).toEqual([1, 3]);
  });

  test.each(["229 somewhere\r\n", "229 (|||0|)\r\n", "200 yes\r\n"])(
    "an address that can't be read (%j) is protocol",
    async (reply) => {
      const { server, transport } = await setUp();
      server.faults.add({ on: "EPSV", times: 1, reply });
      expect((await failure(transport.read("/pub/file"))).kind).toBe("protocol");
      expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    },
  );

  test("a port where nobody listens is a network error, soon", async () => {
    const { server, transport } = await setUp({}, { timeout: 200 });
    const { port, close } = await dataServer("", "127.0.0.1");
    await close();
    server.faults.add({ on: "EPSV", reply: `229 (|||${port}|)\r\n` });
    server.faults.add({ on: "RETR", wait: new Promise(() => {}) });
    expect(await failure(transport.read("/pub/file"))).toMatchObject({
      kind: "network",
      code: "ECONNREFUSED",
    });
  });
});

describe("replies that are none", () => {
  test.each(["%%%\r\n", "<html>\r\n", "\u0000\u0001\u0002\r\n", "no end of line"])(
    "%j is protocol",
    async (reply) => {
      const { server, transport } = await setUp({}, { timeout: 300 });
      server.faults.add({ on: "RETR", times: 1, reply });
      expect((await failure(transport.read("/pub/file"))).kind).toBe("protocol");
      expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    },
  );

  test.each(["350 Go on.\r\n", "999 Nonsense.\r\n", "000 Nothing.\r\n"])(
    "%j to RETR is protocol",
    async (reply) => {
      const { server, transport } = await setUp();
      server.faults.add({ on: "RETR", times: 1, reply });
      expect((await failure(transport.read("/pub/file"))).kind).toBe("protocol");
      expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    },
  );
});

async function dataServer(text: string, host: string): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.end(text);
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

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
