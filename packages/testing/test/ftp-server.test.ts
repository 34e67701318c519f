import { Writable } from "node:stream";
import { Client } from "basic-ftp";
import { FtpServer, RemoteTree, testCertificate } from "@daybook/testing";
import type { FtpServerOptions } from "@daybook/testing";
import { afterEach, describe, expect, test } from "vitest";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const observed = new Date("2025-01-01T18:30:20Z");

async function serve(options: Partial<FtpServerOptions> = {}) {
  const tree = options.tree ?? new RemoteTree();
  tree.put("/d/a.BUFR", "0123456789", observed);
  tree.makeDirectory("/d/sub");
  tree.makeDirectory("/empty");
  const server = await FtpServer.start({ tree, ...options });
  open.push(server);
  return { tree, server };
}

async function login(server: FtpServer, user = "anonymous", password = "guest") {
  const client = new Client(2000);
  open.push(client);
  await client.access({ host: server.host, port: server.port, user, password });
  return client;
}

async function fetchText(client: Client, path: string, start = 0) {
  const chunks: Buffer[] = [];
  const sink = new Writable({ write: (chunk, _, done) => (chunks.push(chunk), done()) });
  await client.downloadTo(sink, path, start);
  return Buffer.concat(chunks).toString();
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error: Error & { code?: number | string }) => error.code ?? error.message,
  );

describe("the FTP server, seen by basic-ftp,", () => {
  test("lists with MLSD: names, types, sizes, times", async () => {
    const { server } = await serve();
    const client = await login(server);
    const [file, sub] = await client.list("/d");
    expect(file).toMatchObject({ name: "a.BUFR", size: 10, isFile: true, modifiedAt: observed });
    expect(sub).toMatchObject({ name: "sub", isDirectory: true });
    expect(await client.list("/empty")).toEqual([]);
    expect(server.commands).toContain("MLSD /d");
  });

  test("lists as vsftpd does where it is told to", async () => {
    const clock = { now: () => new Date("2025-02-01T00:00:00Z"), sleep: async () => {} };
    const { tree, server } = await serve({ style: "list", clock });
    tree.put("/d/old", "x", new Date("2024-01-01T00:00:00Z"));
    const client = await login(server);
    const list = await client.list("/d");
    expect(list.map(({ name, size, rawModifiedAt }) => [name, size, rawModifiedAt])).toEqual([
      ["a.BUFR", 10, "Jan 01 18:30"],
      ["old", 1, "Jan 01 2024"],
      ["sub", 4096, expect.any(String)],
    ]);
    expect(server.commands).toContain("LIST -a /d");
    expect([...(await client.features()).keys()]).not.toContain("MLST");
  });

  test("serves whole files, parts of files, sizes and times", async () => {
    const { tree, server } = await serve();
    const big = Buffer.alloc(3_000_000, "abcdefghijk");
    tree.put("/big", big);
    const client = await login(server);
    expect(await fetchText(client, "/d/a.BUFR")).toBe("0123456789");
    expect(await fetchText(client, "/d/a.BUFR", 7)).toBe("789");
    expect(await fetchText(client, "/big")).toBe(big.toString());
    expect(await client.size("/d/a.BUFR")).toBe(10);
    expect(await client.lastMod("/d/a.BUFR")).toEqual(observed);
    await client.cd("d/sub");
    expect(await client.pwd()).toBe("/d/sub");
    await client.cdup();
    expect(await fetchText(client, "a.BUFR", 9)).toBe("9");
  });

  test("says 550 for a missing file and goes on working", async () => {
    const { server } = await serve();
    const client = await login(server);
    expect(await failure(fetchText(client, "/d/none"))).toBe(550);
    expect(await failure(client.size("/d/none"))).toBe(550);
    expect(await failure(client.cd("/none"))).toBe(550);
    expect(await fetchText(client, "/d/a.BUFR")).toBe("0123456789");
  });

  test.each([
    ["550", 550],
    ["450", 450],
    ["empty", "no failure"],
  ] as const)("says %s of a missing directory", async (missingDirectory, outcome) => {
    const { server } = await serve({ missingDirectory, style: "list" });
    const client = await login(server);
    client.availableListCommands = ["LIST"];
    expect(await failure(client.list("/none"))).toBe(outcome);
    expect(await client.list("/d")).toHaveLength(2);
  });

  test("lets in only those it knows", async () => {
    const { server } = await serve({ users: { radar: "secret" } });
    expect(await failure(login(server, "radar", "wrong"))).toBe(530);
    expect(await failure(login(server, "constructor", "x"))).toBe(530);
    const client = await login(server, "radar", "secret");
    expect(await client.list("/d")).toHaveLength(2);
    expect(server.commands.join("\n")).not.toMatch(/secret|wrong/);
  });

  test.each([
    ["AUTH TLS", true, false],
    ["TLS from the first byte", "implicit", true],
  ] as const)("speaks TLS on both connections after %s", async (_, secure, implicit) => {
    const { tree, server } = await serve({ tls: { ...testCertificate, implicit, required: true } });
    tree.put("/big", Buffer.alloc(1_000_000, "abc"));
    const client = new Client(2000);
    open.push(client);
    const { host, port } = server;
    await client.access({ host, port, secure, secureOptions: { ca: testCertificate.cert } });
    expect(await client.list("/d")).toHaveLength(2);
    expect((await fetchText(client, "/big")).length).toBe(1_000_000);
    expect(await failure(fetchText(client, "/none"))).toBe(550);
    expect(await fetchText(client, "/d/a.BUFR", 8)).toBe("89");
    expect(server.url).toMatch(implicit ? /^ftps:/ : /^ftp:/);
    expect(server.connections.now).toBe(1);
  });

  test("refuses logins and transfers in the clear where encryption is required", async () => {
    const { server } = await serve({ tls: { ...testCertificate, required: true } });
    expect(await failure(login(server))).toBe(530);
    const client = new Client(2000);
    open.push(client);
    const { host, port } = server;
    await client.access({ host, port, secure: true, secureOptions: { ca: testCertificate.cert } });
    await client.send("PROT C");
    expect(await failure(client.list("/d"))).toBe(522);
  });

  test("counts connections, now and at most", async () => {
    const { server } = await serve();
    const clients = await Promise.all([login(server), login(server), login(server)]);
    expect(server.connections).toEqual({ now: 3, peak: 3 });
    clients[0]!.close();
    await expect.poll(() => server.connections).toEqual({ now: 2, peak: 3 });
  });

  test("keeps serving while clients come and go in the middle of a transfer", async () => {
    const { tree, server } = await serve();
    tree.put("/big", Buffer.alloc(20_000_000));
    for (let i = 0; i < 5; i++) {
      const client = await login(server);
      const sink = new Writable({ write: () => client.close() });
      expect(await failure(client.downloadTo(sink, "/big"))).not.toBe("no failure");
    }
    await expect.poll(() => server.connections.now).toBe(0);
    expect(await fetchText(await login(server), "/d/a.BUFR")).toBe("0123456789");
  });

  test("is gone while it is down, and is back on the same port", async () => {
    const { server } = await serve();
    const client = await login(server);
    const { port } = server;
    await server.goDown();
    expect(await failure(login(server))).toBe("ECONNREFUSED");
    expect(await failure(client.list("/d"))).not.toBe("no failure");
    await server.comeUp();
    expect(server.port).toBe(port);
    expect(await (await login(server)).list("/d")).toHaveLength(2);
    await server.close();
    await server.close();
  });
});
