import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "@daybook/store-sqlite";
import { expect, onTestFinished, test } from "vitest";

/** A small ext4 with blocks of 1 kB, where mounting is allowed. */
function smallBlocks(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "daybook-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [image, place] = [join(folder, "image"), join(folder, "disk")];
  mkdirSync(place);
  writeFileSync(image, "");
  truncateSync(image, 16 << 20);
  try {
    execFileSync("mkfs.ext4", ["-q", "-b", "1024", image], { stdio: "ignore" });
    execFileSync("mount", ["-o", "loop", image, place], { stdio: "ignore" });
  } catch {
    console.warn("skipping a full disk with small blocks: file systems can't be mounted here");
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", place]));
  return place;
}

function fill(place: string): void {
  const { bfree, bsize } = statfsSync(place);
  for (let [i, size] = [0, bfree * bsize]; size >= 1024; i++)
    try {
      writeFileSync(join(place, `filler${i}`), Buffer.alloc(size));
    } catch {
      size >>= 1;
    }
}

test("a full disk with blocks smaller than a page is told, and kills nobody who opens, reads or records", async (context) => {
  const place = smallBlocks();
  if (place === undefined) return context.skip("file systems can't be mounted here");
  const path = join(place, "ledger.db");
  const note = (key: string) => ({ kind: "note" as const, key, value: "v".repeat(400), at: new Date(0) });
  const store = new SqliteStore({ path });
  await store.open();
  await store.record([note("kept")]);
  fill(place);
  const full = { kind: "no-space", detail: expect.stringMatching(/disk .* is full/) as string };
  for (let i = 0; i < 20; i++)
    await expect(store.record(Array.from({ length: 50 }, (_, n) => note(`${i} ${n}`)))).rejects.toMatchObject(
      full,
    );
  expect(await store.notes("kept")).toHaveLength(1);
  await store.close();
  const later = new SqliteStore({ path });
  await expect(later.open()).rejects.toMatchObject(full);
  for (let i = 0; i < 200; i++) rmSync(join(place, `filler${i}`), { force: true });
  await later.open();
  expect(await later.notes("")).toHaveLength(1);
  await later.close();
});
