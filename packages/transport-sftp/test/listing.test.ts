import { DaybookError } from "@daybook/core";
import { expect, test, vi } from "vitest";
import { failure, place, until } from "./support/place.js";

test("lists files and directories with size and time, without the dots", async () => {
  const { tree, transport } = await place();
  const modifiedAt = new Date("2025-01-01T18:30:20Z");
  tree.put("/data/a.BUFR", "abc", modifiedAt);
  tree.makeDirectory("/data/sub");

  const { entries, complete } = await transport.list("/data");

  expect(complete).toBe(true);
  expect(entries).toContainEqual({ name: "a.BUFR", type: "file", size: 3, modifiedAt });
  expect(entries).toContainEqual(expect.objectContaining({ name: "sub", type: "directory" }));
  expect(entries).toHaveLength(2);
});

test("an empty directory is an empty, complete listing and a missing one is not found", async () => {
  const { tree, transport } = await place();
  tree.makeDirectory("/empty");

  expect(await transport.list("/empty")).toEqual({ entries: [], complete: true });
  const error = await failure(transport.list("/gone"), "not-found");
  expect(error).toMatchObject({ operation: "list", path: "/gone", retry: "no" });
});

test("a refused directory is told from a missing one", async () => {
  const { tree, server, transport } = await place();
  tree.makeDirectory("/closed");
  server.faults.forbidden = new Set(["/closed"]);
  await failure(transport.list("/closed"), "permission");
});

test("a file is not found as a directory, even by a server that only says that it failed", async () => {
  const { tree, server, transport } = await place();
  tree.put("/a", "x");
  await failure(transport.list("/a"), "not-found");
  server.faults.vague = true;
  expect((await failure(transport.list("/a"), "not-found")).detail).toContain("file, not a directory");
});

test.each([1, 4, 32])(
  "every entry of a long listing comes once with %i requests under way",
  async (depth) => {
    const { tree, transport, server } = await place({ transport: { listingDepth: depth } });
    const names = Array.from({ length: 1234 }, (_, i) => `f${i}`);
    for (const name of names) tree.put(`/many/${name}`, "");

    const { entries } = await transport.list("/many");

    expect(entries.map(({ name }) => name).sort()).toEqual(names.sort());
    await until(() => server.openHandles === 0);
  },
);

test.each([
  [1, 2],
  [300, 6],
])(
  "the entries of a directory of %i are asked for ahead of the answers: %i requests",
  async (files, asked) => {
    const { tree, server, transport } = await place();
    for (let i = 0; i < files; i++) tree.plant("/d", { name: `f${i}`, type: "file" });
    const sent = () => server.requests.filter((request) => request.startsWith("READDIR")).length;
    let answered = 0;
    server.faults.before = async (request) => {
      // The last of them is on its way before the first of its group is answered.
      if (request.startsWith("READDIR") && answered++ === asked - (asked > 2 ? 4 : 2))
        await until(() => sent() === asked);
    };
    expect((await transport.list("/d")).entries).toHaveLength(files);
  },
);

test("entries that the end of the directory overtakes are not lost", async () => {
  const { tree, server, transport } = await place();
  for (let i = 0; i < 50; i++) tree.put(`/d/f${i}`, "");
  server.faults.endOvertakes = true;
  expect((await transport.list("/d")).entries).toHaveLength(50);
});

test("the type comes from the line for people where a server sends no mode", async () => {
  const { tree, server, transport } = await place();
  tree.put("/d/file", "");
  tree.makeDirectory("/d/directory");
  tree.plant("/d", { name: "link", type: "link" });
  server.faults.noModes = true;
  const { entries } = await transport.list("/d");
  const types = Object.fromEntries(entries.map(({ name, type }) => [name, type]));
  expect(types).toEqual({ file: "file", directory: "directory", link: "link" });
});

test.each([true, false])("a link is told from files and directories, pipelining %s", async (pipelining) => {
  const { tree, transport } = await place({ transport: { pipelining } });
  tree.plant("/d", { name: "link", type: "link" });
  tree.plant("/d", { name: "pipe", type: "other" });
  const types = (await transport.list("/d")).entries.map(({ type }) => type);
  expect(types).toEqual(["link", "other"]);
});

