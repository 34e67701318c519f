import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { BIN, daybook, temporaryFolder } from "./workspace.js";

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

test("the demo leaves a folder alone that isn't its own", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "precious.txt"), "mine");
  const { exitCode, stderr } = await daybook(["demo", folder]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("is not empty and not an earlier demo's: name another folder");
  expect(await readdir(folder)).toEqual(["precious.txt"]);
});
