import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RemoteTree } from "@daybook/testing";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { json, name, sampleTree, served } from "./radar-server.js";
import { daybook, temporaryFolder } from "./workspace.js";

const A = name("00", "DBZH");
const B = name("00", "VRAD");
const C = name("02", "DBZH");
const CONTENT: Record<string, string> = {
  [A]: "a".repeat(1000),
  [B]: "b".repeat(2000),
  [C]: "c".repeat(3000),
};
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const SEED = `CREATE TABLE downloads (id INTEGER PRIMARY KEY, filename TEXT UNIQUE, remote_path TEXT, local_path TEXT,
  downloaded_at TEXT, file_size INTEGER, checksum TEXT, radar_code TEXT, field_type TEXT, observation_datetime TEXT,
  status TEXT DEFAULT 'completed', created_at TEXT, updated_at TEXT);
  CREATE TABLE partial_downloads (id INTEGER PRIMARY KEY, filename TEXT UNIQUE, remote_path TEXT, local_path TEXT,
  bytes_downloaded INTEGER, total_bytes INTEGER, partial_checksum TEXT, last_attempt TEXT, attempt_count INTEGER);`;
const LATER = `CREATE TABLE downloads (id INTEGER PRIMARY KEY, filename TEXT UNIQUE, remote_path TEXT, local_path TEXT,
  downloaded_at TEXT, file_size INTEGER, checksum TEXT, radar_name TEXT, strategy TEXT, vol_nr TEXT, field_type TEXT,
  observation_datetime TEXT, status TEXT, created_at TEXT, updated_at TEXT, cleanup_status TEXT, cleaned_at TEXT,
  retry_attempt_count INTEGER, permanently_failed INTEGER DEFAULT 0, last_retry_error TEXT);
  CREATE TABLE volume_processing (id INTEGER PRIMARY KEY);`;

/** Radarlib's folder: all files in one, beside its database. */
async function radarlib(schema: string) {
  const folder = await temporaryFolder();
  const state = join(folder, "state.db");
  const db = new Database(state);
  db.exec(schema);
  const insert = (table: string, row: Record<string, unknown>) =>
    db
      .prepare(
        `INSERT INTO ${table} (${Object.keys(row).join()}) VALUES (${Object.keys(row)
          .map(() => "?")
          .join()})`,
      )
      .run(...Object.values(row));
  const has = async (path: string, more: Record<string, unknown> = {}, content = CONTENT[path]!) => {
    const local_path = join(folder, basename(path));
    await writeFile(local_path, content);
    const at = "2025-01-02T10:00:00.123456+00:00";
    const known = { filename: basename(path), remote_path: path, local_path, downloaded_at: at };
    const proof = { file_size: CONTENT[path]!.length, checksum: sha256(CONTENT[path]!) };
    insert("downloads", { ...known, ...proof, ...more });
    return local_path;
  };
  return { folder, state, insert, has, close: () => db.close() };
}

const fetched = (server: { commands: readonly string[] }) =>
  server.commands.filter((command) => command.startsWith("RETR ")).map((command) => command.slice(5));

async function setUp(schema = SEED, tree: RemoteTree = sampleTree()) {
  return { ...(await served(tree)), old: await radarlib(schema) };
}

test("what radarlib has brought home is taken over, copied to its place, and not fetched again", async () => {
  const { file, folder, server, old } = await setUp();
  await old.has(A);
  await old.has(B);
  old.close();
  const told = await daybook(["import", old.state, "-c", file]);
  expect(told).toEqual({
    exitCode: 0,
    stdout: "2 files taken over, 2 of them copied to their places\n",
    stderr: "",
  });
  expect(await readFile(join(folder, A.replace("/L2/", "downloads/")), "utf8")).toBe(CONTENT[A]);
  // Only a listing can prove an hour: until then it isn't complete.
  const before = await daybook(["gaps", "-c", file]);
  expect(before.stdout).toContain("never listed: /L2/RMA1/2025/01/01/00");

  expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
  expect(fetched(server)).toEqual([C]);
  const [status] = (
    JSON.parse((await daybook(["status", "--json", "-c", file])).stdout) as { sources: object[] }
  ).sources;
  expect(status).toMatchObject({ summary: { slots: { complete: 2, missing: 1 }, files: { stored: 3 } } });
  expect((await daybook(["verify", "-c", file])).exitCode).toBe(0);
  const [record] = json((await daybook(["files", "--json", "--limit", "1", "-c", file])).stdout);
  expect(record).toMatchObject({
    path: A,
    storedAt: "2025-01-02T10:00:00.123Z",
    modifiedAt: "2025-01-01T06:00:00.000Z",
  });
});

