import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DaybookError, type LocalFs } from "@daybook/core";
import { expect, it } from "vitest";
import { Mirror, put } from "./support/mirror.js";

const MIB = 1024 * 1024;
/** What there is room for, in the middle of a write. */
const FITS = 3 * MIB + 54_321;

type Written = (error: Error | null, written: number, bytes: Uint8Array) => void;

/** Text that is nowhere like elsewhere, so that a piece in the wrong place is seen. */
const content = (bytes: number, seed: number) => {
  let text = "";
  for (let i = 0; text.length < bytes; i++) text += `${seed}:${i} `;
  return text.slice(0, bytes);
};

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Two hours of files around every size at which something else is done. */
const SIZES = [
  0,
  1,
  MIB / 4,
  MIB / 4 + 1,
  MIB / 2,
  MIB - 1,
  MIB,
  MIB + 1,
  1.25 * MIB,
  2.5 * MIB + 7,
  5 * MIB,
];

function filled(mirror: Mirror): Map<string, string> {
  return new Map(
    SIZES.map((size, i) => {
      const text = content(size, i);
      const time = `2025-01-01T0${i % 2}:${String(10 + i)}:00Z`;
      return [put(mirror, time, text), text];
    }),
  );
}

const twoHours = { source: { end: "2025-01-01T02:00:00Z" } };

/** A file system that has room for so many bytes more. */
function limited(fs: LocalFs, disk: { left: number }): LocalFs {
  const full = () => Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
  const room = (length: number) => {
    const n = Math.min(length, disk.left);
    disk.left -= n;
    return n;
  };
  return {
    ...fs,
    write: ((fd: number, bytes: Uint8Array, at: number, length: number, position: number, done: Written) => {
      const n = room(length);
      if (n > 0) fs.write(fd, bytes, at, n, position, done);
      else setImmediate(done, full(), 0, bytes);
    }) as LocalFs["write"],
    writeSync: ((fd: number, bytes: Uint8Array, at: number, length: number, position: number) => {
      const n = room(length);
      if (n === 0) throw full();
      return fs.writeSync(fd, bytes, at, n, position);
    }) as LocalFs["writeSync"],
  };
}

it("files of all sizes come home at once, each with the hash of its own bytes", async () => {
  const mirror = new Mirror({ ...twoHours, connections: 12 });
  const all = filled(mirror);
  const { outcome } = await mirror.run();
  expect(outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  const files = await mirror.files();
  expect(files.map(({ path, sha256: hash }) => [path, hash])).toEqual(
    [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => [path, sha256(text)]),
  );
});

it("a large file that is cut again and again is continued, and hashed whole", async () => {
  let cuts = 0;
  const mirror = new Mirror({
    ...twoHours,
    faults: { onRead: () => (cuts++ < 40 ? { dropAfter: 1.2 * MIB } : undefined) },
  });
  const all = filled(mirror);
  const { outcome } = await mirror.run();
  expect(outcome).toBe("complete");
  expect(mirror.home()).toEqual(mirror.remote());
  expect(new Set((await mirror.files()).map((file) => file.sha256))).toEqual(
    new Set([...all.values()].map(sha256)),
  );
  expect(mirror.transport.calls.read.some(({ start }) => start > MIB)).toBe(true);
});

it.each([
  ["in the middle", FITS],
  ["at its very end", 5 * MIB - 100],
])(
  "what was written before the disk was full %s is kept, and continued when there is room",
  async (_, fits) => {
    const disk = { left: fits };
    const mirror = new Mirror({ source: { end: "2025-01-01T01:00:00Z" } });
    const text = content(5 * MIB, 1);
    const path = put(mirror, "2025-01-01T00:05:00Z", text);

    mirror.restart({ fs: limited(mirror.fs, disk) });
    expect((await mirror.run({ once: true })).sources[0]!.error).toMatchObject({ kind: "no-space" });
    const [part] = mirror.parts();
    const kept = String(mirror.volume.readFileSync(part!));
    expect(text.startsWith(kept)).toBe(true);
    // The destination's mark has some of the room.
    expect(fits - kept.length).toBeLessThan(200);

    mirror.restart();
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    expect((await mirror.files())[0]).toMatchObject({ path, sha256: sha256(text) });
    expect(mirror.transport.calls.read.at(-1)!.start).toBeGreaterThan(3 * MIB);
  },
);

it("a large file whose bytes an inspector refuses is given up while more of it is under way", async () => {
  const refuse = {
    name: "refuse",
    provesEnd: false,
    inspect: () => {
      let seen = 0;
      return {
        update: (chunk: Uint8Array) => {
          seen += chunk.length;
          if (seen > 2 * MIB) throw new DaybookError("bad-content", "made up");
        },
        end: () => undefined,
      };
    },
  };
  const mirror = new Mirror({ ...twoHours, inspectors: [refuse] });
  filled(mirror);
  await mirror.run({ once: true });
  const stored = (await mirror.files()).filter(({ status }) => status === "stored");
  expect(stored.map(({ size }) => size).sort((a, b) => a! - b!)).toEqual(SIZES.filter((n) => n <= 2 * MIB));
  expect(mirror.parts()).toEqual([]);
});

it("a disk that is full while a large file is packed ends a run that looks once, and no more", async () => {
  const mirror = new Mirror({ source: { end: "2025-01-01T01:00:00Z" }, compress: "gzip" });
  const bytes = randomBytes(3 * MIB).toString("latin1");
  put(mirror, "2025-01-01T00:05:00Z", bytes);
  const size = Buffer.from(bytes).length;
  mirror.restart({ fs: limited(mirror.fs, { left: size + MIB }) });
  expect((await mirror.run({ once: true })).sources[0]!.error).toMatchObject({ kind: "no-space" });
  mirror.restart();
  expect((await mirror.run()).outcome).toBe("complete");
  expect((await mirror.files())[0]).toMatchObject({ status: "stored", size });
});

it("a program ends by itself though its only large file was cut off", async () => {
  const folder = mkdtempSync(join(tmpdir(), "daybook-large-"));
  const child = new URL("./children/large-file-dropped.mjs", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [child, folder], { timeout: 20_000 });
  expect(stdout.trim()).toBe("gaps");
});
