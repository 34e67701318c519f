import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { FtpRule } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { failure, readAll, setUp } from "./support/setup.js";

const commandsFor = (commands: readonly string[], name: string) =>
  commands.filter((command) => command.startsWith(name)).length;

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
  test("that is refused while data come costs them nothing, and isn't sent again", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    server.faults.add({ on: "EPSV", times: 1, wait: Promise.resolve() });
    server.faults.add({ on: "EPSV", times: 1, reply: "450 Not while a transfer is in progress.\r\n" });
    expect((await transport.list("/pub")).entries).toHaveLength(3);
    await readAll(transport.read("/pub/other"));
    await readAll(transport.read("/pub/other"));
    expect(server.commands.slice(-4)).toEqual(["EPSV", "RETR /pub/other", "EPSV", "RETR /pub/other"]);
    expect(commandsFor(server.commands, "USER")).toBe(1);
  });

  test("that is never answered costs nothing, and isn't sent again once that is known", async () => {
    const { server, transport } = await setUp({}, { connections: 1, timeout: 200 });
    for (let i = 0; i < 3; i++) {
      if (i < 2) {
        server.faults.add({ on: "EPSV", times: 1, wait: Promise.resolve() });
        server.faults.add({ on: "EPSV", times: 1, silent: true });
      }
      expect((await transport.list("/pub")).entries).toHaveLength(3);
      expect(await readAll(transport.read("/pub/file"))).toHaveLength(100_000);
    }
    expect(server.commands.slice(-4)).toEqual(["EPSV", "MLSD /pub", "EPSV", "RETR /pub/file"]);
  });

  test("that makes a server hang up is left out in the same call", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    for (let i = 0; i < 2; i++) {
      server.faults.add({ on: "EPSV", times: 1, wait: Promise.resolve() });
      server.faults.add({ on: "MLSD", times: 1, hangUp: true });
    }
    expect((await transport.list("/pub")).entries).toHaveLength(3);
    expect(await readAll(transport.read("/pub/file"))).toHaveLength(100_000);
    expect(server.commands.slice(-4)).toEqual(["EPSV", "MLSD /pub", "EPSV", "RETR /pub/file"]);
  });

  test("leads to another being asked for where the server has forgotten the port", async () => {
    const { server, transport } = await setUp({}, { connections: 1 });
    await transport.list("/pub");
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
    await transport.list("/pub");
    await readAll(transport.read("/pub/other"));
    expect([commandsFor(server.commands, "EPSV"), commandsFor(server.commands, "PASV")]).toEqual([1, 3]);
  });

  test.each<[string, (port: number) => FtpRule[]]>([
    ["names a dead port", (port) => [{ on: "EPSV", reply: `229 (|||${port}|)\r\n` }]],
    ["leads to 425", () => [{ on: "RETR", times: 1, reply: "425 Can't open data connection.\r\n" }]],
    [
      "leads to 425 from a dead port",
      (port) => [
        { on: "EPSV", reply: `229 (|||${port}|)\r\n` },
        { on: "RETR", times: 1, reply: "425 Failed to establish connection.\r\n" },
      ],
    ],
  ])("falls back to PASV where EPSV %s, in the same call, and remembers", async (_, rules) => {
    const { server, transport } = await setUp({}, { connections: 1, timeout: 1000 });
    const { port, close } = await dataServer("", "127.0.0.1");
    await close();
    for (const rule of rules(port)) server.faults.add(rule);
    expect(String(await readAll(transport.read("/pub/other")))).toBe("other");
    await transport.list("/pub");
    expect(commandsFor(server.commands, "EPSV")).toBe(1);
  });

  test("that is refused altogether is said so, and isn't about the folder", async () => {
    const { server, transport } = await setUp();
    for (const on of ["EPSV", "PASV"]) server.faults.add({ on, reply: "550 Passive mode not allowed.\r\n" });
    const error = await failure(transport.list("/pub"));
    expect(error.detail).toMatch(/^passive mode is refused/);
    expect([error.kind, error.operation]).toEqual(["unsupported", "connect"]);
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
    server.faults.add({ on: "PASV", reply: `227 (127,0,0,1,${port >> 8},${port & 255})\r\n` });
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