test("a second import changes nothing", async () => {
  const { file, old } = await setUp();
  await old.has(A);
  old.close();
  await daybook(["import", old.state, "-c", file]);
  const files = await daybook(["files", "--json", "-c", file]);
  expect(await daybook(["import", old.state, "-c", file])).toMatchObject({
    exitCode: 0,
    stdout: "0 files taken over\n1 file in the ledger already\n",
  });
  expect(await daybook(["files", "--json", "-c", file])).toEqual(files);
});

test("a dry run tells what would be taken over, and writes nothing", async () => {
  const { file, folder, old } = await setUp();
  await old.has(A);
  old.close();
  const told = await daybook(["import", "--dry-run", old.state, "-c", file]);
  expect(told.stdout).toBe("1 file would be taken over, 1 of them copied to their places\n");
  expect((await daybook(["files", "-c", file])).stdout).toBe("");
  await expect(readFile(join(folder, A.replace("/L2/", "downloads/")))).rejects.toThrow("ENOENT");
});

test("what can't be believed is left to be fetched, with counts and reasons", async () => {
  const { file, server, old } = await setUp(LATER);
  // Somebody deleted it; radarlib's clean-up knows nothing of that.
  await rm(await old.has(A, { cleanup_status: "active", status: "completed" }));
  await old.has(B, { status: "completed" }, "b".repeat(1999));
  await old.has(C, { status: "failed" });
  old.insert("downloads", { filename: "RMA9_0315_01_DBZH_20250101T003020Z.BUFR", remote_path: "/L2/RMA9/x" });
  old.insert("downloads", {
    filename: "RMA1_0315_01_DBZH_20240101T003020Z.BUFR",
    remote_path: "/L2/RMA1/2024/01/01/00/3020/RMA1_0315_01_DBZH_20240101T003020Z.BUFR",
  });
  old.close();
  const { exitCode, stdout } = await daybook(["import", old.state, "-c", file]);
  expect(exitCode).toBe(3);
  expect(stdout.split("\n")).toEqual([
    "0 files taken over",
    "3 files left to be fetched",
    `  1: it is not on disk: ${basename(A)}`,
    `  1: its size on disk is not the one that was recorded: ${basename(B)}`,
    `  1: radarlib has it as failed: ${basename(C)}`,
    "2 files of no source, left alone",
    "  1: no source's layout fits its path or name: RMA9_0315_01_DBZH_20250101T003020Z.BUFR",
    "  1: outside the range of RMA1: RMA1_0315_01_DBZH_20240101T003020Z.BUFR",
    "",
  ]);
  await daybook(["run", "-c", file]);
  expect(fetched(server).sort()).toEqual([A, B, C]);
});

test("large files are taken over whole, and left where their bytes are others", async () => {
  const { file, folder, old } = await setUp();
  const large = "large ".repeat(600_000);
  const proof = { file_size: large.length, checksum: sha256(large) };
  await old.has(A, proof, large);
  await old.has(B, proof, large.replace("large", "other"));
  await old.has(C, proof, large);
  old.close();
  const { exitCode, stdout } = await daybook(["import", old.state, "-c", file]);
  expect(exitCode).toBe(3);
  expect(stdout).toContain("2 files taken over");
  expect(stdout).toContain(`  1: its bytes are not those that were recorded: ${basename(B)}`);
  expect(await readFile(join(folder, A.replace("/L2/", "downloads/")), "utf8")).toBe(large);
  expect((await daybook(["verify", "-c", file])).exitCode).toBe(0);
});

