import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LedgerChange } from "@daybook/core";
import { JsonStore, jsonStore, StateStoreToken } from "@daybook/core";
import { storeCases } from "@daybook/testing";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "daybook-json-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let paths = 0;
const freshPath = (): string => join(folder, `${paths++}`, "ledger.json");

async function opened(path: string): Promise<JsonStore> {
  const store = new JsonStore({ path });
  await store.open();
  return store;
}

const start = new Date("2025-01-01T00:00:00Z");
const visit: LedgerChange = {
  kind: "visit",
  visit: {
    ...{
      source: "radar",
      path: "/data",
      start,
      listing: "entries",
      visitedAt: start,
      closed: true,
      failures: 0,
    },
    skipped: { count: 0, names: [] },
    unreadable: { count: 0, names: [] },
  },
};
const file = (name: string): LedgerChange => ({
  kind: "file",
  file: {
    ...{ source: "radar", path: `/data/${name}`, slot: "/data", status: "stored", size: 1 },
    ...{ firstSeenAt: start, version: 1, attempts: 0 },
  },
});
const stored = async (store: JsonStore): Promise<number> => (await store.summarize({})).files.stored;

describe("JsonStore keeps the store contract:", () => {
  for (const { name, run } of storeCases({ persistent: true, leaseClock: "argument" }))
    test(name, async () => {
      const path = freshPath();
      let store = await opened(path);
      const reopen = async () => {
        await store.close();
        return (store = await opened(path));
      };
      await run({ store, reopen }).finally(() => store.close());
    });
});

describe("a JSON ledger that isn't whole is an error and stays as it is:", () => {
  const whole = async (): Promise<string> => {
    const path = freshPath();
    const store = await opened(path);
    await store.record([visit, file("a")]);
    await store.close();
    return readFileSync(path, "utf8");
  };
  const damages: [string, (text: string) => string][] = [
    ["empty", () => ""],
    ["cut short", (text) => text.slice(0, -20)],
    ["something else", () => `{ "radars": ["RMA1"] }`],
    ["null", () => "null"],
    ["without a part", (text) => text.replace('"files"', '"flies"')],
    ["with a time that is none", (text) => text.replace("2025-01-01T00:00:00.000Z", "yesterday")],
    ["without a file's slot", (text) => text.replace('"slot":"/data"', '"slot":"/other"')],
    ["without a record's path", (text) => text.replace('"path":"/data"', '"path":7')],
  ];
  for (const [name, damage] of damages)
    test(name, async () => {
      const path = freshPath();
      await (await opened(path)).close();
      const damaged = damage(await whole());
      writeFileSync(path, damaged);
      const opening = new JsonStore({ path }).open();
      await expect(opening).rejects.toMatchObject({ kind: "store", retry: "no" });
      await expect(opening).rejects.toThrow(/restore it from a copy, or move it away/);
      expect(readFileSync(path, "utf8")).toBe(damaged);
    });
});

test("a JSON ledger of a newer Daybook is refused, and the message says to update", async () => {
  const path = freshPath();
  await (await opened(path)).close();
  writeFileSync(path, readFileSync(path, "utf8").replace(/"schema": \d+/, '"schema": 99'));
  const opening = new JsonStore({ path }).open();
  await expect(opening).rejects.toMatchObject({ kind: "config" });
  await expect(opening).rejects.toThrow(/newer Daybook.*99.*update/);
});

test("a JSON ledger deleted or damaged while it is open is an error, not a new beginning", async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.record([visit, file("a")]);
  const text = readFileSync(path, "utf8");
  rmSync(path);
  await expect(store.record([file("b")])).rejects.toThrow(/is gone; put it back/);
  await expect(store.summarize({})).rejects.toMatchObject({ kind: "store" });
  expect(existsSync(path)).toBe(false);
  writeFileSync(path, text.slice(0, 50));
  await expect(store.record([file("b")])).rejects.toThrow(/damaged/);
  writeFileSync(path, text);
  await store.record([file("b")]);
  expect(await stored(store)).toBe(2);
});

test("a record that can't be written counts for nothing", async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.record([visit]);
  const draft = `${path}.tmp`;
  // A folder where the draft goes: no write can succeed.
  mkdirSync(draft);
  await expect(store.record([file("a")])).rejects.toMatchObject({ kind: "store" });
  expect(await stored(store)).toBe(0);
  rmSync(draft, { recursive: true });
  await store.record([file("b")]);
  expect(await stored(store)).toBe(1);
});

test("records made at the same time share writes, and one that is refused fails alone", async () => {
  const path = freshPath();
  const store = await opened(path);
  await store.record([visit]);
  const lost = {
    ...file("lost"),
    file: { ...(file("lost") as { file: object }).file, slot: "/unknown" },
  } as LedgerChange;
  const results = await Promise.allSettled(
    [file("a"), lost, file("b")].map((change) => store.record([change])),
  );
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const again = await opened(path);
  expect(await stored(again)).toBe(2);
  await again.close();
});

