import * as nodeFs from "node:fs";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalDestination, type Delivery, type LocalFs } from "@daybook/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "daybook-destination-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

function delivery(path: string, more: Partial<Delivery> = {}): Delivery {
  return {
    source: "RMA1",
    path,
    root: "/L2/RMA1",
    observation: { attributes: {} },
    size: 5,
    modifiedAt: new Date("2025-01-01T00:00:00Z"),
    ...more,
  };
}

async function bring(destination: LocalDestination, what: Delivery, text = "hello") {
  const incoming = await destination.begin(what);
  await incoming.write(bytes(text));
  return incoming.commit({ replace: false });
}

/** node:fs with every call written down, and some replaced. */
function watched(log: string[], replaced: Partial<LocalFs> = {}): LocalFs {
  const name = (path: unknown) =>
    String(path)
      .replace(home, "")
      .replace(/[0-9a-f]{24}/, "*")
      .replace(/~[\w.]+(?=\.part)/, "");
  const all = { ...nodeFs, ...replaced } as LocalFs;
  const fds = new Map<number, string>();
  return {
    ...all,
    openSync: (path, ...rest) => {
      const fd = all.openSync(path, ...rest);
      fds.set(fd, name(path));
      return fd;
    },
    fdatasync: ((fd: number, done: (error: Error | null) => void) => {
      log.push(`sync ${fds.get(fd)}`);
      all.fdatasync(fd, done);
    }) as LocalFs["fdatasync"],
    fsync: ((fd: number, done: (error: Error | null) => void) => {
      log.push(`sync directory ${fds.get(fd)}`);
      all.fsync(fd, done);
    }) as LocalFs["fsync"],
    renameSync: (from, to) => {
      log.push(`rename ${name(from)} ${name(to)}`);
      all.renameSync(from, to);
    },
    linkSync: (from, to) => {
      log.push(`link ${name(from)} ${name(to)}`);
      all.linkSync(from, to);
    },
  };
}

