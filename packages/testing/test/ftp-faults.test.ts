import { FtpServer, RemoteTree } from "@daybook/testing";
import type { FtpFaultOptions, FtpServerOptions } from "@daybook/testing";
import { afterEach, describe, expect, test } from "vitest";
import { RawClient } from "./raw-client.js";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function serve(faults: FtpFaultOptions = {}, options: Partial<FtpServerOptions> = {}) {
  const tree = new RemoteTree();
  for (const name of ["a", "b", "c"]) tree.put(`/d/${name}`, "0123456789", new Date("2025-01-01T00:00:00Z"));
  const server = await FtpServer.start({ tree, faults, ...options });
  open.push(server);
  return { tree, server };
}

function dial(server: FtpServer) {
  const client = new RawClient(server.port);
  open.push(client);
  return client;
}

async function login(server: FtpServer) {
  const client = dial(server);
  await client.login();
  return client;
}

/** One transfer: what came, how the data connection ended, and the replies up to the final one. */
async function transfer(client: RawClient, command: string) {
  const data = await client.openData();
  client.send(command);
  const over = await data.over;
  const replies = [await client.reply()];
  if (replies[0]?.startsWith("150")) replies.push(await client.reply());
  return { text: data.text, over, codes: replies.map((reply) => reply?.slice(0, 3)) };
}

