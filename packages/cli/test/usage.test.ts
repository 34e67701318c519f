import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BIN, daybook, temporaryFolder, writeConfig } from "./workspace.js";

/** Runs the command as a process of its own, as a user does. */
async function spawned(args: string[], cwd: string, env: Record<string, string> = {}) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [BIN, ...args],
      { cwd, env: { ...process.env, ...env } },
      (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const CONFIG = `state: { use: memory }
destination: { use: local, path: ./downloads }
sources:
  - name: RMA1
    transport: { use: ftp, host: ftp.example.com, password: hunter2 }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00:00Z
    end: 2025-01-01T02:00:00Z
`;

test("the installed command exits 2 for an unknown command, with a message and no stack", async () => {
  const { exitCode, stderr, stdout } = await spawned(["rnu"], await temporaryFolder());
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("unknown command 'rnu'");
  expect(stderr).not.toContain("    at ");
});

test("the installed command exits 2 where there is no configuration, and says what to do", async () => {
  const { exitCode, stderr, stdout } = await spawned(["status"], await temporaryFolder());
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toBe(
    "./daybook.yaml: there is no such file. Write one (docs/configuration.md shows how), or name yours with --config\n",
  );
});

test("the installed command reads ./daybook.yaml and the environment", async () => {
  const folder = await temporaryFolder();
  await writeConfig(CONFIG.replace("ftp.example.com", '"${FTP_HOST}"'), folder);
  const { exitCode, stderr } = await spawned(["status"], folder);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "./daybook.yaml:5: sources[0].transport.host: the environment variable FTP_HOST is not set\n",
  });
  expect((await spawned(["status"], folder, { FTP_HOST: "h" })).exitCode).toBe(0);
});

test("a reader that goes away ends the command quietly", async () => {
  const folder = await temporaryFolder();
  await writeConfig(CONFIG.replace("end: 2025-01-01T02", "end: 2026-01-01T02"), folder);
  const script = `"${process.execPath}" "${BIN}" gaps --json | head -n 1`;
  const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((resolve) =>
    execFile("sh", ["-c", script], { cwd: folder }, (_error, stdout, stderr) => resolve({ stdout, stderr })),
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ source: "RMA1", kind: "unseen" });
});

test.each([
  [["run", "--sicne"], "unknown option '--sicne'"],
  [["run", "--from", "2025-01-01T00:00"], "has no time zone: write 2025-01-01T00:00Z for UTC"],
  [["files", "--status", "lost"], "Allowed choices are pending, stored, quarantined, gone, expired"],
  [["files", "--limit", "0"], "It must be a whole number above 0"],
  [["files", "--attribute", "DBZH"], "Write it as name=value, such as field=DBZH"],
  [["status", "extra"], "too many arguments"],
  [["status", "--config"], "argument missing"],
])("%j is wrong usage: exit 2", async (args, message) => {
  const { exitCode, stderr, stdout } = await daybook(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("help and version are no errors", async () => {
  expect((await daybook(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const help = await daybook(["--help"]);
  expect(help.exitCode).toBe(0);
  for (const command of ["run", "plan", "status", "gaps", "files", "demo"])
    expect(help.stdout).toContain(command);
  expect(help.stdout).toContain("3 finished but gaps remain");
  expect((await daybook(["gaps", "--help"])).exitCode).toBe(0);
});

test("a command alone is asked for: the help, exit 2", async () => {
  const { exitCode, stderr } = await daybook([]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Usage: daybook");
});

test.each(["run", "plan", "status", "gaps"])("%s refuses a source that isn't there", async (command) => {
  const file = await writeConfig(CONFIG);
  const { exitCode, stderr } = await daybook([command, "-c", file, "--source", "RMA2"]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "daybook: there is no source `RMA2`; did you mean `RMA1`?\n",
  });
});

test("a configuration is told to be wrong wherever --config stands", async () => {
  const file = await writeConfig("destination: 1\n");
  for (const args of [
    ["-c", file, "gaps"],
    ["gaps", "-c", file],
  ]) {
    const { exitCode, stderr } = await daybook(args);
    expect(exitCode).toBe(2);
    expect(stderr.split("\n")).toHaveLength(3);
  }
});

test("a bug is told as one, with its stack only where it is asked for", async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, "broken.mjs"),
    `export default () => ({ name: "b", provides: Symbol.for("@daybook/core/StateStore"),
       create: () => ({ open() { null.x; }, close() {} }) });`,
  );
  const file = await writeConfig(CONFIG.replace("use: memory", "use: ./broken.mjs"), folder);
  const quiet = await daybook(["status", "-c", file]);
  expect(quiet.exitCode).toBe(1);
  expect(quiet.stderr).toMatch(/^daybook: .*please report it.*\n$/);
  const loud = await daybook(["status", "-c", file], { DAYBOOK_DEBUG: "1" });
  expect(loud.stderr).toContain("    at ");
});
