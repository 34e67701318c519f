import { flat, MemoryStore } from "@daybook/core";
import type { FtpServerOptions } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { crawl, LONG_AGO, radarFile, remote, serve, temporaryFolder } from "./support/in-process.js";

/** Bytes that tell their place, as text. */
const text = (length: number, mark = "") =>
  Array.from({ length: Math.ceil(length / 8) }, (_, i) => `${mark}${i}`.padStart(8, "."))
    .join("")
    .slice(0, length);

const STYLES: readonly [string, Partial<FtpServerOptions>][] = [
  ["MLSD", {}],
  ["LIST", { style: "list" }],
  ["LIST, and nothing to say of missing directories", { style: "list", missingDirectory: "empty" }],
];

describe.each(STYLES)("listings by %s", (_name, style) => {
  it("that the server cut off are no truth: what came is fetched, the hour is failed until a whole one comes", async () => {
    const { server, tree } = await serve({ ...style, faults: { listLimit: 20 } });
    for (let i = 0; i < 25; i++) tree.put(`/in/file-${String(i).padStart(2, "0")}`, `content ${i}`, LONG_AGO);
    const { daybook, home, gaps } = crawl([
      { server, layout: flat("/in"), name: "in", start: "2025-01-01T00:00:00Z", end: undefined },
    ]);
    const cut = await daybook.run({ once: true });
    expect(cut.sources[0]!.summary).toMatchObject({
      slots: { failed: 1 },
      settled: 0,
      files: { stored: 20 },
    });
    const stop = new AbortController();
    server.faults.listLimit = undefined;
    const whole = daybook.run({ signal: stop.signal });
    await expect.poll(() => Object.keys(home()).length).toBe(25);
    stop.abort();
    expect((await whole).sources[0]!.summary).toMatchObject({ slots: { failed: 0, open: 1 } });
    expect(await gaps()).toEqual([]);
  });

  it("tell a missing hour, an empty one, a refused one and one that failed apart", async () => {
    const hour = (n: number) => `/L2/RMA1/2025/01/01/0${n}`;
    const { server, tree } = await serve({ ...style, faults: { denied: [hour(2)] } });
    tree.makeDirectory(hour(1));
    for (const time of ["02:05:10", "03:05:10", "04:05:10"]) tree.put(radarFile(time), time, LONG_AGO);
    const broken = server.faults.add({
      on: style.style === "list" ? "LIST" : "MLSD",
      path: hour(3),
      reply: "451 Local error in processing.",
    });
    const { daybook, home, gaps } = crawl([{ server, end: "2025-01-01T05:00:00Z" }]);
    const { outcome, sources } = await daybook.run({ once: true });
    expect(outcome).toBe("gaps");
    const kinds = async () => (await gaps()).map(({ kind, slot }) => `${slot.at(-1)} ${kind}`);
    expect(await kinds()).toEqual(["0 missing", "1 empty", "2 failed", "3 failed"]);
    expect(sources[0]!.summary.slots).toMatchObject({
      missing: 1,
      empty: 1,
      partial: 1,
      failed: 1,
      complete: 1,
    });
    broken();
    expect((await daybook.run()).outcome).toBe("gaps");
    expect(await kinds()).toEqual(["0 missing", "1 empty", "2 failed"]);
    expect(Object.values(home())).toEqual(["03:05:10", "04:05:10"]);
  });
});

