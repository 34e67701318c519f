import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FileRecord } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import Database from "better-sqlite3";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "daybook-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const writer = fileURLToPath(new URL("./children/writer.mjs", import.meta.url));

const fenced = fileURLToPath(new URL("./children/fenced.mjs", import.meta.url));

function start(program: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += String(text)));
  let acknowledged = 0;
  const lines = createInterface(child.stdout);
  lines.on("line", () => acknowledged++);
  const exit = Promise.all([once(child, "exit"), once(lines, "close")]).then(([[code, signal]]) => ({
    code: code as number | null,
    signal: signal as string | null,
    complaints,
    acknowledged,
  }));
  return { child, lines, exit };
}

const startWriter = (...args: string[]) => start(writer, ...args);

async function ledger(path: string): Promise<{ files: FileRecord[]; counted: number }> {
  const store = new SqliteStore({ path });
  await store.open();
  const files: FileRecord[] = [];
  for await (const file of store.find({})) files.push(file);
  const { stored } = (await store.summarize({ source: "radar" })).files;
  await store.close();
  return { files, counted: stored };
}

test("two processes make one ledger and write it at the same time, and neither is turned away", async () => {
  const path = join(folder, "shared", "ledger.db");
  const results = await Promise.all(["a", "b"].map((name) => startWriter(path, name, "300").exit));
  for (const result of results)
    expect(result).toEqual({ code: 0, signal: null, complaints: "", acknowledged: 300 });
  const { files, counted } = await ledger(path);
  expect([files.length, counted]).toEqual([600, 600]);
});

test("killed in the middle of writing, the ledger is sound and holds all that was acknowledged", async () => {
  const path = join(folder, "killed.db");
  const { child, lines, exit } = startWriter(path, "k", "1000000");
  for (let i = 0; i < 200; i++) await once(lines, "line");
  child.kill("SIGKILL");
  const { signal, acknowledged } = await exit;
  expect(signal).toBe("SIGKILL");

  const { files, counted } = await ledger(path);
  expect(counted).toBe(files.length);
  expect(files.length).toBeGreaterThanOrEqual(acknowledged);
  expect(acknowledged).toBeGreaterThanOrEqual(200);
  const names = new Set(files.map((file) => file.path));
  for (let i = 0; i < acknowledged; i++) expect(names.has(`/data/2025010100/k-${i}`)).toBe(true);
  const db = new Database(path);
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
});

test("a ledger that somebody forgot to close doesn't keep the process alive", async () => {
  const path = join(folder, "forgotten.db");
  const { exit } = startWriter(path, "f", "3", "leave-open");
  expect(await exit).toEqual({ code: 0, signal: null, complaints: "", acknowledged: 3 });
  expect((await ledger(path)).counted).toBe(3);
});

test("a process that was stopped for longer than its lease writes nothing once another has it", async () => {
  const path = join(folder, "stopped.db");
  const { child, lines, exit } = start(fenced, path, "60000");
  const said: string[] = [];
  lines.on("line", (line) => said.push(String(line)));
  while (said.length < 20) await once(lines, "line");
  child.kill("SIGSTOP");
  const store = new SqliteStore({ path });
  await store.open();
  // By its clock the lease has run out meanwhile; this one takes it, and sees what there is.
  expect(await store.lease("crawl", "second", 60_000, new Date(Date.now() + 61_000))).toBe(true);
  const before = (await store.summarize({})).files.stored;
  child.kill("SIGCONT");
  expect((await exit).code).toBe(0);
  expect(said.at(-1)).toBe("busy lease-lost crawl");
  expect((await store.summarize({})).files.stored).toBe(before);
  expect(await store.leaseHolder("crawl", new Date())).toBe("second");
  await store.close();
});