test("two stores on one file see each other's records and share its leases", async () => {
  const path = freshPath();
  const [one, two] = [await opened(path), await opened(path)];
  await one.record([visit, file("a")]);
  await two.record([file("b")]);
  expect([await stored(one), await stored(two)]).toEqual([2, 2]);
  expect(await one.lease("radar", "me", 1_000, start)).toBe(true);
  expect(await two.lease("radar", "you", 1_000, start)).toBe(false);
  expect(await two.leaseHolder("radar", start)).toBe("me");
});

test.skipIf(process.platform !== "linux")(
  "a lock left by a process that has died is taken over, though its parent hasn't asked after it",
  async () => {
    const path = freshPath();
    const store = await opened(path);
    // The shell starts a child, and becomes a program that never asks after it: only then may the child end.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const pid = String(await once(parent.stdout, "data")).trim();
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n");
      process.kill(Number(pid), "SIGKILL");
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
      writeFileSync(`${path}.lock`, `${pid} ${hostname()} x\n`);
      await store.record([visit]);
      expect(existsSync(`${path}.lock`)).toBe(false);
    } finally {
      parent.kill();
      await store.close();
    }
  },
);

test("a lock left by a process that is no more is taken over", async () => {
  const path = freshPath();
  const store = await opened(path);
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  writeFileSync(`${path}.lock`, `${child.pid} ${hostname()} x\n`);
  await store.record([visit, file("a")]);
  expect(readdirSync(join(path, ".."))).toEqual(["ledger.json"]);
});

function startWriter(...args: string[]) {
  const writer = fileURLToPath(new URL("./children/json-writer.mjs", import.meta.url));
  const child = spawn(process.execPath, [writer, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface(child.stdout);
  let acknowledged = 0;
  lines.on("line", () => acknowledged++);
  const exit = Promise.all([once(child, "exit"), once(lines, "close")]).then(() => acknowledged);
  return { child, lines, exit };
}

test("two processes write one file at the same time and lose nothing", async () => {
  const path = freshPath();
  const acknowledged = await Promise.all(["a", "b"].map((name) => startWriter(path, name, "60").exit));
  expect(acknowledged).toEqual([60, 60]);
  expect(await stored(await opened(path))).toBe(120);
});

test("killed in the middle of writing, the file is whole and holds all that was acknowledged", async () => {
  const path = freshPath();
  const { child, lines, exit } = startWriter(path, "k", "100000");
  for (let i = 0; i < 50; i++) await once(lines, "line");
  child.kill("SIGKILL");
  const acknowledged = await exit;
  const store = await opened(path);
  const files = await store.files(
    "radar",
    Array.from({ length: acknowledged }, (_, i) => `/data/k-${i}`),
  );
  expect(files.size).toBe(acknowledged);
  await store.record([file("after")]);
});

test("jsonStore() keys its store by the file's full path", () => {
  const plugin = jsonStore({ path: "state.json" });
  expect(plugin.provides).toBe(StateStoreToken);
  expect(plugin.key).toBe(jsonStore({ path: "./x/../state.json" }).key);
  expect(plugin.key).not.toBe(jsonStore({ path: "other.json" }).key);
  expect(plugin.create({} as Parameters<typeof plugin.create>[0])).toBeInstanceOf(JsonStore);
});

test("a JSON ledger written before there were notes opens, and goes on", async () => {
  const path = freshPath();
  const before = await opened(path);
  await before.record([visit, file("a")]);
  await before.close();
  const text = readFileSync(path, "utf8").replace(/,\n"notes": \[\s*\]/, "");
  expect(text).not.toContain("notes");
  writeFileSync(path, text.replace(/"schema": \d+/, '"schema": 1'));
  const store = await opened(path);
  expect([await stored(store), await store.notes("")]).toEqual([1, []]);
  await store.record([{ kind: "note", key: "k", value: "v", at: start }]);
  expect(await (await opened(path)).notes("")).toEqual([{ key: "k", value: "v", at: start }]);
});

test("a JSON ledger that holds sizes no server can mean opens, and tells them as unknown", async () => {
  const path = freshPath();
  const before = await opened(path);
  await before.record([visit, file("a")]);
  await before.close();
  const text = readFileSync(path, "utf8");
  for (const size of ["18446744073709551615", "9007199254740992", "-1", "null", "1.5"]) {
    writeFileSync(path, text.replace(/"size":\d+/, `"size":${size}`));
    const store = await opened(path);
    expect((await store.files("radar", ["/data/a"])).get("/data/a")).toMatchObject({ size: undefined });
    await store.record([file("b")]);
    await store.close();
  }
});