describe("a connection that drops in the middle of a file", () => {
  const FILE = radarFile("00:05:10");
  const WHOLE = text(300_000);

  async function dropped(at: number) {
    const { server, tree } = await serve();
    tree.put(FILE, WHOLE, LONG_AGO);
    server.faults.add({ on: "RETR", drop: at, times: 1 });
    const kept = { downloads: temporaryFolder(), store: new MemoryStore() };
    const first = crawl([{ server }], kept);
    await first.daybook.run({ once: true });
    expect(first.home()).toEqual({});
    await first.daybook.close();
    const before = server.commands.length;
    const again = async () => {
      const second = crawl([{ server }], kept);
      await second.daybook.run();
      const starts = server.commands.slice(before).filter((command) => /^(REST [^0]|RETR)/.test(command));
      return { starts, home: second.home(), parts: second.parts() };
    };
    return { tree, again, parts: first.parts() };
  }

  it.each([1, 1024, 65_536, 200_000, 299_999])(
    "after byte %i goes on from there in the next run, where the file is unchanged",
    async (at) => {
      const { tree, again, parts } = await dropped(at);
      expect(parts).toEqual([at]);
      const { starts, home, parts: left } = await again();
      // Its last 4 kB are asked for again, to see that they are still the server's.
      expect(starts).toEqual([...(at > 4096 ? [`REST ${at - 4096}`] : []), `RETR ${FILE}`]);
      expect(home).toEqual(remote(tree));
      expect(left).toEqual([]);
    },
  );

  it.each([
    ["size", text(310_000), LONG_AGO],
    ["time", text(300_000, "n"), new Date("2025-01-01T07:00:00Z")],
    ["bytes alone", text(300_000, "n"), LONG_AGO],
  ])("starts over where the file's %s changed meanwhile", async (what, content, modifiedAt) => {
    const { tree, again } = await dropped(200_000);
    tree.put(FILE, content, modifiedAt);
    const { starts, home, parts } = await again();
    // Only the bytes themselves tell where size and time are the same.
    const tried = what === "bytes alone" ? [`REST ${200_000 - 4096}`, `RETR ${FILE}`] : [];
    expect(starts).toEqual([...tried, `RETR ${FILE}`]);
    expect(home).toEqual(remote(tree));
    expect(parts).toEqual([]);
  });
});

describe("a server that takes three logins", () => {
  it.each([
    ["greets the fourth with 421", { maxConnections: 3 }],
    ["answers the fourth with 530", { maxLogins: 3 }],
  ])(
    "and %s gives four radars all their files by three connections, and nothing hangs",
    async (_how, faults) => {
      const { server, tree } = await serve({ faults });
      const radars = ["RMA1", "RMA2", "RMA5", "RMA11"];
      for (const radar of radars)
        for (const hour of ["00", "01", "02"])
          for (let minute = 10; minute < 60; minute += 5)
            tree.put(
              radarFile(`${hour}:${minute}:00`, "DBZH", radar),
              `${radar} ${hour}:${minute}`,
              LONG_AGO,
            );
      // Files under way at once tell whether all three connections are used.
      let together = 0;
      const reading = new Set<string>();
      server.faults.onRetr = async (path, sent) => {
        if (sent > 0) return void reading.delete(path);
        reading.add(path);
        together = Math.max(together, reading.size);
        await new Promise((resolve) => setTimeout(resolve, 2));
      };
      const { daybook, home } = crawl(radars.map((name) => ({ server, name, ftp: { connections: 5 } })));
      expect((await daybook.run()).outcome).toBe("complete");
      expect(home()).toEqual(remote(tree));
      expect(together).toBe(3);
      // It isn't tried again and again either.
      const logins = server.commands.filter((command) => command.startsWith("USER")).length;
      expect(logins).toBeLessThanOrEqual(8);
    },
  );
});

it("the same name on two servers, and twice on one, is as many files in the ledger and on disk", async () => {
  const [north, south] = [await serve(), await serve()];
  north.tree.put("/in/scan.bufr", "of the north", LONG_AGO);
  north.tree.put("/old/scan.bufr", "of the north, older", LONG_AGO);
  south.tree.put("/in/scan.bufr", "of the south", LONG_AGO);
  const source = { start: "2025-01-01T00:00:00Z", end: undefined };
  const { daybook, home } = crawl([
    { ...source, server: north.server, name: "north", layout: flat("/in") },
    { ...source, server: north.server, name: "north-old", layout: flat("/old") },
    { ...source, server: south.server, name: "south", layout: flat("/in") },
  ]);
  await daybook.run({ once: true });
  expect(home()).toEqual({
    "north-old/scan.bufr": "of the north, older",
    "north/scan.bufr": "of the north",
    "south/scan.bufr": "of the south",
  });
  const files = [];
  for await (const { source: name, path, version } of daybook.files()) files.push([name, path, version]);
  expect(files.sort()).toEqual([
    ["north", "/in/scan.bufr", 1],
    ["north-old", "/old/scan.bufr", 1],
    ["south", "/in/scan.bufr", 1],
  ]);
});
