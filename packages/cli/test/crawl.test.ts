import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { DAY, json, name, sampleTree, served } from "./radar-server.js";
import { BIN, daybook } from "./workspace.js";

test("a run brings everything home and exits 3 for the gap that remains, 0 without one", async () => {
  const tree = sampleTree();
  const { file, folder } = await served(tree);
  const first = await daybook(["run", "-c", file]);
  expect(first.exitCode).toBe(3);
  expect(first.stderr).toContain(
    "RMA1: finished, but gaps remain (daybook gaps lists them); 3 files fetched, 6.00 kB",
  );
  const local = join(folder, "downloads/RMA1/2025/01/01/02/3020/RMA1_0315_01_DBZH_20250101T023020Z.BUFR");
  expect(await readFile(local, "utf8")).toBe("c".repeat(3000));
  expect((await daybook(["run", "-c", file, "--to", "2025-01-01T01:00Z"])).exitCode).toBe(0);
});

test("status tells which hooks have messages waiting", async () => {
  const hooks =
    "hooks: [{ name: pager, on: [file], command: [sh, -c, exit 1] }, { name: idle, on: [stale], command: [x] }]";
  const { file } = await served(sampleTree(), { top: `shutdown_timeout: 0s\n${hooks}` });
  expect((await daybook(["status", "-c", file])).stdout).not.toContain("hook");
  await daybook(["run", "-c", file]);
  expect((await daybook(["status", "-c", file])).stdout).toMatch(
    /^hook pager: 3 messages still to be delivered, the first of \S+Z \(.* ago\)\n$/m,
  );
  const { hooks: told } = JSON.parse((await daybook(["status", "-c", file, "--json"])).stdout) as {
    hooks: object;
  };
  expect(told).toEqual([
    { name: "pager", waiting: 3, oldest: expect.any(String) as string },
    { name: "idle", waiting: 0 },
  ]);
});

test("what a host was found to need is remembered, shown, and not found out again", async () => {
  const { file, server } = await served(sampleTree());
  server.faults.add({ on: "EPSV", reply: "500 EPSV not understood.\r\n" });
  await daybook(["run", "-c", file]);
  const asked = () => server.commands.filter((command) => command === "EPSV").length;
  const before = asked();
  expect(before).toBeGreaterThan(0);
  await daybook(["retry", "-c", file, DAY + "/01"]);
  await daybook(["run", "-c", file]);
  expect(asked()).toBe(before);
  const endpoint = `ftp://127.0.0.1:${server.port}`;
  expect((await daybook(["status", "-c", file])).stdout).toContain(`${endpoint}: EPSV is refused`);
  const { hosts } = JSON.parse((await daybook(["status", "-c", file, "--json"])).stdout) as {
    hosts: object;
  };
  expect(hosts).toEqual([
    {
      ...{ endpoint, fact: "no-epsv", at: expect.any(String) as string },
      value: expect.stringContaining("PASV") as string,
    },
  ]);
});