test("what radarlib's own clean-up deleted is recorded as let go, and not fetched again until somebody asks", async () => {
  const { file, server, old } = await setUp(LATER);
  const cleaned = { cleanup_status: "cleaned", cleaned_at: "2025-01-05T00:00:00", status: "completed" };
  await rm(await old.has(A, cleaned));
  // Killed between the file and the row.
  await rm(await old.has(B, { cleanup_status: "pending_cleanup" }));
  // Cleaned, and brought home once more since.
  await old.has(C, cleaned);
  old.close();
  const told = await daybook(["import", "--dry-run", old.state, "-c", file]);
  expect(told.stdout.split("\n").slice(0, 3)).toEqual([
    "1 file would be taken over, 1 of them copied to their places",
    "2 files would be recorded as let go, and not fetched again",
    `  2: radarlib's clean-up has deleted it: ${basename(A)}, ${basename(B)}`,
  ]);
  expect((await daybook(["files", "-c", file])).stdout).toBe("");

  const { exitCode, stdout } = await daybook(["import", old.state, "-c", file]);
  expect([exitCode, stdout.split("\n")[1]]).toEqual([0, "2 files recorded as let go, and not fetched again"]);
  expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
  expect(fetched(server)).toEqual([]);
  const [status] = (
    JSON.parse((await daybook(["status", "--json", "-c", file])).stdout) as { sources: object[] }
  ).sources;
  expect(status).toMatchObject({
    summary: { slots: { complete: 2, missing: 1 }, files: { stored: 1, expired: 2 } },
  });
  const [record] = json((await daybook(["files", "--json", "--limit", "1", "-c", file])).stdout);
  expect(record).toMatchObject({ path: A, status: "expired", size: 1000, sha256: sha256(CONTENT[A]!) });
  expect(record).not.toHaveProperty("location");
  expect((await daybook(["explain", A, "-c", file])).stdout).toContain(
    "It was let go: radarlib's clean-up has deleted it, at 2025-01-05T00:00:00Z.",
  );
  expect((await daybook(["verify", "-c", file])).exitCode).toBe(0);
  const again = await daybook(["import", "--json", old.state, "-c", file]);
  expect(json(again.stdout).at(-1)).toMatchObject({ taken: 0, known: 3, expired: 0, left: 0 });

  await daybook(["retry", A, "-c", file]);
  await daybook(["run", "-c", file]);
  expect(fetched(server)).toEqual([A]);
});

test("a file with other bytes than were recorded is left, whether it is copied or lies at its place", async () => {
  const { file, folder, old } = await setUp();
  await old.has(A, {}, "x".repeat(1000));
  await rm(await old.has(B));
  const place = join(folder, B.replace("/L2/", "downloads/"));
  await mkdir(join(place, ".."), { recursive: true });
  await writeFile(place, "y".repeat(2000));
  old.insert("partial_downloads", { filename: basename(C), remote_path: C, bytes_downloaded: 5 });
  old.close();
  const { exitCode, stdout } = await daybook(["import", old.state, "-c", file]);
  expect(exitCode).toBe(3);
  expect(stdout).toContain("  2: its bytes are not those that were recorded: ");
  expect(stdout).toContain(
    `  1: radarlib has only a part of it, of which it doesn't know the version: ${basename(C)}`,
  );
  expect((await daybook(["files", "-c", file])).stdout).toBe("");
  const trusting = await daybook(["import", "--no-hash", old.state, "-c", file]);
  expect(trusting.stdout).toContain("1 file taken over\n");
});

test("the JSON of a FileStateTracker knows names only: paths come from the layout, files from a folder", async () => {
  const { file, server, old } = await setUp();
  await old.has(A);
  await old.has(C);
  old.close();
  const state = join(old.folder, "state.json");
  const entry = { downloaded_at: "2025-01-02T10:00:00+00:00", metadata: {} };
  await writeFile(
    state,
    JSON.stringify({
      [basename(A)]: { remote_path: "/elsewhere", ...entry },
      [basename(C)]: { remote_path: C, ...entry },
    }),
  );
  const told = await daybook(["import", state, "--files", old.folder, "-c", file]);
  expect(told.stdout).toBe("2 files taken over, 2 of them copied to their places\n");
  await daybook(["run", "-c", file]);
  expect(fetched(server)).toEqual([B]);
});

test("a file that another version took the place of at the source is fetched again", async () => {
  const tree = sampleTree();
  const { file, server, old } = await setUp(SEED, tree);
  await old.has(A);
  old.close();
  tree.put(A, "a longer version of it".repeat(100), new Date("2025-01-01T07:00:00Z"));
  await daybook(["import", old.state, "-c", file]);
  await daybook(["run", "-c", file]);
  expect(fetched(server)).toContain(A);
});

test.each([
  ["no-such.db", undefined, "there is no such file"],
  ["state.json", "[1, 2]", "is no state of radarlib's"],
  ["state.txt", "hello", "is neither an SQLite database nor JSON"],
])("%s is refused with a reason, exit 2", async (state, content, message) => {
  const { file, old } = await setUp();
  old.close();
  const path = join(old.folder, state);
  if (content !== undefined) await writeFile(path, content);
  const told = await daybook(["import", path, "-c", file]);
  expect(told.exitCode).toBe(2);
  expect(told.stderr).toContain(message);
});
