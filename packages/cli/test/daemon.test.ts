import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleBufr } from "@daybook/testing";
import type { FtpServer } from "@daybook/testing";
import { expect, test } from "vitest";
import { json, name, sampleTree, served } from "./radar-server.js";
import { BIN, daybook } from "./workspace.js";

const BIG = name("02", "VRAD");
const MB = 1_000_000;

/** The command as a process; `until` resolves with the first line of its output that holds a text. */
function started(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let said = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      for (const one of waiting) if (said.includes(one.text)) one.resolve();
    });
  const until = (text: string) =>
    new Promise<void>((resolve) => (said.includes(text) ? resolve() : waiting.push({ text, resolve })));
  return { child, exited, until, said: () => said };
}

async function end(
  { child, exited }: { child: ChildProcess; exited: Promise<unknown> },
  signal?: NodeJS.Signals,
) {
  child.kill(signal ?? "SIGKILL");
  return exited;
}

/** Sends the big file up to its middle: `reached` when that is so, and the rest once it is released. */
function holdBack(server: FtpServer): { reached: Promise<void>; release: () => void } {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const reached = new Promise<void>((resolve) => {
    server.faults.onRetr = (path, sent) => {
      if (path !== BIG || sent < MB) return undefined;
      resolve();
      return gate;
    };
  });
  return { reached, release };
}

async function withBigFile(top = "") {
  const tree = sampleTree();
  tree.put(BIG, sampleBufr({ bytes: 2 * MB }), new Date("2025-01-01T06:00:00Z"));
  const at = await served(tree, { top });
  const parts = join(at.folder, "downloads/.daybook/parts");
  return { ...at, parts: () => readdir(parts) };
}

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("after %s the file under way is finished and no other is begun", async (signal, code) => {
  const { file, server, parts } = await withBigFile();
  const { reached, release } = holdBack(server);
  const run = started("run", "-c", file);
  await reached;
  run.child.kill(signal);
  await run.until("finishing what is under way");
  release();
  expect(await run.exited).toEqual([code, null]);
  expect(run.said()).toContain("RMA1: stopped");
  expect((await daybook(["files", "-c", file, "--status", "stored"])).stdout).toContain(BIG);
  expect(await parts()).toEqual([]);
});

test("what isn't finished within shutdown_timeout is kept as a part and continued by the next run", async () => {
  const { file, server, parts } = await withBigFile("shutdown_timeout: 200ms");
  const { reached, release } = holdBack(server);
  const run = started("run", "-c", file);
  await reached;
  run.child.kill("SIGTERM");
  expect(await run.exited).toEqual([143, null]);
  expect(await parts()).toEqual([expect.stringMatching(/\.part$/)]);
  release();
  server.commands.length = 0;
  expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
  expect(server.commands.find((command) => command.startsWith("REST"))).toMatch(/^REST [1-9]\d{4,}$/);
  expect(await parts()).toEqual([]);
});

test("a second signal leaves at once, and a later run brings home what was under way", async () => {
  const { file, server, folder } = await withBigFile();
  const { reached, release } = holdBack(server);
  const run = started("run", "-c", file);
  await reached;
  run.child.kill("SIGTERM");
  await run.until("finishing what is under way");
  expect(await end(run, "SIGTERM")).toEqual([143, null]);
  release();
  expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
  const home = await readFile(join(folder, BIG.replace("/L2/", "downloads/")));
  expect(home.equals(sampleBufr({ bytes: 2 * MB }))).toBe(true);
});

test("a second run on the same ledger says who is at work, in one line, and a repair leaves the work to it", async () => {
  const { file, server, folder } = await withBigFile();
  const { reached, release } = holdBack(server);
  const run = started("run", "-c", file);
  await reached;
  const second = await daybook(["run", "-c", file]);
  expect(second.exitCode).toBe(1);
  expect(second.stderr.trimEnd().split("\n")).toEqual([
    expect.stringMatching(
      `RMA1: failed: it is being crawled by .* process ${run.child.pid} .*: stop that one, or wait`,
    ),
  ]);

  await expect
    .poll(async () => (await daybook(["files", "-c", file, "--status", "stored"])).stdout.split("\n"))
    .toHaveLength(4);
  await rm(join(folder, name("00", "DBZH").replace("/L2/", "downloads/")));
  const repair = await daybook(["verify", "--repair", "-c", file]);
  expect(repair).toMatchObject({
    exitCode: 3,
    stderr: "RMA1: another run is under way, and will fetch them\n",
  });
  expect(repair.stdout).toContain("1 lost; 0 fetched again");
  release();
  expect(await run.exited).toEqual([3, null]);
  expect((await daybook(["verify", "-c", file])).exitCode).toBe(0);
});

test("after a kill -9 the next run starts at once", async () => {
  const { file, server } = await withBigFile();
  const { reached, release } = holdBack(server);
  const run = started("run", "-c", file);
  await reached;
  await end(run, "SIGKILL");
  release();
  const next = await daybook(["run", "--json", "-c", file]);
  expect(next.exitCode).toBe(3);
  expect(json(next.stdout).map(({ type }) => type)).not.toContain("source-failed");
});

test("several sources run side by side: none waits for another's end", async () => {
  const tree = sampleTree();
  for (const radar of ["RMA5", "AR5"])
    tree.put(name("02", "DBZH").replaceAll("RMA1", radar), "z", new Date("2025-01-01T06:00:00Z"));
  const { file, server } = await served(tree, { radars: "RMA1, RMA5, AR5" });
  // Each file waits until one of every radar has been asked for.
  const asked = new Set<string>();
  let all = () => {};
  const together = new Promise<void>((resolve) => (all = resolve));
  server.faults.onRetr = (path) => {
    asked.add(path.split("/")[2]!);
    if (asked.size === 3) all();
    return together;
  };
  const { stderr, exitCode } = await daybook(["run", "-c", file]);
  expect(exitCode).toBe(3);
  for (const radar of ["RMA1", "RMA5", "AR5"])
    expect(stderr).toContain(`${radar}: finished, but gaps remain`);
});

test("files are written by more threads than Node's four, or by as many as the environment says", async () => {
  const { file, folder } = await withBigFile();
  const probe = join(folder, "probe.mjs");
  await writeFile(
    probe,
    `import { access } from "node:fs/promises";
     import { readdirSync } from "node:fs";
     process.on("exit", () => process.stdout.write("threads=" + readdirSync("/proc/self/task").length));
     await Promise.all(Array.from({ length: 40 }, () => access("/")));`,
  );
  await writeFile(file, (await readFile(file, "utf8")).replace(/state: .*/, `state: { use: ./probe.mjs }`));
  const threads = async (size?: string) => {
    const env = { ...process.env, ...(size && { UV_THREADPOOL_SIZE: size }) };
    const child = spawn(process.execPath, [BIN, "status", "-c", file], {
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    for await (const text of child.stdout) said += String(text);
    return Number(/threads=(\d+)/.exec(said)![1]);
  };
  expect((await threads()) - (await threads("4"))).toBe(12);
});
