import { once } from "node:events";
import { FtpServer, RemoteTree } from "@daybook/testing";
import type { FtpServerOptions } from "@daybook/testing";
import { afterEach, describe, expect, test } from "vitest";
import { DataConnection, RawClient, portOf } from "./raw-client.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(options: Partial<FtpServerOptions> = {}) {
  const tree = options.tree ?? new RemoteTree();
  tree.put("/d/a", "aaaaa", new Date("2024-01-01T00:00:00Z"));
  tree.put("/d/b", "bbbbb", new Date("2024-01-01T00:00:00Z"));
  const server = await FtpServer.start({ tree, ...options });
  open.push(server);
  return { tree, server };
}

async function dial(server: FtpServer) {
  const client = new RawClient(server.port);
  open.push(client);
  await client.login();
  return client;
}

describe("the FTP server on the wire", () => {
  test("answers commands sent in one packet, in order, and EPSV only after the transfer before it", async () => {
    const { server } = await serve();
    const client = await dial(server);
    const first = await client.openData();
    client.send("RETR /d/a", "EPSV", "NOOP");
    expect(await client.reply()).toMatch(/^150/);
    expect(await client.reply()).toMatch(/^226/);
    const second = new DataConnection(portOf(await client.reply()));
    expect(await client.reply()).toMatch(/^200/);
    client.send("RETR /d/b");
    expect(await client.reply()).toMatch(/^150/);
    expect(await client.reply()).toMatch(/^226/);
    await Promise.all([first.over, second.over]);
    expect([first.text, second.text]).toEqual(["aaaaa", "bbbbb"]);
  });

  test("takes a command that comes in pieces", async () => {
    const { server } = await serve();
    const client = await dial(server);
    client.socket.write("SI");
    await expect.poll(() => server.connections.now).toBe(1);
    client.socket.write("ZE /d/a\r");
    client.socket.write("\n");
    expect(await client.reply()).toBe("213 5");
  });

  test("a connection made for a refused transfer never serves the next one", async () => {
    const { server } = await serve();
    const client = await dial(server);
    for (let i = 0; i < 20; i++) {
      const wasted = await client.openData();
      client.send("RETR /none");
      expect(await client.reply()).toMatch(/^550/);
      const used = await client.openData();
      client.send("RETR /d/a");
      expect(await client.reply()).toMatch(/^150/);
      expect(await client.reply()).toMatch(/^226/);
      await Promise.all([used.over, wasted.over]);
      expect([wasted.text, used.text]).toEqual(["", "aaaaa"]);
    }
  });

  test("closes a connection it has no use for: after a refusal, and when another one is asked for", async () => {
    const { server } = await serve();
    const client = await dial(server);
    const arrived = async () => {
      const data = await client.openData();
      await once(data.socket, "connect");
      client.send("NOOP");
      expect(await client.reply()).toMatch(/^200/);
      return data;
    };
    const refused = await arrived();
    client.send("RETR /none");
    expect(await client.reply()).toMatch(/^550/);
    expect(await refused.over).toBe("end");
    const first = await arrived();
    const second = await arrived();
    expect(await first.over).toBe("end");
    client.send("RETR /d/a");
    await second.over;
    expect(second.text).toBe("aaaaa");
  });

  test("a connection that comes late, after its transfer was refused, serves no other", async () => {
    const { server } = await serve();
    const client = await dial(server);
    client.send("EPSV");
    const port = portOf(await client.reply());
    client.send("RETR /none");
    expect(await client.reply()).toMatch(/^550/);
    client.send("EPSV");
    const next = portOf(await client.reply());
    const late = new DataConnection(port);
    expect(await late.over).toBe("end");
    const data = new DataConnection(next);
    client.send("RETR /d/a");
    await data.over;
    expect([late.text, data.text]).toEqual(["", "aaaaa"]);
  });

  test("a transfer waits for a slow client, and is answered with 426 and 226 when aborted", async () => {
    const { tree, server } = await serve();
    tree.put("/big", Buffer.alloc(50_000_000));
    let sent = 0;
    server.faults.onRetr = (_, bytes) => void (sent = bytes);
    const client = await dial(server);
    const data = await client.openData();
    data.socket.pause();
    client.send("RETR /big");
    expect(await client.reply()).toMatch(/^150/);
    client.send("ABOR");
    expect(await client.reply()).toMatch(/^426/);
    expect(await client.reply()).toMatch(/^226/);
    expect(sent).toBeLessThan(50_000_000);
    data.socket.destroy();
    client.send("NOOP");
    expect(await client.reply()).toMatch(/^200/);
  });

  test("refuses what it can't do, and what comes before the login", async () => {
    const { server } = await serve();
    const client = new RawClient(server.port);
    open.push(client);
    expect(await client.reply()).toMatch(/^220/);
    client.send("LIST", "NOOP", "PASS x", "SYST", "USER a", "PASS x");
    for (const code of [530, 200, 503, 215, 331, 230]) {
      expect(await client.reply()).toMatch(new RegExp(`^${code}`));
    }
    client.send("STOR /x", "RETR /d/a", "TYPE E", "REST x", "AUTH TLS", "PROT P", "toString", "QUIT");
    for (const code of [502, 425, 504, 501, 502, 503, 502, 221]) {
      expect(await client.reply()).toMatch(new RegExp(`^${code}`));
    }
    expect(await client.reply()).toBeUndefined();
  });

  test("PASV and MLST tell what EPSV and MLSD do", async () => {
    const { server } = await serve();
    const client = await dial(server);
    client.send("PASV");
    const numbers = /\((\d+),(\d+),(\d+),(\d+),(\d+),(\d+)\)/
      .exec((await client.reply())!)!
      .slice(1)
      .map(Number);
    expect(numbers.slice(0, 4)).toEqual([127, 0, 0, 1]);
    const data = new DataConnection(numbers[4]! * 256 + numbers[5]!);
    client.send("NLST /d", "MLST /d/a");
    await data.over;
    expect(data.text).toBe("a\r\nb\r\n");
    for (const line of [
      /^150/,
      /^226/,
      /^250-/,
      /^ type=file;size=5;modify=20240101000000; \/d\/a$/,
      /^250 /,
    ]) {
      expect(await client.reply()).toMatch(line);
    }
  });

  test("prints lines as vsftpd does", async () => {
    const clock = { now: () => new Date("2024-03-01T00:00:00Z"), sleep: async () => {} };
    const { tree, server } = await serve({ style: "list", clock });
    tree.put("/d/c d", "x".repeat(77692), new Date("2023-01-01T18:30:00Z"));
    const client = await dial(server);
    const data = await client.openData();
    client.send("LIST -a /d");
    await data.over;
    expect(data.text.split("\r\n").slice(2)).toEqual([
      "-rw-r--r--    1 ftp      ftp              5 Jan 01 00:00 a",
      "-rw-r--r--    1 ftp      ftp              5 Jan 01 00:00 b",
      "-rw-r--r--    1 ftp      ftp          77692 Jan 01  2023 c d",
      "",
    ]);
  });
});
