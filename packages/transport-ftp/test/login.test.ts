import { createServer } from "node:net";
import { FakeClock } from "@daybook/testing";
import { SystemClock, HostBudget, HostHealth, TransportToken } from "@daybook/core";
import { FtpTransport, ftpTransport } from "@daybook/transport-ftp";
import type { FtpOptions } from "@daybook/transport-ftp";
import { describe, expect, onTestFinished, test } from "vitest";
import { failure, readAll, setUp } from "./support/setup.js";

const logins = (commands: readonly string[]) =>
  commands.filter((command) => command.startsWith("USER")).length;

test("a wrong password is auth, tried once, and is said nowhere", async () => {
  const { server, transport } = await setUp(
    { users: { radar: "right" } },
    { user: "radar", password: "hunter2-not-right" },
  );
  server.faults.add({ on: "PASS", reply: "530 hunter2-not-right is wrong for radar.\r\n" });
  const error = await failure(transport.list("/"));
  expect([error.kind, error.retry, error.code]).toEqual(["auth", "no", "530"]);
  expect(error.detail).toContain("`user` and `password`");
  const said = [error.message, error.detail, error.stack, JSON.stringify(error), String(error.cause)].join();
  expect(said).not.toContain("hunter2");
  expect(logins(server.commands)).toBe(1);
});

test("a password that is read anew at each log-in heals once it is right, and isn't tried before the wait is over", async () => {
  const clock = new FakeClock(new Date("2025-01-01T00:00:00Z"));
  let password = "wrong-one";
  const { server, transport } = await setUp(
    { users: { radar: "right-one" } },
    { user: "radar", password: async () => password, clock },
  );
  server.faults.add({ on: "PASS", reply: "530 wrong-one is wrong for radar.\r\n", times: 1 });
  const error = await failure(transport.list("/"));
  expect(error.kind).toBe("auth");
  expect(error.message).not.toContain("wrong-one");
  password = "right-one";
  expect((await failure(transport.list("/"))).kind).toBe("auth");
  expect(logins(server.commands)).toBe(1);
  await clock.set(new Date("2025-01-01T00:06:00Z"));
  expect((await transport.list("/")).complete).toBe(true);
});

test.each([
  ["can't be read", () => Promise.reject(new Error("made up: no such file")), /no such file/],
  ["has two lines", () => "one\ntwo", /on one line/],
])("a password that %s is told, and nobody is asked", async (_what, password, said) => {
  const { server, transport } = await setUp({}, { user: "radar", password });
  const error = await failure(transport.list("/"));
  expect([error.kind, error.operation]).toEqual(["config", "connect"]);
  expect(error.detail).toMatch(said);
  expect(server.commands).toEqual([]);
});

test("sources share connections where the same function reads the password, and only there", () => {
  const at = { host: "ftp.example.com", user: "radar" };
  const read = () => "secret";
  const keyOf = (password: () => string) => ftpTransport({ ...at, password }).key;
  expect(keyOf(read)).toBe(keyOf(read));
  expect(keyOf(read)).not.toBe(keyOf(() => "secret"));
});

test.each([{ maxConnections: 2 }, { maxLogins: 2 }])(
  "a server with a limit (%j) is used with fewer",
  async (limit) => {
    const { server, transport } = await setUp({}, { connections: 6 });
    Object.assign(server.faults, limit);
    const all = await Promise.all(Array.from({ length: 20 }, () => readAll(transport.read("/pub/other"))));
    expect(all.map(String)).toEqual(Array(20).fill("other"));
  },
);

test("a server that takes nobody now is busy", async () => {
  const { server, transport } = await setUp();
  server.faults.maxConnections = 0;
  expect((await failure(transport.list("/"))).kind).toBe("busy");
});

test("calls on one transport share its connections, and more than it has wait", async () => {
  const { server, transport } = await setUp({}, { connections: 3 });
  await Promise.all(Array.from({ length: 30 }, () => readAll(transport.read("/pub/file"))));
  expect([server.connections.peak, logins(server.commands)]).toEqual([3, 3]);
});

test("transports given one budget share the connections of the host", async () => {
  const budget = new HostBudget({ connections: 2 });
  const { server, transport } = await setUp({}, { budget, connections: 5 });
  const other = new FtpTransport({ host: server.host, port: server.port, user: "other", budget });
  onTestFinished(() => other.close());
  const all = Array.from({ length: 20 }, (_, n) => readAll((n % 2 ? transport : other).read("/pub/other")));
  await Promise.all(all);
  expect(budget.open).toBeLessThanOrEqual(2);
  await expect.poll(() => server.connections.now).toBeLessThanOrEqual(2);
});

