import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RADAR_TEMPLATE, template } from "@daybook/core";
import type { RemoteTree } from "@daybook/testing";
import { sampleBufr } from "@daybook/testing";
import { expect, test } from "vitest";
import { sampleTree } from "../dist/sample-tree.js";
import { line, place, run, start } from "./support/run-example.js";

const pathOf = (observedAt: Date) =>
  template(RADAR_TEMPLATE).format({
    observedAt,
    attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
  });

/** The files of one radar, as they should lie below the downloads. */
function sameFiles(home: string, tree: RemoteTree, radar: string, among = (_path: string) => true): number {
  const files = tree.files().filter((path) => path.startsWith(`/L2/${radar}/`) && among(path));
  for (const path of files) {
    const local = readFileSync(join(home, "downloads", radar, path.slice(`/L2/${radar}/`.length)));
    expect(local.equals(tree.bytes(path)!), path).toBe(true);
  }
  return files.length;
}

test("date-range brings a range home, says what is missing, and fetches nothing twice", async () => {
  const { tree, home, env } = await place(sampleTree());
  const first = await run("date-range", env);
  expect(first, first.stderr).toMatchObject({ code: 0 });
  const files = sameFiles(home, tree, "RMA1");
  expect(first.lines).toEqual([
    expect.stringMatching(new RegExp(`^${files} files fetched`)),
    "outcome: gaps",
    "gap: 2025-01-01T03:00:00.000Z missing",
  ]);
  const second = await run("date-range", env);
  expect(second.lines[0]).toBe("0 files fetched, 0 bytes");
});

test("query answers from the ledger alone", async () => {
  const { server, env } = await place(sampleTree());
  await run("date-range", env);
  await server.goDown();
  const { code, lines, stderr } = await run("query", env);
  expect(code, stderr).toBe(0);
  expect(lines.slice(0, 2)).toEqual([
    "RMA1: 4 of 4 hours settled, 12 files stored",
    "gap: /L2/RMA1/2025/01/01/03 is missing",
  ]);
  const ofField = lines.filter((one) => one.startsWith("2025-01-01T01:"));
  expect(ofField).toHaveLength(2);
  for (const one of ofField) expect(one).toContain(" DBZH RMA1/2025/01/01/01/");
  expect(lines.at(-1)).toMatch(/^story: ./);
});

test("monitor fetches a file that appears while it runs, and stops when it is told to", async () => {
  const { server, tree, home, env } = await place();
  const monitor = start("monitor", env);
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const arrived = line(monitor, /^new: /);
  await expect.poll(() => server.commands.length, { timeout: 20_000 }).toBeGreaterThan(0);
  tree.put(pathOf(now), sampleBufr({ bytes: 5000, seed: 1, observedAt: now }));
  const location = (await arrived).slice("new: ".length);
  expect(readFileSync(join(home, "downloads", location)).equals(tree.bytes(pathOf(now))!)).toBe(true);
  const ended = once(monitor, "exit");
  monitor.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
});

test("resume goes on at the byte where it was killed", async () => {
  const { server, tree, home, env } = await place();
  const path = pathOf(new Date("2025-01-01T00:10:00Z"));
  const size = 3_000_000;
  tree.put(path, sampleBufr({ bytes: size, seed: 1 }), new Date("2025-01-01T00:11:00Z"));
  server.faults.add({ on: "RETR", stall: 2_000_000, times: 1 });

  const first = start("resume", env);
  await line(first, /^[12]\d{6} bytes of/);
  const killed = once(first, "exit");
  first.kill("SIGKILL");
  await killed;
  expect(existsSync(join(home, "downloads/RMA1"))).toBe(false);

  const { code, lines, stderr } = await run("resume", env);
  expect(code, stderr).toBe(0);
  const resumedFrom = Number(/^from byte (\d+)/.exec(lines[0]!)![1]);
  expect(resumedFrom).toBeGreaterThan(500_000);
  expect(lines.at(-1)).toBe("outcome: complete");
  expect(sameFiles(home, tree, "RMA1")).toBe(1);
});

test("several-radars brings home the fields that were asked for, over three connections at most", async () => {
  const { server, tree, home, env } = await place(sampleTree());
  const { lines, stderr } = await run("several-radars", env);
  expect(lines, stderr).toEqual([
    "RMA1: complete, 6 files fetched",
    "RMA5: complete, 6 files fetched",
    "AR5: complete, 6 files fetched",
    "outcome: complete",
  ]);
  for (const radar of ["RMA1", "RMA5", "AR5"])
    expect(sameFiles(home, tree, radar, (path) => path.includes("_DBZH_"))).toBe(6);
  expect(server.connections.peak).toBeLessThanOrEqual(3);
});

test("mirrors goes on at the second server when the first is down", async () => {
  const { tree, server, home, env } = await place(sampleTree());
  const mirror = await place(tree);
  await server.goDown();
  const { FTP_HOST: MIRROR_HOST, FTP_PORT: MIRROR_PORT } = mirror.env;
  const { lines, stderr } = await run("mirrors", { ...env, MIRROR_HOST, MIRROR_PORT });
  const files = sameFiles(home, tree, "RMA1");
  expect(lines, stderr).toEqual([`left out: ${server.url}`, `${files} files fetched, outcome: complete`]);
});

test("weekly crawls weekly folders, and takes of the first week only what is in range", async () => {
  const { home, env } = await place(sampleTree());
  const { lines, stderr } = await run("weekly", env);
  expect(lines, stderr).toEqual([
    "tide tides/2025-W01/tide_20250101T0000Z.csv",
    "tide tides/2025-W02/tide_20250112T2350Z.csv",
    "outcome: complete",
  ]);
  expect(readFileSync(join(home, "downloads/tides/2025-W01/tide_20250101T0000Z.csv"), "utf8")).toMatch(
    /^2025-W01/,
  );
});

test("container lets an application's own class hear of every file", async () => {
  const { tree, home, env } = await place(sampleTree());
  const { lines, stderr } = await run("container", env);
  const files = sameFiles(home, tree, "RMA5", (path) => path.startsWith("/L2/RMA5/2025/01/01/00/"));
  expect(
    lines.filter((one) => one.startsWith("mail: arrived: RMA5/")),
    stderr,
  ).toHaveLength(files);
  expect(lines.at(-1)).toBe("outcome: complete");
});
