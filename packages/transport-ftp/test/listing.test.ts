import { createServer } from "node:net";
import { FakeClock } from "@daybook/testing";
import type { FtpRule } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { failure, setUp } from "./support/setup.js";

const OPEN = new Date("2025-01-01T20:00:00Z");

describe("a directory that is missing", () => {
  test.each([
    ["an MLSD server that says 550", { style: "mlsd", missingDirectory: "550" }],
    ["an MLSD server that says 450", { style: "mlsd", missingDirectory: "450" }],
    ["an MLSD server that lists it as empty", { style: "mlsd", missingDirectory: "empty" }],
    ["a LIST server that lists it as empty", { style: "list", missingDirectory: "empty" }],
  ] as const)("is not-found on %s, and an empty one is empty", async (_, options) => {
    const { transport } = await setUp(options);
    expect((await failure(transport.list("/pub/nowhere"))).kind).toBe("not-found");
    expect(await transport.list("/pub/empty")).toEqual({ entries: [], complete: true });
    expect((await failure(transport.list("/pub/nowhere"))).kind).toBe("not-found");
  });

  test("is told from a forbidden one where the server says only that it failed", async () => {
    const { server, tree, transport } = await setUp({ style: "list" });
    tree.put("/pub/locked/file", "x");
    const reply = "550 Failed to change directory.\r\n";
    server.faults.add({ on: "CWD", path: /^\/pub\/(locked|gone|file|gone\/below)$/, reply });
    expect((await failure(transport.list("/pub/locked"))).kind).toBe("permission");
    expect((await failure(transport.list("/pub/gone"))).kind).toBe("not-found");
    expect((await failure(transport.list("/pub/gone/below"))).kind).toBe("not-found");
    expect((await failure(transport.list("/pub/file"))).kind).toBe("not-found");
  });
});

test("a first listing that meets a missing directory doesn't change how later ones are made", async () => {
  const { server, transport } = await setUp({ style: "mlsd", missingDirectory: "450" });
  await failure(transport.list("/pub/nowhere"));
  const { entries } = await transport.list("/pub");
  expect(entries.find(({ name }) => name === "file")?.modifiedAt).toEqual(new Date("2025-01-01T18:30:20Z"));
  expect(server.commands.filter((command) => command.startsWith("LIST"))).toEqual([]);
});

test("a server that calls an empty directory an error is believed once the directory can be entered", async () => {
  const { server, transport } = await setUp({ style: "list" });
  server.faults.add({ on: "LIST", reply: "550 No files found.\r\n" });
  expect(await transport.list("/pub/empty")).toEqual({ entries: [], complete: true });
});

describe("a listing that is cut off", () => {
  test.each(["mlsd", "list"] as const)("and says so is not complete (%s)", async (style) => {
    const { server, transport } = await setUp({ style });
    server.faults.listLimit = 2;
    const listing = await transport.list("/pub");
    expect([listing.complete, listing.entries.length <= 2]).toEqual([false, true]);
    server.faults.listLimit = undefined;
    expect((await transport.list("/pub")).complete).toBe(true);
  });

  test("at a round number without a word is not complete when another command shows more", async () => {
    const { server, tree, transport } = await setUp({ style: "list" });
    for (let n = 0; n < 1001; n++) tree.put(`/many/${n}`, "");
    const lines = Array.from({ length: 1000 }, (_, n) => `-rw-r--r-- 1 a b 0 Jan 01 2024 ${n}\r\n`).join("");
    const stopAt = await listingServer(`${lines}`);
    server.faults.add({
      on: "EPSV",
      times: 1,
      reply: `229 Entering Extended Passive Mode (|||${stopAt.port}|)\r\n`,
    });
    server.faults.add({ on: "LIST", times: 1, reply: "150 Here it comes.\r\n226 Done.\r\n" });
    const { entries, complete } = await transport.list("/many");
    expect([entries.length, complete]).toEqual([1000, false]);
    expect(server.commands.filter((command) => command.startsWith("NLST"))).toHaveLength(1);
  });

  test("is not suspected where a folder holds a round number of files", async () => {
    const { tree, transport } = await setUp({ style: "mlsd" });
    for (let n = 0; n < 1000; n++) tree.put(`/many/${n}`, "");
    expect((await transport.list("/many")).complete).toBe(true);
  });

  test("on the wire is an error, never a shorter listing", async () => {
    const { server, transport } = await setUp({ style: "mlsd" });
    server.faults.add({ on: "MLSD", drop: 30 });
    expect(["network", "cut-short"]).toContain((await failure(transport.list("/pub"))).kind);
  });

  test("by the server, which then says so in its reply, is an error", async () => {
    const { server, transport } = await setUp({ style: "mlsd" });
    server.faults.add({ on: "MLSD", short: 30, reply: "426 Failure writing network stream." });
    expect((await failure(transport.list("/pub"))).kind).toBe("cut-short");
  });
});

test("lines that can't be read are handed over raw, and the rest goes on", async () => {
  const { server, transport } = await setUp({ style: "list" });
  const text =
    "total 12\r\n-rw-r--r-- 1 a b 5 Jan 01 2024 good\r\nls: cannot access: Input/output error\r\n" +
    "drwxr-xr-x 2 a b 4096 Jan 01 2024 folder\r\nlrwxrwxrwx 1 a b 4 Jan 01 2024 link -> good\r\n" +
    "01-31-24  05:03PM  7 from dos.txt\r\n12 or so things 7 there\r\n";
  await listing(server, text);
  const { entries, unreadable, complete } = await transport.list("/pub");
  expect(entries.map(({ name, type, size }) => [name, type, size])).toEqual([
    ["good", "file", 5],
    ["folder", "directory", undefined],
    ["link", "link", undefined],
    ["from dos.txt", "file", 7],
  ]);
  expect(unreadable).toEqual(["ls: cannot access: Input/output error", "12 or so things 7 there"]);
  expect(complete).toBe(true);
});