describe("a local destination", () => {
  it("keeps the remote path below the layout's constant part, under the source's name", async () => {
    const destination = new LocalDestination({ path: home });
    const { location, size } = await bring(destination, delivery("/L2/RMA1/2025/01/a.BUFR"));
    expect(location).toBe("RMA1/2025/01/a.BUFR");
    expect(size).toBe(5);
    expect(readFileSync(join(home, location), "utf8")).toBe("hello");
    expect(statSync(join(home, location)).mtime).toEqual(new Date("2025-01-01T00:00:00Z"));
  });

  it("may have a layout of its own", async () => {
    const destination = new LocalDestination({
      path: home,
      layout: "{field}/{source}-{yyyy}{MM}{dd}/{name}",
    });
    const observation = { observedAt: new Date("2025-01-01T18:00:00Z"), attributes: { field: "DBZH" } };
    const { location } = await bring(destination, delivery("/L2/RMA1/x/a.BUFR", { observation }));
    expect(location).toBe("DBZH/RMA1-20250101/a.BUFR");
  });

  it("may have a layout with any source's name beside another part", () => {
    const destination = new LocalDestination({ path: home, layout: "{source}-{field}_{name}" });
    const observation = { attributes: { field: "A_B-C" } };
    const place = destination.locate(delivery("/L2/RMA1/x.y", { source: "my-radar_1", observation }));
    expect(place).toBe("my-radar_1-A_B-C_x.y");
    expect(() => destination.locate(delivery("/L2/RMA1/x.y"))).toThrow(/says nothing of \{field\}/);
    expect(() => new LocalDestination({ path: home, layout: "{source}/*" })).toThrow(/named by/);
  });

  it("gives a file its name only once its bytes are synced, and syncs the name then", async () => {
    const log: string[] = [];
    const destination = new LocalDestination({ path: home, fs: watched(log) });
    await destination.open();
    log.length = 0;
    await bring(destination, delivery("/L2/RMA1/2025/a.BUFR"));
    const part = "/.daybook/parts/*-5-1735689600000.part";
    expect(log.slice(0, 2)).toEqual([`sync ${part}`, `link ${part} /RMA1/2025/a.BUFR`]);
    expect(log.slice(2).sort()).toEqual([
      "sync directory ",
      "sync directory /RMA1",
      "sync directory /RMA1/2025",
    ]);
  });

  it("sees to it that what it moves aside is not brought back by a power cut", async () => {
    const log: string[] = [];
    const destination = new LocalDestination({ path: home, fs: watched(log) });
    const { location } = await bring(destination, delivery("/L2/RMA1/2025/a.BUFR"));
    log.length = 0;
    await destination.remove(location);
    expect(log).toEqual([
      "rename /RMA1/2025/a.BUFR /.daybook/damaged/RMA1/2025/a.BUFR",
      "sync directory /.daybook/damaged/RMA1/2025",
      "sync directory /RMA1/2025",
    ]);
  });

  it("shares the cost of syncing among files that are committed together", async () => {
    const log: string[] = [];
    const destination = new LocalDestination({ path: home, fs: watched(log) });
    const files = ["a", "b", "c", "d"].map((name) => bring(destination, delivery(`/L2/RMA1/2025/${name}`)));
    await Promise.all(files);
    expect(log.filter((line) => line === "sync directory /RMA1/2025")).toHaveLength(1);
    const lastSync = log.findLastIndex((line) => line.startsWith("sync /.daybook"));
    expect(log.findIndex((line) => line.startsWith("link"))).toBeGreaterThan(lastSync);
  });

  it("syncs a folder's way down once, whoever made it, and what is there already when asked to", async () => {
    const log: string[] = [];
    mkdirSync(join(home, "RMA1/2025"), { recursive: true });
    writeFileSync(join(home, "RMA1/2025/b.BUFR"), "left by a program that died");
    const destination = new LocalDestination({ path: home, fs: watched(log) });
    await destination.open();
    log.length = 0;
    await destination.sync("RMA1/2025/b.BUFR");
    const way = ["/RMA1/2025", "/RMA1", ""].map((folder) => `sync directory ${folder}`);
    expect(log).toEqual(["sync /RMA1/2025/b.BUFR", ...way]);
    log.length = 0;
    await bring(destination, delivery("/L2/RMA1/2025/a.BUFR"));
    expect(log.slice(2)).toEqual(["sync directory /RMA1/2025"]);
  });

  it("syncs no file and no name of one where it is told not to", async () => {
    const log: string[] = [];
    const destination = new LocalDestination({ path: home, sync: false, fs: watched(log) });
    await destination.open();
    log.length = 0;
    await bring(destination, delivery("/L2/RMA1/2025/a.BUFR"));
    expect(log.filter((line) => line.startsWith("sync"))).toEqual([]);
  });

  it("keeps the name free when the bytes can't be synced", async () => {
    const fdatasync = ((_fd: number, done: (error: Error) => void) =>
      done(Object.assign(new Error("i/o error"), { code: "EIO" }))) as unknown as LocalFs["fdatasync"];
    const destination = new LocalDestination({ path: home, fs: watched([], { fdatasync }) });
    await expect(bring(destination, delivery("/L2/RMA1/a.BUFR"))).rejects.toMatchObject({ kind: "store" });
    expect(existsSync(join(home, "RMA1/a.BUFR"))).toBe(false);
  });

  it("keeps a part for the same version, and drops it for another", async () => {
    const first = new LocalDestination({ path: home });
    const begun = await first.begin(delivery("/L2/RMA1/a"));
    await begun.write(bytes("hel"));
    await begun.abort({ keep: true });

    const second = new LocalDestination({ path: home });
    const again = await second.begin(delivery("/L2/RMA1/a"));
    expect(again.kept).toBe(3);
    const kept: Uint8Array[] = [];
    for await (const chunk of again.readKept()) kept.push(chunk);
    expect(Buffer.concat(kept).toString()).toBe("hel");
    await again.write(bytes("lo"));
    await again.abort({ keep: true });

    const changed = delivery("/L2/RMA1/a", { modifiedAt: new Date("2025-01-02T00:00:00Z") });
    const other = await new LocalDestination({ path: home }).begin(changed);
    expect(other.kept).toBe(0);
    await other.abort({ keep: false });
    expect(nodeFs.readdirSync(join(home, ".daybook/parts"))).toEqual([]);
  });

  it("finishes a file from its kept bytes and the rest", async () => {
    const destination = new LocalDestination({ path: home });
    const begun = await destination.begin(delivery("/L2/RMA1/a"));
    await begun.write(bytes("hel"));
    await begun.abort({ keep: true });
    const again = await destination.begin(delivery("/L2/RMA1/a"));
    await again.write(bytes("lo"));
    const { location, size } = await again.commit({ replace: false });
    expect([size, readFileSync(join(home, location), "utf8")]).toEqual([5, "hello"]);
  });

  it("can start over, and then holds only what was written since", async () => {
    const destination = new LocalDestination({ path: home });
    const begun = await destination.begin(delivery("/L2/RMA1/a"));
    await begun.write(bytes("wrong bytes"));
    await begun.restart();
    await begun.write(bytes("hello"));
    const { location } = await begun.commit({ replace: false });
    expect(readFileSync(join(home, location), "utf8")).toBe("hello");
  });

  it("writes large and small chunks in their order", async () => {
    const destination = new LocalDestination({ path: home });
    const sizes = [1, 200_000, 100_000, 300_000, 5, 262_144, 0, 700_000];
    const begun = await destination.begin(delivery("/L2/RMA1/big", { size: undefined }));
    const all: Buffer[] = [];
    for (const [i, size] of sizes.entries()) {
      const chunk = Buffer.alloc(size, i + 1);
      all.push(Buffer.from(chunk));
      await begun.write(chunk);
      chunk.fill(255);
    }
    const { location } = await begun.commit({ replace: false });
    expect(readFileSync(join(home, location)).equals(Buffer.concat(all))).toBe(true);
  });

  it("takes no name that is taken, unless told to replace it", async () => {
    const destination = new LocalDestination({ path: home });
    mkdirSync(join(home, "RMA1"));
    writeFileSync(join(home, "RMA1/a"), "mine");
    await expect(bring(destination, delivery("/L2/RMA1/a"))).rejects.toMatchObject({ kind: "config" });
    expect(readFileSync(join(home, "RMA1/a"), "utf8")).toBe("mine");
    const again = await new LocalDestination({ path: home }).begin(delivery("/L2/RMA1/a"));
    if (again.kept > 0) await again.restart();
    await again.write(bytes("hello"));
    await again.commit({ replace: true });
    expect(readFileSync(join(home, "RMA1/a"), "utf8")).toBe("hello");
  });

  it("writes one place for one file at a time", async () => {
    const destination = new LocalDestination({ path: home });
    const first = await destination.begin(delivery("/L2/RMA1/a"));
    await expect(destination.begin(delivery("/L2/RMA1/a"))).rejects.toMatchObject({ kind: "config" });
    await first.abort({ keep: false });
    await (await destination.begin(delivery("/L2/RMA1/a"))).abort({ keep: false });
  });

  it.each([
    ["a climb", "/L2/RMA1/../../evil"],
    ["a backslash", "/L2/RMA1/..\\evil"],
    ["a line break", "/L2/RMA1/a\nb"],
    ["NUL", "/L2/RMA1/a\0b"],
    ["a drive letter", "/L2/RMA1/C:evil"],
    ["a name of 256 bytes", `/L2/RMA1/${"ä".repeat(128)}`],
    ["a lone surrogate", "/L2/RMA1/\ud800"],
    ["no name at all", "/L2/RMA1//a"],
  ])("refuses a path with %s", (_what, path) => {
    expect(() => new LocalDestination({ path: home }).locate(delivery(path))).toThrow(/stays where it is/);
  });

  it.each([
    ["turns text round", "a\u202egnp.exe", "a%E2%80%AEgnp.exe"],
    ["takes no room", "a\u200bb", "a%E2%80%8Bb"],
    ["joins", "a\u2060b\ufeff", "a%E2%81%A0b%EF%BB%BF"],
    ["parts lines", "a\u2028b", "a%E2%80%A8b"],
    ["hides its own folder", ".day\u200bbook", ".day%E2%80%8Bbook"],
    ["is escaped already", "a%E2%80%AEb", "a%E2%80%AEb"],
    ["is nothing of the kind", "ä%20b 🛰", "ä%20b 🛰"],
  ])("shows what can't be seen: a name that %s", (what, name, shown) => {
    const destination = new LocalDestination({ path: home });
    const path = `/L2/RMA1/2025/${name}`;
    const location = destination.locate(delivery(path));
    expect(location).toBe(`RMA1/2025/${shown}`);
    const origin = destination.origin(location, "RMA1", "/L2/RMA1");
    // What looks like another's escape isn't known by its place, so that the ledger is asked whose it is.
    expect(origin === path).toBe(what !== "is escaped already");
  });

  it("never puts data in its own folder", () => {
    const destination = new LocalDestination({ path: home, layout: ".daybook/{name}" });
    expect(() => destination.locate(delivery("/L2/RMA1/a"))).toThrow(/own folder/);
  });

  it("says who can't write where, and that the disk is full", async () => {
    const fail = (code: string): LocalFs =>
      watched([], {
        writeSync: (() => {
          throw Object.assign(new Error("made up"), { code });
        }) as unknown as LocalFs["writeSync"],
      });
    const into = (code: string) =>
      bring(new LocalDestination({ path: home, fs: fail(code) }), delivery("/L2/RMA1/a"));
    await expect(into("ENOSPC")).rejects.toMatchObject({ kind: "no-space" });
    await expect(into("EACCES")).rejects.toMatchObject({ kind: "store" });
  });

  it("mixes up no bytes when one file is given up in the middle of a write and another begins", async () => {
    const held: (() => void)[] = [];
    const write = ((...args: Parameters<typeof nodeFs.write>) =>
      held.push(() => nodeFs.write(...args))) as unknown as LocalFs["write"];
    const destination = new LocalDestination({ path: home, sync: false, fs: watched([], { write }) });
    const first = await destination.begin(delivery("/L2/RMA1/a", { size: undefined }));
    await first.write(Buffer.alloc(200_000, "a"));
    const writing = first.write(Buffer.alloc(100_000, "b"))!;
    const aborted = first.abort({ keep: true });
    const second = await destination.begin(delivery("/L2/RMA1/c", { size: undefined }));
    await second.write(Buffer.alloc(200_000, "c"));
    const also = second.write(Buffer.alloc(100_000, "d"));
    while (held.length > 0) held.pop()!();
    await Promise.allSettled([writing, aborted, also]);
    const { location } = await second.commit({ replace: false });
    const expected = Buffer.concat([Buffer.alloc(200_000, "c"), Buffer.alloc(100_000, "d")]);
    expect(readFileSync(join(home, location)).equals(expected)).toBe(true);
    const again = await destination.begin(delivery("/L2/RMA1/a", { size: undefined }));
    const kept: Uint8Array[] = [];
    for await (const chunk of again.readKept()) kept.push(chunk);
    const whole = Buffer.concat([Buffer.alloc(200_000, "a"), Buffer.alloc(100_000, "b")]);
    expect(Buffer.concat(kept).equals(whole.subarray(0, again.kept))).toBe(true);
    expect(again.kept).toBeGreaterThanOrEqual(200_000);
    await again.abort({ keep: false });
  });

  it("lists what is at final names, and says nothing of its own folder", async () => {
    const destination = new LocalDestination({ path: home });
    await bring(destination, delivery("/L2/RMA1/2025/a"));
    await bring(destination, delivery("/L2/RMA1/2025/b"));
    const part = await destination.begin(delivery("/L2/RMA1/2025/c"));
    await part.write(bytes("hel"));
    await part.abort({ keep: true });
    const found: string[] = [];
    for await (const location of destination.list()) found.push(location);
    expect(found.sort()).toEqual(["RMA1/2025/a", "RMA1/2025/b"]);
  });

  it("knows after a program that died since when its files are suspect, and after one that ended that none are", async () => {
    const first = new LocalDestination({ path: home });
    await first.open();
    expect(first.suspectSince).toBeUndefined();
    await first.close();
    const second = new LocalDestination({ path: home });
    await second.open();
    expect(second.suspectSince).toBeUndefined();
    await second.close();
    writeFileSync(join(home, ".daybook/open-999999999-x"), "");
    // The third closes without having looked.
    for (const looks of [false, true]) {
      const next = new LocalDestination({ path: home });
      await next.open();
      expect(next.suspectSince!.getTime()).toBeLessThan(Date.now() - 5 * 60_000);
      if (looks) next.trust();
      await next.close();
    }
    expect(nodeFs.readdirSync(join(home, ".daybook"))).toEqual(["parts"]);
  });

  it("opens beside another program that was a little quicker at everything it deletes", async () => {
    const begin = async (fs?: LocalFs, more: Partial<Delivery> = {}) => {
      const destination = new LocalDestination({ path: home, fs });
      return { destination, begun: await destination.begin(delivery("/L2/RMA1/a", more)) };
    };
    const { begun } = await begin();
    await begun.write(bytes("hel"));
    await begun.abort({ keep: true });
    const deleted: string[] = [];
    const late = watched([], {
      unlinkSync: (path) => {
        deleted.push(String(path));
        nodeFs.unlinkSync(path);
        nodeFs.unlinkSync(path);
      },
    });
    // The part is of an older version.
    const { destination, begun: again } = await begin(late, { modifiedAt: new Date("2025-01-02T00:00:00Z") });
    expect(deleted).toEqual([expect.stringMatching(/\.part$/)]);
    expect(again.kept).toBe(0);
    await again.write(bytes("hello"));
    await again.commit({ replace: false });
    await destination.close();
  });

  it("drops parts that nobody came back for in a month", async () => {
    const destination = new LocalDestination({ path: home });
    const begun = await destination.begin(delivery("/L2/RMA1/a"));
    await begun.write(bytes("hel"));
    await begun.abort({ keep: true });
    const parts = join(home, ".daybook/parts");
    const [part] = nodeFs.readdirSync(parts);
    const old = new Date(Date.now() - 40 * 86_400_000);
    nodeFs.utimesSync(join(parts, part!), old, old);
    await new LocalDestination({ path: home }).open();
    expect(nodeFs.readdirSync(parts)).toEqual([]);
  });
});
