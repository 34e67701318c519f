import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SqliteStore } from "@daybook/store-sqlite";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";
import { hashes } from "./support/trees.js";

// The real command on a machine whose clock is wrong, by libfaketime.

const COMMAND = fileURLToPath(new URL("../packages/cli/bin/daybook.js", import.meta.url));
const LIBRARY = readdirSync("/usr/lib")
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));
const CI = process.env["CI"] === "true";
if (LIBRARY === undefined && !CI)
  console.warn("skipping tests of wrong clocks: there is no libfaketime (.ci/servers)");
const faketimeTest = LIBRARY !== undefined || CI ? test : test.skip;

const HOUR = 3_600_000;

/** A server with a file in each of the last three hours, and what mirrors it with `keep: 30d`. */
async function site() {
  const home = mkdtempSync(join(tmpdir(), "daybook-clock-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const tree = new RemoteTree();
  const first = Math.floor(Date.now() / HOUR) * HOUR - 3 * HOUR;
  const day = (time: number) => new Date(time).toISOString().slice(0, 13).replace(/[-T]/g, "");
  for (let hour = 0; hour < 3; hour++) {
    const at = first + hour * HOUR;
    for (const name of ["a", "b"])
      tree.put(`/live/${day(at)}/${name}.dat`, `${name} of ${at}`, new Date(at + 60_000));
  }
  const server = await FtpServer.start({ tree });
  const { port } = server;
  onTestFinished(() => server.close());
  const config = join(home, "daybook.yaml");
  const source = {
    ...{ name: "S", layout: "/live/{yyyy}{MM}{dd}{HH}/{name}.dat", start: new Date(first).toISOString() },
    transport: { use: "ftp", host: "127.0.0.1", port, user: "radar", password: "secret" },
    ...{ grace: "0s", lookback: "0s", poll: "1s", keep: "30d" },
  };
  const all = { state: { use: "sqlite", path: "./state.db" }, destination: { use: "local", path: "./dl" } };
  writeFileSync(config, JSON.stringify({ ...all, sources: [source] }));
  const run = (args: string[], offset?: string) =>
    new Promise<{ code: number; out: string }>((resolve) =>
      execFile(
        process.execPath,
        [COMMAND, ...args, "-c", config],
        {
          env: {
            ...process.env,
            ...(offset && { LD_PRELOAD: LIBRARY, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" }),
          },
        },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
      ),
    );
  const state = join(home, "state.db");
  return { run, kept: () => hashes(join(home, "dl", "S")), tree, state };
}

for (const offset of ["+60d", "-400d"])
  faketimeTest(
    `a start with the clock at ${offset} deletes nothing and makes nothing missing`,
    async () => {
      const { run, kept } = await site();
      expect((await run(["run", "--once"])).code).toBe(0);
      expect(kept().size).toBe(6);
      const before = kept();
      const wrong = await run(["run", "--once", "--log-level", "warning"], offset);
      expect(wrong.out).toMatch(/this machine's clock says/);
      expect((await run(["clean"], offset)).code).toBe(offset.startsWith("+") ? 2 : 0);
      expect(kept()).toEqual(before);
      const { out } = await run(["gaps", "--json"]);
      expect(out).not.toMatch(/"(missing|empty)"/);
      expect((await run(["run", "--once"])).code).toBe(0);
      expect(kept()).toEqual(before);
    },
    120_000,
  );

faketimeTest(
  "a start whose clock went on by a day while the machine was on for seconds doubts it",
  async () => {
    const { run } = await site();
    expect((await run(["run", "--once"])).code).toBe(0);
    expect((await run(["run", "--once", "--log-level", "warning"], "+1d")).out).toMatch(/nothing else shows/);
  },
);

test.skipIf(!existsSync("/proc/uptime"))(
  "a start a day after the last one doubts nothing where the machine was on all the time",
  async () => {
    const { run, state } = await site();
    expect((await run(["run", "--once"])).code).toBe(0);
    const store = new SqliteStore({ path: state });
    await store.open();
    const [note] = await store.notes("time/mark");
    const { sure, proven, uptime } = JSON.parse(note!.value) as Record<"sure" | "proven", string> & {
      uptime: { boot: string; ms: number };
    };
    const earlier = (time: string) => new Date(Date.parse(time) - 24 * HOUR).toISOString();
    const mark = {
      sure: earlier(sure),
      proven: earlier(proven),
      uptime: { ...uptime, ms: uptime.ms - 24 * HOUR },
    };
    const write = (value: object) =>
      store.record([{ kind: "note", key: note!.key, value: JSON.stringify(value), at: note!.at }]);
    await write(mark);
    expect((await run(["run", "--once", "--log-level", "warning"])).out).not.toMatch(/clock/);
    // The same of another boot says nothing.
    await write({ ...mark, uptime: { ...uptime, boot: "another" } });
    const { out } = await run(["run", "--once", "--log-level", "warning"]);
    expect(out).toMatch(/clock says/);
    await store.close();
  },
);
