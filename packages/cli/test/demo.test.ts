import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { BIN, daybook, temporaryFolder } from "./workspace.js";

/** The longest a step of it may take. */
const WITHIN = { timeout: 45_000, interval: 200 };

function demo(cwd: string, ...args: string[]) {
  return spawn(process.execPath, [BIN, "demo", ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

test("the demo shows a missing hour, a damaged file and a late one, and ends by itself with 0", async () => {
  const folder = await temporaryFolder();
  const child = demo(folder);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number]>,
  ]);
  expect(stderr).not.toContain("did not show");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/AR5 .* missing at the source: no directory \/L2\/AR5\//);
  expect(stdout).toMatch(/RMA5 .* given up: \/L2\/RMA5\/.*7777/);
  expect(stdout).toMatch(/One file came late.*\n {2}\/L2\/RMA1\/.*BUFR, stored at /);
  expect(stdout).toContain("npx daybook gaps -c daybook-demo/daybook.yaml");

  // What it tells a newcomer to try works, with the server long gone.
  const config = join(folder, "daybook-demo/daybook.yaml");
  const gaps = await daybook(["gaps", "-c", config]);
  expect(gaps.exitCode).toBe(3);
  expect(gaps.stdout.trimEnd().split("\n")).toHaveLength(2);
  expect((await daybook(["files", "-c", config, "--status", "quarantined"])).stdout).toMatch(/^RMA5 .*7777/);
  const password = (await readFile(join(folder, "daybook-demo/password"), "utf8")).trim();
  expect(stdout + stderr).not.toContain(password);
}, 60_000);

test("the demo stops on SIGINT, frees its port, and may be run again in the same folder", async () => {
  const folder = await temporaryFolder();
  for (let i = 0; i < 2; i++) {
    const child = demo(folder, "here");
    const stdout = text(child.stdout);
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes("complete: ") && !child.killed) child.kill("SIGINT");
    }
    if (child.exitCode === null) await once(child, "exit");
    expect(child.exitCode).toBe(130);
    expect(await stdout).not.toContain("Now try");
  }
  expect(await readdir(folder)).toEqual(["here"]);
});

test("demo --serve shows the late file's hour become complete, stays when the crawl is over, and ends with 0", async () => {
  const child = demo(await temporaryFolder(), "--serve", "127.0.0.1:0");
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const said: string[] = [];
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (line) => said.push(line));
  const url = () => /The dashboard is at (\S+)/.exec(said.join("\n"))?.[1];
  await expect.poll(url, WITHIN).toBeDefined();
  const ask = async <T>(path: string) => (await fetch(`${url()}api/v1/${path}`)).json() as Promise<T>;

  /** Of the hour that holds a file which wasn't there when its others were seen. */
  const lateHour = async () => {
    const { sources } = await ask<{ sources: { from: string; days: string[] }[] }>(
      "availability?source=RMA1",
    );
    const { from, days } = sources[0]!;
    for (const [i] of days.entries()) {
      const date = new Date(Date.parse(from) + i * 86_400_000).toISOString().slice(0, 10);
      const day = await ask<{ slots: { path: string; state: string }[] }>(`sources/RMA1/days/${date}`);
      for (const { path, state } of day.slots) {
        const { files } = await ask<{ files: { firstSeenAt: string }[] }>(`sources/RMA1/files?slot=${path}`);
        const seen = files.map(({ firstSeenAt }) => Date.parse(firstSeenAt));
        if (Math.max(...seen) - Math.min(...seen) > 1_000) return state;
      }
    }
    return undefined;
  };
  await expect.poll(lateHour, WITHIN).toBe("complete");
  await expect.poll(() => said, WITHIN).toContain("The dashboard stays until you stop it with Ctrl-C.");
  expect(await ask("overview")).toMatchObject({ crawls: true });
  child.kill("SIGINT");
  expect(await exited).toEqual([0, null]);
  expect(said.join()).not.toContain("did not show");
}, 90_000);

test("the demo leaves a folder alone that isn't its own", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "precious.txt"), "mine");
  const { exitCode, stderr } = await daybook(["demo", folder]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("is not empty and not an earlier demo's: name another folder");
  expect(await readdir(folder)).toEqual(["precious.txt"]);
});