test("stat tells what a path leads to, with its exact size and time", async () => {
  const { tree, transport } = await place();
  const modifiedAt = new Date("2025-01-01T18:30:20Z");
  tree.put("/d/a", "abc", modifiedAt);
  expect(await transport.stat("/d/a")).toEqual({ name: "a", type: "file", size: 3, modifiedAt });
  expect(await transport.stat("/d")).toMatchObject({ name: "d", type: "directory" });
  expect(await failure(transport.stat("/gone"), "not-found")).toMatchObject({ operation: "stat" });
});

test("a long listing is handed over in batches, and the server waits while nobody takes them", async () => {
  const { tree, server, transport } = await place();
  const names = Array.from({ length: 2500 }, (_, i) => `f${i}`);
  for (const name of names) tree.plant("/many", { name, type: "file" });
  const sent = () => server.requests.filter((request) => request.startsWith("READDIR")).length;
  const taken: string[] = [];
  const sizes: number[] = [];
  const listing = await transport.list("/many", {
    take: async (entries) => {
      sizes.push(entries.length);
      const before = sent();
      await transport.stat("/many");
      await transport.stat("/many");
      // At most what was under way already came meanwhile.
      expect(sent() - before).toBeLessThanOrEqual(4);
      for (const { name } of entries) taken.push(name);
    },
  });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  expect(sizes.length).toBeGreaterThanOrEqual(2);
  expect([...taken, ...listing.entries.map(({ name }) => name)].sort()).toEqual(names.sort());
});

test("a short listing comes in one piece, even where somebody would take batches", async () => {
  const { tree, transport } = await place();
  for (let i = 0; i < 300; i++) tree.plant("/d", { name: `f${i}`, type: "file" });
  const take = vi.fn();
  expect((await transport.list("/d", { take })).entries).toHaveLength(300);
  expect(take).not.toHaveBeenCalled();
});

test("hostile names are handed on as they came", async () => {
  const { tree, transport } = await place();
  const names = ["a\nb", "../../etc/passwd", "a\\b", "x".repeat(1000), "\u202egnp.exe", "ü"];
  for (const name of names) tree.plant("/d", { name, type: "file" });
  expect((await transport.list("/d")).entries.map(({ name }) => name)).toEqual(names);
});

test("a name that one request at a time can't tell is reported as unreadable, not as a file nobody could fetch", async () => {
  const { tree, transport, connect } = await place();
  tree.put("/d/good", "");
  // ssh2 writes this character for what it can't read.
  tree.plant("/d", { name: "bad\uFFFD", type: "file" });
  const { entries, unreadable } = await connect({ pipelining: false }).list("/d");
  expect(entries.map(({ name }) => name)).toEqual(["good"]);
  expect(unreadable).toEqual([expect.stringContaining("bad\uFFFD")]);
  const names = (await transport.list("/d")).entries.map(({ name }) => name);
  expect(names.sort()).toEqual(["bad\uFFFD", "good"]);
});

test("a large listing doesn't hold up the process", async () => {
  const { tree, transport } = await place({ transport: { listingDepth: 8 } });
  for (let i = 0; i < 5000; i++) tree.plant("/many", { name: `f${i}`, type: "file" });
  let turns = 0;
  let listing = true;
  const turn = () => {
    turns++;
    if (listing) setImmediate(turn);
  };
  setImmediate(turn);
  const { entries } = await transport.list("/many");
  listing = false;
  expect(entries).toHaveLength(5000);
  expect(turns).toBeGreaterThan(20);
});

test.each(["/a\nb", "/a\rb", "/a\0b"])("the path %j is refused before anything is sent", async (path) => {
  const { server, transport } = await place();
  await failure(transport.list(path), "config");
  await failure(transport.read(path), "config");
  expect(server.accepted).toBe(0);
});

test("who fails to take a listing's entries leaves nobody asking on, for the handle may be another's by then", async () => {
  const { tree, transport, server } = await place({ transport: { listingDepth: 8 } });
  for (let n = 0; n < 4000; n++) tree.put(`/many/f${n}`, "");
  tree.put("/few/still", "");
  const take = () => Promise.reject(new DaybookError("store", "made up"));
  await failure(transport.list("/many", { take }), "store");
  await until(() => server.openHandles === 0);
  expect((await transport.list("/few")).entries).toMatchObject([{ name: "still" }]);
  const requests = server.requests.map((request) => request.split(" ")[0]);
  const closed = requests.indexOf("CLOSE");
  const between = requests.slice(closed, requests.indexOf("OPENDIR", closed));
  expect(between).not.toContain("READDIR");
});