test("files that are asked for by an attribute no path has are refused with those there are", async () => {
  const { file } = await served(sampleTree());
  const { exitCode, stdout, stderr } = await daybook(["files", "-c", file, "-a", "feld=DBZH"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("the layout reads no feld from paths: it reads radar, strategy, volume, field");
});

test("the ledger answers after a run: gaps, status and files", async () => {
  const { file } = await served(sampleTree());
  await daybook(["run", "-c", file]);

  const gaps = await daybook(["gaps", "-c", file]);
  expect(gaps).toEqual({
    exitCode: 3,
    stdout: `RMA1  2025-01-01T01:00Z/2025-01-01T02:00Z  missing at the source: no directory ${DAY}/01\n`,
    stderr: "",
  });
  expect(json((await daybook(["gaps", "-c", file, "--json"])).stdout)).toMatchObject([
    { source: "RMA1", kind: "missing", slot: `${DAY}/01`, start: "2025-01-01T01:00:00.000Z" },
  ]);
  expect(await daybook(["gaps", "-c", file, "--from", "2025-01-01T02:00Z"])).toMatchObject({
    exitCode: 0,
    stdout: "no gaps\n",
  });

  const status = await daybook(["status", "-c", file]);
  expect(status.exitCode).toBe(0);
  const [header, row, oddity] = status.stdout.split("\n").map((line) => line.split(/ {2,}/));
  expect(Object.fromEntries(header!.map((key, i) => [key, row![i]]))).toMatchObject({
    source: "RMA1",
    slots: "3",
    complete: "2",
    missing: "1",
    unseen: "0",
    files: "3",
    size: "6.00 kB",
  });
  expect(row!.at(-1)).toMatch(/^2025-01-01T02:30:20Z \(\d+d \d\dh ago\)$/);
  expect(oddity!.join()).toContain("1 name that the layout doesn't know");
  expect(oddity!.join()).toContain("notes\\u001b[2J.txt");
  expect(JSON.parse((await daybook(["status", "-c", file, "--json"])).stdout)).toMatchObject({
    sources: [{ name: "RMA1", expected: 3, newest: "2025-01-01T02:30:20.000Z" }],
  });

  const files = await daybook([
    "files",
    "-c",
    file,
    "--attribute",
    "field=DBZH",
    "--from",
    "2025-01-01T02:00Z",
  ]);
  expect(files.exitCode).toBe(0);
  expect(files.stdout.trimEnd().split(/ {2,}/)).toEqual([
    "RMA1",
    "stored",
    "3.00 kB",
    expect.stringMatching(/^[0-9a-f]{12}$/),
    name("02", "DBZH"),
    "RMA1/2025/01/01/02/3020/RMA1_0315_01_DBZH_20250101T023020Z.BUFR",
  ]);
  const some = json((await daybook(["files", "-c", file, "--json", "--limit", "2"])).stdout);
  expect(some.map(({ path }) => path)).toEqual([name("00", "DBZH"), name("00", "VRAD")]);
  expect(some[0]).toMatchObject({ attributes: { strategy: "0315", field: "DBZH" }, size: 1000 });
  expect((await daybook(["files", "-c", file, "--status", "pending"])).stdout).toBe("");
});

test("what only looks leaves no ledger behind where there was none", async () => {
  const { file, folder } = await served(sampleTree());
  for (const [command, ...args] of [["plan"], ["status"], ["gaps"], ["files"], ["explain", `${DAY}/00`]])
    expect((await daybook([command!, ...args, "-c", file])).stderr, command).toBe(
      `daybook: there is no ledger at ${join(folder, "ledger/state.db")} yet\n`,
    );
  expect(await readdir(folder)).toEqual(["daybook.yaml"]);
});

test("a ledger that can't be reached is not taken for an empty one", async () => {
  const { file, folder } = await served(sampleTree());
  // It leads to itself; what may not be entered looks the same, but not to root.
  await symlink("ledger", join(folder, "ledger"));
  for (const command of ["status", "gaps", "files", "plan"]) {
    const { exitCode, stdout, stderr } = await daybook([command, "-c", file]);
    expect([exitCode, stdout], command).toEqual([1, ""]);
    expect(stderr).toMatch(/the ledger's file could not be read or written .*ELOOP/);
  }
});

test("a plan says what a run would do and leaves the ledger as it was", async () => {
  const { file } = await served(sampleTree());
  const plan = await daybook(["plan", "-c", file]);
  expect(plan.exitCode).toBe(0);
  expect(plan.stdout).toContain(`${DAY}/00  fetch 2 files, 3.00 kB\n`);
  expect(plan.stdout).toContain(`${DAY}/01  there is no such directory\n`);
  expect(plan.stdout.trimEnd().split("\n").at(-1)).toBe("3 slots to list; 3 files to fetch, 6.00 kB");
  expect(json((await daybook(["plan", "-c", file, "--json"])).stdout)).toHaveLength(3);
  expect(JSON.parse((await daybook(["status", "-c", file, "--json"])).stdout)).toMatchObject({
    sources: [{ unseen: 3 }],
  });
});

test("events are JSON, one a line, and the last tells the outcome", async () => {
  const { file } = await served(sampleTree());
  const { stdout, stderr } = await daybook(["run", "--once", "--json", "-c", file]);
  expect(stderr).toBe("");
  const events = json(stdout);
  const types = events.map(({ type }) => type);
  expect(types.filter((type) => type === "file-stored")).toHaveLength(3);
  expect(types[0]).toBe("source-started");
  expect(events.at(-1)).toMatchObject({ type: "run-finished", outcome: "gaps" });
});

test("a wrong password ends the run with exit 1, and isn't shown", async () => {
  const { file, server } = await served(sampleTree(), { password: "hunter2" });
  const { exitCode, stderr, stdout } = await daybook(["run", "-c", file]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/failed: .*password/);
  expect(stderr + stdout).not.toContain("hunter2");
  const shown = await daybook(["run", "-c", file, "--json"]);
  expect(shown.stdout).not.toContain("hunter2");
  expect(json(shown.stdout).find(({ type }) => type === "source-failed")).toMatchObject({
    error: { kind: "auth" },
  });
  expect(server.commands.filter((command) => command.startsWith("PASS")).length).toBeLessThan(10);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s stops an endless run after draining: one line, exit %d", async (signal, code) => {
  const { file } = await served(sampleTree(), { end: "2999-01-01T00:00Z" });
  const narrow = ["--to", "2025-01-01T03:00Z"];
  const log = ["--log-format", "human"];
  const child = spawn(process.execPath, [BIN, "run", "-c", file, ...log], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (lines.filter((one) => one.includes("complete: ")).length === 2 && !child.killed) child.kill(signal);
  }
  const [exitCode] = child.exitCode === null ? ((await once(child, "exit")) as [number]) : [child.exitCode];
  expect(exitCode).toBe(code);
  expect(lines.filter((line) => line.startsWith(signal))).toEqual([
    `${signal}: finishing what is under way; once more to leave at once`,
  ]);
  expect((await daybook(["files", "-c", file, ...narrow])).stdout.trimEnd().split("\n")).toHaveLength(3);
});

test("a second signal leaves at once, whatever is under way", async () => {
  const { file, server } = await served(sampleTree());
  server.faults.add({ on: "RETR", stall: 10 });
  const child = spawn(process.execPath, [BIN, "run", "--json", "-c", file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  const told = once(child.stderr, "data");
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (text.includes('"file-started"') && !child.killed) child.kill("SIGTERM");
  });
  await told;
  child.kill("SIGTERM");
  expect(await exited).toEqual([143, null]);
});
