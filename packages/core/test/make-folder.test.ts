import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as nodeFs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonStore, LocalDestination, makeFolder } from "@daybook/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "daybook-folders-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("making a folder", () => {
  it("makes all that aren't there, and tells the first", () => {
    expect(makeFolder(join(home, "a/b/c"))).toBe(join(home, "a"));
    expect(makeFolder(join(home, "a/b/d/e"))).toBe(join(home, "a/b/d"));
    expect(makeFolder(join(home, "a/b/d/f"))).toBe(join(home, "a/b/d/f"));
    expect(makeFolder(join(home, "a/b"))).toBeUndefined();
    expect(makeFolder("/")).toBeUndefined();
    expect(existsSync(join(home, "a/b/c"))).toBe(true);
  });

  it("goes through links, and says where a file is in the way", () => {
    mkdirSync(join(home, "real"));
    symlinkSync(join(home, "real"), join(home, "link"));
    makeFolder(join(home, "link/a"));
    expect(existsSync(join(home, "real/a"))).toBe(true);
    writeFileSync(join(home, "file"), "");
    expect(() => makeFolder(join(home, "file"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
    expect(() => makeFolder(join(home, "file/a/b"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
    symlinkSync(join(home, "nowhere"), join(home, "dangling"));
    expect(() => makeFolder(join(home, "dangling/a"))).toThrow();
  });

  it.runIf(process.platform === "linux").each(["/proc/nope", "/proc/nope/a/b/c"])(
    "comes back from %s, where no folder can be made",
    async (path) => {
      expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: "ENOENT" }));
      const store = new JsonStore({ path: join(path, "state.json") });
      await expect(store.open()).rejects.toMatchObject({ kind: "store" });
      await expect(new LocalDestination({ path }).open()).rejects.toMatchObject({ kind: "store" });
    },
  );

  it("gives up where what it makes is gone again at once", () => {
    let made = 0;
    const fs = {
      ...nodeFs,
      mkdirSync: ((path: string) => {
        if (path === home) throw Object.assign(new Error("made up"), { code: "EEXIST" });
        made++;
        throw Object.assign(new Error("made up"), { code: "ENOENT" });
      }) as typeof nodeFs.mkdirSync,
    };
    expect(() => makeFolder(join(home, "a/b"), { fs })).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(made).toBeLessThan(20);
  });

  it.skipIf(process.getuid?.() === 0)("tells of a folder that may not be written to", () => {
    chmodSync(home, 0o500);
    expect(() => makeFolder(join(home, "a/b"))).toThrow(expect.objectContaining({ code: "EACCES" }));
    chmodSync(home, 0o700);
  });
});