describe("an FTP server that is told to misbehave", () => {
  test("drops both connections after n bytes, as often as asked", async () => {
    const { server } = await serve({ rules: [{ on: "RETR", path: "/d/a", times: 2, drop: 4 }] });
    for (let i = 0; i < 2; i++) {
      const outcome = await transfer(await login(server), "RETR /d/a");
      expect(outcome).toEqual({ text: "0123", over: "end", codes: ["150", undefined] });
    }
    const client = await login(server);
    expect(await transfer(client, "RETR /d/a")).toMatchObject({ text: "0123456789", codes: ["150", "226"] });
  });

  test("ends the data early, with a lie or with 426", async () => {
    const { server } = await serve({
      rules: [
        { on: "RETR", path: /a$/, short: 3 },
        { on: "RETR", path: /b$/, short: 5, reply: "426 Connection closed; transfer aborted." },
      ],
    });
    const client = await login(server);
    expect(await transfer(client, "RETR /d/a")).toMatchObject({ text: "012", codes: ["150", "226"] });
    expect(await transfer(client, "RETR /d/b")).toMatchObject({ text: "01234", codes: ["150", "426"] });
    expect(await transfer(client, "RETR /d/c")).toMatchObject({ text: "0123456789", codes: ["150", "226"] });
  });

  test("counts the bytes of a transfer that doesn't begin at the start", async () => {
    const { server } = await serve({ rules: [{ on: "RETR", short: 3 }] });
    const client = await login(server);
    client.send("REST 5");
    expect(await client.reply()).toMatch(/^350/);
    expect(await transfer(client, "RETR /d/a")).toMatchObject({ text: "567" });
  });

  test("stalls until the client gives up", async () => {
    const { server } = await serve({ rules: [{ on: "RETR", times: 1, stall: 4 }] });
    const client = await login(server);
    const data = await client.openData();
    client.send("RETR /d/a");
    await expect.poll(() => data.text).toBe("0123");
    expect(await client.reply()).toMatch(/^150/);
    client.send("NOOP");
    expect(client.replies).toEqual([]);
    data.socket.destroy();
    expect(await client.reply()).toMatch(/^426/);
    expect(await client.reply()).toMatch(/^200/);
  });

  test("keeps the final reply to itself", async () => {
    const { server } = await serve({
      rules: [
        { on: "RETR", silent: true },
        { on: "SIZE", silent: true },
      ],
    });
    const client = await login(server);
    const data = await client.openData();
    client.send("RETR /d/a", "SIZE /d/a", "NOOP");
    expect(await data.over).toBe("end");
    expect(data.text).toBe("0123456789");
    expect(await client.reply()).toMatch(/^150/);
    expect(await client.reply()).toMatch(/^200/);
  });

  test("hangs up instead of answering", async () => {
    const { server } = await serve({ rules: [{ on: "SIZE", times: 1, hangUp: true }] });
    const client = await login(server);
    client.send("SIZE /d/a");
    expect(await client.reply()).toBeUndefined();
    const next = await login(server);
    next.send("SIZE /d/a");
    expect(await next.reply()).toBe("213 10");
  });

  test("answers whatever it is told to, garbage too, and hangs up after a 421", async () => {
    const { server } = await serve({
      rules: [
        { on: "MLSD", reply: "500 MLSD not understood." },
        { on: "EPSV", times: 1, reply: "502 EPSV not implemented." },
        { on: "SIZE", times: 1, reply: "what is this?" },
        { on: "NOOP", reply: "421 Idle for too long." },
      ],
    });
    const client = await login(server);
    client.send("EPSV", "SIZE /d/a", "MLSD /d", "NOOP");
    expect(await client.reply()).toMatch(/^502/);
    expect(await client.reply()).toBe("what is this?");
    expect(await client.reply()).toMatch(/^500/);
    expect(await client.reply()).toMatch(/^421/);
    expect(await client.reply()).toBeUndefined();
  });

  test("greets as it is told to", async () => {
    const { server } = await serve({
      rules: [
        { on: "CONNECT", times: 1, silent: true },
        { on: "CONNECT", times: 1, reply: "421 Not now." },
        { on: "CONNECT", times: 1, hangUp: true },
      ],
    });
    const silent = dial(server);
    silent.send("NOOP");
    expect(await silent.reply()).toMatch(/^200/);
    const refused = dial(server);
    expect(await refused.reply()).toBe("421 Not now.");
    expect(await refused.reply()).toBeUndefined();
    expect(await dial(server).reply()).toBeUndefined();
    expect(await dial(server).reply()).toMatch(/^220/);
  });

  test("resets the data connection before it says 550", async () => {
    const { server } = await serve({ rules: [{ on: "RETR", reset: true, reply: "550 No such file." }] });
    const client = await login(server);
    const data = await client.openData();
    client.send("RETR /d/a");
    expect(await data.over).toBe("ECONNRESET");
    expect(await client.reply()).toMatch(/^550/);
  });

  test("cuts listings off and says so, and only where they are longer", async () => {
    const { server } = await serve({ listLimit: 2 }, { style: "list" });
    const client = await login(server);
    const data = await client.openData();
    client.send("LIST /d");
    await data.over;
    expect(data.text.match(/ [abc]\r\n/g)).toEqual([" a\r\n", " b\r\n"]);
    await client.reply();
    expect(await client.reply()).toBe("226 Output truncated to 2 matches");
    server.faults.listLimit = 3;
    const whole = await client.openData();
    client.send("LIST /d");
    await whole.over;
    expect(whole.text.match(/ [abc]\r\n/g)).toHaveLength(3);
    await client.reply();
    expect(await client.reply()).toBe("226 Directory send OK.");
  });

  test("has a wrong clock", async () => {
    const { server } = await serve({ clockOffset: 3_600_000 });
    const client = await login(server);
    client.send("MDTM /d/a");
    expect(await client.reply()).toBe("213 20250101010000");
    expect((await transfer(client, "MLSD /d")).text).toContain("modify=20250101010000; a\r\n");
    server.faults.clockOffset = 0;
    client.send("MDTM /d/a");
    expect(await client.reply()).toBe("213 20250101000000");
  });

  test("refuses connections and logins above a number", async () => {
    const { server } = await serve({ maxConnections: 3, maxLogins: 1 });
    const first = await login(server);
    const second = dial(server);
    second.send("USER a", "PASS b");
    for (const code of [/^220/, /^331/, /^530 .*maximum number of clients \(1\)/]) {
      expect(await second.reply()).toMatch(code);
    }
    const third = dial(server);
    expect(await third.reply()).toMatch(/^220/);
    const fourth = dial(server);
    expect(await fourth.reply()).toBe("421 Too many connections, try again later.");
    expect(await fourth.reply()).toBeUndefined();
    expect(server.connections).toEqual({ now: 3, peak: 3 });
    first.close();
    await expect.poll(() => server.connections.now).toBe(2);
    second.send("PASS b");
    expect(await second.reply()).toMatch(/^230/);
  });

  test("denies a path and what is below it", async () => {
    const { server } = await serve({ denied: ["/d"] });
    const client = await login(server);
    for (const command of ["RETR /d/a", "LIST -a /d", "MLSD /d", "CWD /d", "SIZE /d/../d/a"]) {
      client.send(command);
      expect(await client.reply(), command).toBe("550 Permission denied.");
    }
    client.send("CWD /");
    expect(await client.reply()).toMatch(/^250/);
  });

  test("lists nothing where it is told to, as a success", async () => {
    const { server } = await serve({ rules: [{ on: "MLSD", times: 1, empty: true }] });
    const client = await login(server);
    expect(await transfer(client, "MLSD /d")).toMatchObject({ text: "", codes: ["150", "226"] });
    expect((await transfer(client, "MLSD /d")).text).not.toBe("");
  });

  test("tells a private address in PASV", async () => {
    const { server } = await serve({ pasvAddress: "10.1.2.3" });
    const client = await login(server);
    client.send("PASV");
    expect(await client.reply()).toMatch(/^227 .*\(10,1,2,3,\d+,\d+\)/);
  });

  test("lets a file grow, shrink or move while it is read", async () => {
    const seen: number[] = [];
    const { tree, server } = await serve();
    tree.put("/big", Buffer.alloc(100_000, "x"));
    server.faults.onRetr = (path, sent) => {
      seen.push(sent);
      if (sent === 0) tree.append(path, "tail");
      if (sent === 65_536) tree.rename("/big", "/moved");
    };
    const client = await login(server);
    expect((await transfer(client, "RETR /big")).text).toHaveLength(100_004);
    expect(seen).toEqual([0, 65_536, 100_004]);
    expect(tree.stat("/moved")?.size).toBe(100_004);
  });

  test("sends hostile names as they are", async () => {
    const { tree, server } = await serve();
    for (const name of ["../../etc/passwd", "new\r\nline", "nul\0", "x".repeat(300)]) {
      tree.plant("/evil", { name, type: "file", size: 1 });
    }
    const { text } = await transfer(await login(server), "MLSD /evil");
    expect(text).toContain("; ../../etc/passwd\r\n");
    expect(text).toContain("; new\r\nline\r\n");
    expect(text).toContain("; nul\0\r\n");
    expect(text).toContain(`; ${"x".repeat(300)}\r\n`);
  });

  test("waits for what it is told to wait for, and forgets a rule that is taken back", async () => {
    let go = () => {};
    const { server } = await serve();
    const client = await login(server);
    server.faults.add({ on: "SIZE", times: 1, wait: new Promise<void>((resolve) => (go = resolve)) });
    const takeBack = server.faults.add({ on: "SIZE", reply: "550 No." });
    client.send("SIZE /d/a", "SIZE /d/a");
    await expect.poll(() => server.commands.at(-1)).toBe("SIZE /d/a");
    expect(client.replies).toEqual([]);
    takeBack();
    go();
    expect(await client.reply()).toBe("213 10");
    expect(await client.reply()).toBe("213 10");
    server.faults.add({ on: "SIZE", reply: "550 No." });
    server.faults.clear();
    client.send("SIZE /d/a");
    expect(await client.reply()).toBe("213 10");
  });
});