describe("a server that can't be reached", () => {
  test("by its name is a network error that says so", async () => {
    const transport = new FtpTransport({ host: "nowhere.invalid", timeout: 5000 });
    const error = await failure(transport.list("/"));
    await transport.close();
    expect(error.kind).toBe("network");
    expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(error.code);
    expect(error.detail).toContain("nowhere.invalid");
    expect(error.detail).toContain("`host`");
  });

  test("because nobody listens is a network error that says so", async () => {
    const { server, transport } = await setUp();
    await server.goDown();
    const error = await failure(transport.list("/"));
    expect([error.kind, error.code]).toEqual(["network", "ECONNREFUSED"]);
  });

  test("for a while is used again when it is back", async () => {
    const { server, transport } = await setUp();
    await transport.list("/pub");
    await server.goDown();
    expect((await failure(transport.list("/pub"))).kind).toBe("network");
    await server.comeUp();
    expect((await transport.list("/pub")).entries).toHaveLength(3);
  });

  test("because another kind of server answers is protocol, at once", async () => {
    const { port } = await saying("SSH-2.0-OpenSSH_9.2\r\n");
    const transport = new FtpTransport({ host: "127.0.0.1", port });
    const error = await failure(transport.list("/"));
    await transport.close();
    expect(error.kind).toBe("protocol");
    expect(error.detail).toContain("SSH-2.0-OpenSSH_9.2");
  });
});

test.each<[string, Partial<FtpOptions>]>([
  ["host", { host: "" }],
  ["host", { host: "ftp://ftp.example.com" }],
  ["port", { port: 0 }],
  ["user", { user: "a\r\nDELE x" }],
  ["password", { password: "a\nb" }],
  ["secure", { secure: "yes" as never }],
  ["connections", { connections: 0 }],
  ["timeout", { timeout: Number.NaN }],
  ["minRate", { minRate: -1 }],
  ["account", { account: "a\r\nDELE x" }],
  ["loginCommands", { loginCommands: ["SITE a\r\nDELE x"] }],
  ["tls.fingerprint", { tls: { fingerprint: "SHA256:abc" } }],
])("an option that can't be meant is config, and named: %s", (name, options) => {
  expect(() => new FtpTransport({ host: "ftp.example.com", ...options })).toThrow(
    expect.objectContaining({
      kind: "config",
      detail: expect.stringContaining(`\`${name}\``) as string,
    }) as Error,
  );
});

describe("the plugin", () => {
  test("is the same for the same options in any order, and another for others", () => {
    const keys = [
      ftpTransport({ host: "a", user: "b", tls: { ca: "x", rejectUnauthorized: true } }),
      ftpTransport({ tls: { rejectUnauthorized: true, ca: "x" }, user: "b", port: 21, host: "a" }),
      ftpTransport({ host: "a", user: "c" }),
    ].map(({ key }) => key);
    expect([keys[0] === keys[1], keys[0] === keys[2]]).toEqual([true, false]);
  });

  test("makes a transport that uses the host's budget", async () => {
    const asked: unknown[] = [];
    const plugin = ftpTransport({ host: "ftp.example.com", connections: 3 });
    const transport = plugin.create({
      clock: new SystemClock(),
      budget: (endpoint, connections) => {
        asked.push([endpoint, connections]);
        return new HostBudget({ connections });
      },
      limited: (it) => it,
      health: () => new HostHealth(),
    });
    expect([plugin.provides, plugin.name, asked]).toEqual([
      TransportToken,
      "ftp",
      [["ftp://ftp.example.com:21", 3]],
    ]);
    expect(transport.capabilities).toEqual({
      endpoint: "ftp://ftp.example.com:21",
      modifiedAt: "day",
      resume: true,
      parallelism: 3,
    });
    await transport.close();
  });

  test("tells endpoints apart by encryption and port", () => {
    const endpoint = (options: FtpOptions) => new FtpTransport(options).capabilities.endpoint;
    expect(endpoint({ host: "::1", secure: "implicit" })).toBe("ftps://[::1]:990");
    expect(endpoint({ host: "h", secure: true, port: 2121 })).toBe("ftps://h:2121");
  });
});

/** A server that greets, answers the first thing it hears, and then keeps silent. */
async function saying(greeting: string, answer = ""): Promise<{ port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).write(greeting);
    socket.once("data", () => socket.write(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return server.address() as { port: number };
}
