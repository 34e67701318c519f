import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as nodeFs from "node:fs";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LocalDestination, type Delivery, type Incoming, type LocalFs } from "@daybook/core";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";

let base: string;
let home: string;
let parts: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "daybook-parts-"));
  home = join(base, "downloads");
  parts = join(home, ".daybook/parts");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const A: Delivery = {
  source: "S",
  path: "/L/2025/a",
  root: "/L",
  observation: { attributes: {} },
  size: 5,
  modifiedAt: new Date("2025-01-01T00:00:00Z"),
};

const bytes = (text: string) => new TextEncoder().encode(text);
const contentOf = (location: string) => readFileSync(join(home, location), "utf8");

async function begin(destination: LocalDestination, text: string, what = A): Promise<Incoming> {
  const incoming = await destination.begin(what);
  await incoming.write(bytes(text));
  return incoming;
}

const bring = async (destination: LocalDestination, text = "hello", what = A) =>
  (await begin(destination, text, what)).commit({ replace: false });

async function leavePart(text: string, what = A): Promise<string> {
  const destination = new LocalDestination({ path: home });
  await (await begin(destination, text, what)).abort({ keep: true });
  await destination.close();
  return readdirSync(parts).find((name) => name.endsWith(".part"))!;
}

async function keptOf(incoming: Incoming): Promise<string> {
  const kept: Uint8Array[] = [];
  for await (const chunk of incoming.readKept()) kept.push(chunk.slice());
  return Buffer.concat(kept).toString();
}

describe("two destinations on one folder", () => {
  it("never write to one file: who begins anew leaves the other's finished file alone", async () => {
    await leavePart("hel");
    const [first, second] = [new LocalDestination({ path: home }), new LocalDestination({ path: home })];
    const slow = await first.begin(A);
    expect(await keptOf(slow)).toBe("hel");
    await second.open();
    await bring(second, "lo");
    await slow.restart();
    expect(contentOf("S/2025/a")).toBe("hello");
    await slow.write(bytes("wrong"));
    await expect(slow.commit({ replace: false })).rejects.toMatchObject({ kind: "busy" });
    expect(contentOf("S/2025/a")).toBe("hello");
  });

  it("never truncate what the other has begun", async () => {
    const [first, second] = [new LocalDestination({ path: home }), new LocalDestination({ path: home })];
    await Promise.all([first.open(), second.open()]);
    const one = await begin(first, "h".repeat(300_000), { ...A, size: 600_000 });
    const two = await begin(second, "x".repeat(300_000), { ...A, size: 600_000 });
    await one.write(bytes("h".repeat(300_000)));
    await one.commit({ replace: false });
    await two.abort({ keep: false });
    expect(contentOf("S/2025/a")).toBe("h".repeat(600_000));
  });

  it("give one place to one of them, however close they are", async () => {
    // Both have looked before either gives its name.
    const [first, second] = [new LocalDestination({ path: home }), new LocalDestination({ path: home })];
    const both = await Promise.all([begin(first, "first"), begin(second, "other")]);
    const ends = await Promise.allSettled(both.map((incoming) => incoming.commit({ replace: false })));
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const winner = ends.findIndex(({ status }) => status === "fulfilled");
    expect(contentOf("S/2025/a")).toBe(["first", "other"][winner]);
  });

  it("look before they rename where the file system knows no second names", async () => {
    const refuse = () => {
      throw Object.assign(new Error("made up"), { code: "EPERM" });
    };
    const fs = { ...nodeFs, linkSync: refuse } as unknown as LocalFs;
    await bring(new LocalDestination({ path: home, fs }));
    const again = new LocalDestination({ path: home, fs });
    await expect(bring(again, "other")).rejects.toMatchObject({ kind: "config" });
    expect(contentOf("S/2025/a")).toBe("hello");
    await expect(bring(again, "other", { ...A, path: "/L/2025/b" })).resolves.toBeDefined();
  });

  it("go on with what the other kept, byte by byte, on a file of their own", async () => {
    const name = await leavePart("hel");
    const before = lstatSync(join(parts, name)).ino;
    const living = new LocalDestination({ path: home });
    const slow = await living.begin(A);
    expect(slow.kept).toBe(3);
    expect(readdirSync(parts).map((each) => lstatSync(join(parts, each)).ino)).toEqual([before]);
    const other = new LocalDestination({ path: home });
    const quick = await other.begin(A);
    expect(await keptOf(quick)).toBe("hel");
    expect(readdirSync(parts).map((each) => lstatSync(join(parts, each)).ino)).not.toContain(before);
    await quick.write(bytes("lo"));
    await quick.commit({ replace: false });
    expect(contentOf("S/2025/a")).toBe("hello");
    await slow.write(bytes("xx"));
    await expect(slow.commit({ replace: true })).rejects.toMatchObject({
      kind: expect.stringMatching(/busy|store/),
    });
    expect(contentOf("S/2025/a")).toBe("hello");
  });
});

