import * as nodeFs from "node:fs";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalDestination, parseSize, parseSizeOrPart, type Delivery, type LocalFs } from "@daybook/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Mirror, put } from "./support/mirror.js";

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "daybook-room-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const MB = 1e6;

/** node:fs on a disk of 1 GB, with so much of it free. */
function withFree(free: () => number): { fs: LocalFs; asked: () => number } {
  let asked = 0;
  const statfsSync = () => {
    asked++;
    return { bsize: 1000, blocks: MB, bavail: free() / 1000 };
  };
  return { fs: { ...nodeFs, statfsSync } as unknown as LocalFs, asked: () => asked };
}

const delivery = (size: number | undefined, name = "a"): Delivery => ({
  source: "S",
  path: `/L/${name}`,
  root: "/L",
  observation: { attributes: {} },
  size,
});

const begin = async (options: { free: number; size?: number; minFree?: string }) => {
  const { fs } = withFree(() => options.free);
  const destination = new LocalDestination({ path: home, fs, minFree: options.minFree });
  await (await destination.begin(delivery(options.size))).abort({ keep: false });
};

describe("a destination leaves some room on its disk:", () => {
  it("a file that has no room is refused before it begins, and there is nothing of it", async () => {
    await expect(begin({ free: 500 * MB, size: 600 * MB })).rejects.toMatchObject({ kind: "no-space" });
    await expect(begin({ free: 500 * MB, size: 495 * MB })).rejects.toMatchObject({
      kind: "no-space",
      detail: expect.stringMatching(/500 MB are free, and 10\.0 MB are to stay free \(min_free\)/),
    });
    await expect(begin({ free: 500 * MB, size: 480 * MB })).resolves.toBeUndefined();
    expect(readdirSync(join(home, ".daybook/parts"))).toEqual([]);
  });

  it("a file that is larger than the disk is that file's trouble, however full the disk is", async () => {
    await expect(begin({ free: 500 * MB, size: 4.6e18 })).rejects.toMatchObject({ kind: "config" });
    await expect(begin({ free: 0, size: 2000 * MB })).rejects.toMatchObject({ kind: "config" });
    await expect(begin({ free: 0, size: 10 })).rejects.toMatchObject({ kind: "no-space" });
  });

  it.each([
    ["100MB", 399 * MB, 401 * MB],
    ["50%", 0, 1 * MB],
    ["0B", 500 * MB, 501 * MB],
  ])("min_free of %s holds", async (minFree, fits, doesnt) => {
    await expect(begin({ free: 500 * MB, minFree, size: fits })).resolves.toBeUndefined();
    await expect(begin({ free: 500 * MB, minFree, size: doesnt })).rejects.toMatchObject({
      kind: "no-space",
    });
  });

  it("a file of unknown size is stopped while it comes, and what came is kept", async () => {
    let free = 20 * MB;
    const { fs } = withFree(() => free);
    const destination = new LocalDestination({ path: home, fs, minFree: "10MB" });
    const incoming = await destination.begin(delivery(undefined));
    const chunk = Buffer.alloc(1 * MB, 1);
    const pouring = (async () => {
      for (let i = 0; i < 100; i++) {
        await incoming.write(chunk);
        free -= chunk.length;
      }
    })();
    await expect(pouring).rejects.toMatchObject({ kind: "no-space" });
    expect(free).toBeGreaterThan(5 * MB);
    await incoming.abort({ keep: true });
    free = 500 * MB;
    const again = await destination.begin(delivery(undefined));
    expect(again.kept).toBeGreaterThan(5 * MB);
    await again.abort({ keep: false });
  });

  it("the disk is asked now and then, not for every small file", async () => {
    const { fs, asked } = withFree(() => 500 * MB);
    const clock = { now: () => new Date(0) };
    const destination = new LocalDestination({ path: home, fs, sync: false, clock });
    for (let i = 0; i < 50; i++) {
      const incoming = await destination.begin(delivery(1000, `f${i}`));
      await incoming.write(Buffer.alloc(1000));
      await incoming.commit({ replace: false });
    }
    expect(asked()).toBe(1);
  });

  it("a file system that says nothing of its size is written to", async () => {
    const fs = { ...nodeFs, statfsSync: () => ({ bsize: 0, blocks: 0, bavail: 0 }) } as unknown as LocalFs;
    const destination = new LocalDestination({ path: home, fs });
    await (await destination.begin(delivery(5))).abort({ keep: false });
    expect(existsSync(home)).toBe(true);
  });
});

describe("a source's largest file", () => {
  it.each([true, false])("is bounded, and the others come (sizes listed: %s)", async (listed) => {
    const mirror = new Mirror({
      source: { maxFileSize: 100 },
      transport: (inner) => ({
        capabilities: inner.capabilities,
        list: async (directory) => {
          const listing = await inner.list(directory);
          return {
            ...listing,
            entries: listing.entries.map((e) => (listed ? e : { ...e, size: undefined })),
          };
        },
        read: (path, options) => inner.read(path, options),
        close: () => inner.close(),
      }),
    });
    put(mirror, "2025-01-01T00:05:10Z", "x".repeat(101));
    put(mirror, "2025-01-01T00:35:10Z", "y".repeat(100));
    await mirror.run();
    const files = await mirror.files();
    expect(files.map(({ status }) => status)).toEqual(["quarantined", "stored"]);
    expect(files[0]!.reason).toMatch(/more than 100 bytes: raise max_file_size/);
    expect(Object.values(mirror.home())).toEqual(["y".repeat(100)]);
    expect(mirror.parts()).toEqual([]);
  });
});

it("sizes are read with their units, and nothing else is", () => {
  expect([parseSize("500MB", ""), parseSize("2 GiB", ""), parseSize("0B", ""), parseSize(7, "")]).toEqual([
    5e8,
    2 ** 31,
    0,
    7,
  ]);
  expect(parseSizeOrPart("5%", "")).toEqual({ part: 0.05 });
  for (const wrong of ["", "5", "MB", "-1MB", "1e9B", "5 %%", "1Mbit", "100%", "5mb", -1, NaN])
    expect(() => parseSizeOrPart(wrong, "minFree")).toThrow(/minFree .* is no size/);
});