test("MLSD facts are read whatever their order and case, and what isn't a file or directory is other", async () => {
  const { server, transport } = await setUp({ style: "mlsd" });
  const text =
    "type=cdir; .\r\nSize=7;TYPE=File;modify=20250101183020.500;  two  blanks\r\n" +
    "type=OS.unix=slink:/x;size=3; link\r\ntype=dir;modify=garbage; folder\r\nnonsense\r\ntype=file;size=-1; odd\r\n";
  await listing(server, text, "MLSD");
  const { entries, unreadable } = await transport.list("/pub");
  expect(entries).toEqual([
    { name: " two  blanks", type: "file", size: 7, modifiedAt: new Date("2025-01-01T18:30:20.500Z") },
    { name: "link", type: "link" },
    { name: "folder", type: "directory" },
  ]);
  expect(unreadable).toEqual(["nonsense", "type=file;size=-1; odd"]);
});

test.each<[string, FtpRule]>([
  ["finds nothing of that name", { on: "LIST", times: 1, empty: true }],
  ["refuses it", { on: "LIST", times: 1, reply: "550 -a: No such file or directory\r\n" }],
])(
  "a server that takes LIST's option for a name and %s is asked without it from then on",
  async (_, rule) => {
    const { server, tree, transport } = await setUp({ style: "list" });
    tree.put("/d/file", "x", new Date("2024-01-01T00:00:00Z"));
    server.faults.add(rule);
    for (let n = 0; n < 2; n++) {
      expect((await transport.list("/d")).entries.map(({ name }) => name)).toEqual(["file"]);
    }
    expect(server.commands.filter((command) => command.startsWith("LIST"))).toEqual([
      "LIST -a",
      "LIST",
      "LIST",
    ]);
  },
);

describe("times of LIST", () => {
  test("are UTC where the server's are, to the minute", async () => {
    const { server, transport } = await setUp(
      { style: "list", clock: new FakeClock(OPEN) },
      { clock: new FakeClock(OPEN) },
    );
    const { entries } = await transport.list("/pub");
    expect(entries.find(({ name }) => name === "file")?.modifiedAt).toEqual(new Date("2025-01-01T18:30:00Z"));
    await transport.list("/pub");
    expect(server.commands.filter((command) => command.startsWith("MDTM"))).toHaveLength(1);
  });

  test("are made UTC by one question where the server shows its local time", async () => {
    const { server, transport } = await setUp({ style: "list" }, { clock: new FakeClock(OPEN) });
    const text = "-rw-r--r-- 1 a b 5 Jan 01 13:15 file\r\n-rw-r--r-- 1 a b 5 Jan 01 12:00 other\r\n";
    await listing(server, text);
    server.faults.add({ on: "MDTM", reply: "213 20250101184520\r\n" });
    const { entries } = await transport.list("/pub");
    expect(entries.map(({ modifiedAt }) => modifiedAt?.toISOString())).toEqual([
      "2025-01-01T18:45:00.000Z",
      "2025-01-01T17:30:00.000Z",
    ]);
  });

  test("are left out where the server won't tell a file's real time, and it is asked no more", async () => {
    const { server, transport } = await setUp({ style: "list", clock: new FakeClock(OPEN) });
    server.faults.add({ on: "MDTM", reply: "502 Command not implemented.\r\n" });
    const { entries } = await transport.list("/pub");
    await transport.list("/pub");
    expect(entries.map(({ modifiedAt }) => modifiedAt)).toEqual([undefined, undefined, undefined]);
    expect(server.commands.filter((command) => command.startsWith("MDTM"))).toHaveLength(1);
  });

  test("without a year are the latest that is not more than a day ahead", async () => {
    const { server, transport } = await setUp({ style: "list" }, { clock: new FakeClock(OPEN) });
    const line = (date: string, name: string) => `-rw-r--r-- 1 a b 5 ${date} ${name}\r\n`;
    const shown = ["Jan 02 10:00", "Jan 03 10:00", "Dec 31 23:59", "Feb 29 10:00"];
    await listing(server, shown.map((date, n) => line(date, String(n))).join(""));
    for (const [n, time] of [
      "20250102100000",
      "20240103100000",
      "20241231235959",
      "20240229100000",
    ].entries()) {
      server.faults.add({ on: "MDTM", path: `/pub/${n}`, reply: `213 ${time}\r\n` });
    }
    const { entries } = await transport.list("/pub");
    expect(entries.map(({ modifiedAt }) => modifiedAt?.toISOString().slice(0, 16))).toEqual([
      "2025-01-02T10:00",
      "2024-01-03T10:00",
      "2024-12-31T23:59",
      "2024-02-29T10:00",
    ]);
  });
});

/** Makes the next listing come from elsewhere, with this text. */
async function listing(
  server: Awaited<ReturnType<typeof setUp>>["server"],
  text: string | Buffer,
  command = "LIST",
): Promise<void> {
  const { port } = await listingServer(text);
  server.faults.add({ on: "EPSV", times: 1, reply: `229 Entering Extended Passive Mode (|||${port}|)\r\n` });
  server.faults.add({ on: command, times: 1, reply: "150 Here it comes.\r\n226 Done.\r\n" });
}

async function listingServer(text: string | Buffer): Promise<{ port: number }> {
  const server = createServer((socket) => {
    socket.end(text);
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address() as { port: number };
}