describe("parts of other programs", () => {
  async function holder(text: string) {
    const script = fileURLToPath(new URL("children/part-holder.mjs", import.meta.url));
    const child: ChildProcess = spawn(process.execPath, [script, home, JSON.stringify(A), text]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value as string;
    expect(await next()).toBe("begun");
    return { child, next, tell: (line: string) => child.stdin!.write(`${line}\n`) };
  }

  it("that were killed are taken over as they are", async () => {
    const { child } = await holder("hel");
    const before = lstatSync(join(parts, readdirSync(parts)[0]!)).ino;
    child.kill("SIGKILL");
    await once(child, "exit");
    const incoming = await new LocalDestination({ path: home }).begin(A);
    expect(await keptOf(incoming)).toBe("hel");
    expect(readdirSync(parts).map((each) => lstatSync(join(parts, each)).ino)).toEqual([before]);
    await incoming.write(bytes("lo"));
    await incoming.commit({ replace: false });
    expect(contentOf("S/2025/a")).toBe("hello");
    expect(readdirSync(parts)).toEqual([]);
  });

  it("that still run are copied, and what they do later is in no final file", async () => {
    const { next, tell } = await holder("hel");
    const incoming = await new LocalDestination({ path: home }).begin(A);
    expect(await keptOf(incoming)).toBe("hel");
    await incoming.write(bytes("lo"));
    await incoming.commit({ replace: false });
    tell("restart");
    expect(await next()).toMatch(/busy|config/);
    expect(contentOf("S/2025/a")).toBe("hello");
  });

  it("that named no holder yet are found and continued", async () => {
    const name = await leavePart("hel");
    renameSync(join(parts, name), join(parts, name.replace(/~.*(?=\.part$)/, "")));
    const incoming = await new LocalDestination({ path: home }).begin(A);
    expect(await keptOf(incoming)).toBe("hel");
    await incoming.write(bytes("lo"));
    await incoming.commit({ replace: false });
    expect(contentOf("S/2025/a")).toBe("hello");
  });

  it("that have their final name, too, are cleared away and not written to", async () => {
    const name = await leavePart("hello");
    mkdirSync(join(home, "S/2025"), { recursive: true });
    linkSync(join(parts, name), join(home, "S/2025/a"));
    const destination = new LocalDestination({ path: home });
    await destination.open();
    expect(readdirSync(parts)).toEqual([]);
    expect((await destination.begin(A)).kept).toBe(0);
    expect(contentOf("S/2025/a")).toBe("hello");
  });
});

describe("links that somebody planted below a destination are not followed:", () => {
  let victim: string;
  beforeEach(() => {
    victim = join(base, "victim");
    writeFileSync(victim, "precious");
  });
  afterEach(() => expect(readFileSync(victim, "utf8")).toBe("precious"));

  it("one at the name that was used to try whether files can be written", async () => {
    mkdirSync(parts, { recursive: true });
    symlinkSync(victim, join(parts, "probe"));
    await bring(new LocalDestination({ path: home }));
    expect(contentOf("S/2025/a")).toBe("hello");
  });

  it.each(["symbolic", "hard"])("a %s one at a part's name", async (kind) => {
    const name = await leavePart("hel");
    rmSync(join(parts, name));
    for (const at of [name, name.replace(/~.*(?=\.part$)/, "")])
      if (kind === "hard") linkSync(victim, join(parts, at));
      else symlinkSync(victim, join(parts, at));
    // As large as what is planted, and larger.
    for (const size of [5, 100]) {
      const { location } = await bring(new LocalDestination({ path: home }), "hello", {
        ...A,
        size,
        path: A.path + size,
      });
      expect(lstatSync(join(home, location)).isFile()).toBe(true);
    }
    await bring(new LocalDestination({ path: home }));
    expect(lstatSync(join(home, "S/2025/a"))).toMatchObject({ nlink: 1, size: 5 });
  });

  it("one at the final name: nothing is written through it, and it is replaced only when told", async () => {
    mkdirSync(join(home, "S/2025"), { recursive: true });
    symlinkSync(victim, join(home, "S/2025/a"));
    const destination = new LocalDestination({ path: home });
    expect(await destination.stat("S/2025/a")).toBeUndefined();
    const incoming = await begin(destination, "hello");
    await expect(incoming.commit({ replace: false })).rejects.toMatchObject({ kind: "config" });
    await incoming.abort({ keep: false });
    await (await begin(destination, "hello")).commit({ replace: true });
    expect(lstatSync(join(home, "S/2025/a")).isFile()).toBe(true);
  });

  it.each(["S", "S/2025"])("one in the place of the folder %s", async (folder) => {
    const outside = join(base, "outside");
    mkdirSync(outside);
    mkdirSync(join(home, folder, ".."), { recursive: true });
    symlinkSync(outside, join(home, folder));
    const destination = new LocalDestination({ path: home });
    await expect(destination.begin(A)).rejects.toMatchObject({
      kind: "config",
      detail: expect.stringMatching(new RegExp(`^${folder} is a symbolic link`)),
    });
    await expect(destination.stat("S/2025/a")).rejects.toMatchObject({ kind: "config" });
    expect(readdirSync(outside)).toEqual([]);
    const willing = new LocalDestination({ path: home, followLinks: true });
    await bring(willing);
    expect(contentOf("S/2025/a")).toBe("hello");
  });

  it.each([".daybook", ".daybook/parts"])("one in the place of %s", async (folder) => {
    const outside = join(base, "outside");
    mkdirSync(outside);
    mkdirSync(join(home, folder, ".."), { recursive: true });
    symlinkSync(outside, join(home, folder));
    await expect(new LocalDestination({ path: home }).open()).rejects.toMatchObject({ kind: "config" });
    expect(readdirSync(outside)).toEqual([]);
  });

  it("and its own folder is closed to others, also one that was made before", async () => {
    mkdirSync(parts, { recursive: true, mode: 0o777 });
    nodeFs.chmodSync(parts, 0o777);
    await new LocalDestination({ path: home }).open();
    for (const folder of [parts, join(home, ".daybook")]) expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });
});

describe("a destination that goes away while it is in use", () => {
  it("is not made anew at what is left of its place", async () => {
    const destination = new LocalDestination({ path: home });
    await bring(destination);
    const late = await begin(destination, "later", { ...A, path: "/L/2026/01/b" });
    renameSync(home, `${home}-away`);
    mkdirSync(home);
    await expect(late.commit({ replace: false })).rejects.toMatchObject({
      kind: "store",
      code: "destination-gone",
    });
    await late.abort({ keep: true });
    const next = await destination.begin({ ...A, path: "/L/2025/c" });
    const written = (async () => {
      await next.write(bytes("hello"));
      await next.commit({ replace: false });
    })();
    await expect(written).rejects.toMatchObject({ kind: "store" });
    expect(readdirSync(home)).toEqual([]);
    rmSync(home, { recursive: true });
    renameSync(`${home}-away`, home);
    await next.abort({ keep: false });
    await bring(destination, "hello", { ...A, path: "/L/2025/c" });
    expect(existsSync(join(home, "S/2025/c"))).toBe(true);
  });
});
