import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "@daybook/store-sqlite";
import { expect, onTestFinished, test } from "vitest";

/** Mounts a small file system of its own, where that is allowed. */
function mounted(): string | undefined {
  const place = join(mkdtempSync(join(tmpdir(), "daybook-sqlite-")), "disk");
  mkdirSync(place);
  onTestFinished(() => rmSync(join(place, ".."), { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", place], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", place]));
  return place;
}

test("a ledger on a read-only file system can be read, and refuses what is recorded", async (context) => {
  const place = mounted();
  if (place === undefined) return context.skip("file systems can't be mounted here");
  const path = join(place, "ledger.db");
  const note = (value: string) => [{ kind: "note" as const, key: "k", value, at: new Date(0) }];
  const before = new SqliteStore({ path });
  await before.open();
  await before.record(note("kept"));
  await before.close();
  execFileSync("mount", ["-o", "remount,ro", place]);
  const store = new SqliteStore({ path });
  await store.open();
  expect((await store.notes("")).map(({ value }) => value)).toEqual(["kept"]);
  expect((await store.summarize({})).settled).toBe(0);
  await expect(store.record(note("lost"))).rejects.toMatchObject({
    kind: "store",
    detail: expect.stringMatching(/can't be written/) as string,
  });
  expect((await store.notes("")).map(({ value }) => value)).toEqual(["kept"]);
  await store.close();
});
