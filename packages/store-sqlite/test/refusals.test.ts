import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaybookError } from "@daybook/core";
import { isDaybookError } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import Database from "better-sqlite3";
import { afterAll, describe, expect, test } from "vitest";
import { failureOf } from "../src/errors.js";

const folder = mkdtempSync(join(tmpdir(), "daybook-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function refusal(path: string): Promise<DaybookError> {
  const store = new SqliteStore({ path });
  const error: unknown = await store.open().then(
    () => store.close().then(() => "it opened"),
    (reason: unknown) => reason,
  );
  if (!isDaybookError(error)) throw new Error(`expected a DaybookError, got: ${String(error)}`);
  return error;
}

test("a ledger of a newer Daybook is refused, left as it is, and the message says to update", async () => {
  const path = join(folder, "newer.db");
  const store = new SqliteStore({ path });
  await store.open();
  await store.close();
  const db = new Database(path);
  db.pragma("user_version = 1000");
  db.close();
  const before = readFileSync(path);
  const { kind, detail } = await refusal(path);
  expect(kind).toBe("config");
  expect(detail).toMatch(/newer Daybook.*1000.*update @daybook\/store-sqlite/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("another program's database is refused and left as it is", async () => {
  const path = join(folder, "other.db");
  const db = new Database(path);
  db.exec("CREATE TABLE bookmarks (url TEXT)");
  db.close();
  const before = readFileSync(path);
  const { kind, detail } = await refusal(path);
  expect(kind).toBe("config");
  expect(detail).toMatch(/not a Daybook ledger/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a file that is no database is refused and left as it is", async () => {
  const path = join(folder, "text.db");
  writeFileSync(path, "radar,2025\n".repeat(1000));
  const { kind, retry, detail } = await refusal(path);
  expect([kind, retry]).toEqual(["store", "no"]);
  expect(detail).toMatch(/damaged or not a ledger; restore it/);
  expect(readFileSync(path, "utf8")).toBe("radar,2025\n".repeat(1000));
});

test("a ledger damaged in the middle is an error, never an empty answer", async () => {
  const path = join(folder, "damaged.db");
  const store = new SqliteStore({ path });
  await store.open();
  await store.close();
  const bytes = readFileSync(path);
  bytes.fill(0xaa, 4096);
  writeFileSync(path, bytes);
  const again = new SqliteStore({ path });
  await expect(again.open().then(() => again.summarize({}))).rejects.toMatchObject({
    kind: "store",
    retry: "no",
  });
  await again.close();
});

test("a folder in the place of the file, or a file in the place of the folder, is an error that names the path", async () => {
  mkdirSync(join(folder, "folder.db"));
  writeFileSync(join(folder, "file"), "");
  for (const path of [join(folder, "folder.db"), join(folder, "file", "ledger.db")]) {
    const { kind, detail } = await refusal(path);
    expect(kind).toBe("store");
    expect(detail).toContain(path);
  }
});

test("missing folders are made, and a failed open() can be tried again", async () => {
  const path = join(folder, "deep", "er", "ledger.db");
  writeFileSync(join(folder, "deep"), "in the way");
  const store = new SqliteStore({ path });
  await expect(store.open()).rejects.toMatchObject({ kind: "store" });
  rmSync(join(folder, "deep"));
  await store.open();
  expect((await store.summarize({})).settled).toBe(0);
  await store.close();
});

describe("codes of SQLite and the file system become kinds:", () => {
  const table: [code: string, kind: string, retry: string | undefined, says: RegExp][] = [
    ["SQLITE_FULL", "no-space", undefined, /free some space/],
    ["ENOSPC", "no-space", undefined, /free some space/],
    ["EDQUOT", "no-space", undefined, /free some space/],
    ["SQLITE_BUSY", "store", undefined, /another program.*locked/],
    ["SQLITE_BUSY_SNAPSHOT", "store", undefined, /another program.*locked/],
    ["SQLITE_LOCKED_SHAREDCACHE", "store", undefined, /another program.*locked/],
    ["SQLITE_CORRUPT_INDEX", "store", "no", /restore it from a copy/],
    ["SQLITE_NOTADB", "store", "no", /restore it from a copy/],
    ["SQLITE_READONLY_DBMOVED", "store", "no", /can't be written/],
    ["EACCES", "store", "no", /permissions/],
    ["EROFS", "store", "no", /can't be written/],
    ["SQLITE_CANTOPEN", "store", "no", /can't be opened/],
    ["ENOTDIR", "store", "no", /can't be opened/],
    ["SQLITE_CONSTRAINT_NOTNULL", "store", "no", /refused a record/],
    ["SQLITE_IOERR_WRITE", "store", undefined, /could not be read or written/],
  ];
  for (const [code, kind, retry, says] of table)
    test(code, () => {
      const failure = failureOf(Object.assign(new Error("it says"), { code }), "ledger.db");
      expect(failure).toMatchObject({ kind, code, detail: expect.stringMatching(says) as string });
      expect(failure.retry).toBe(retry);
      expect(failure.detail).toContain("ledger.db: it says");
    });

  test("what isn't SQLite's keeps its message", () => {
    expect(failureOf(new TypeError("odd"), "ledger.db")).toMatchObject({ kind: "store", retry: "no" });
    expect(failureOf("odd", "ledger.db").detail).toContain("odd");
  });
});
