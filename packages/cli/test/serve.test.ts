import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sampleTree, served } from "./radar-server.js";
import { BIN, daybook, temporaryFolder, writeConfig } from "./workspace.js";

/** The command as a process, once it has said where its dashboard is. */
async function shown(...args: string[]) {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        const [, found] = /The dashboard is at (\S+)\n/.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      });
    child.once("exit", () => reject(new Error(`it ended: ${said}`)));
  });
  const get = (path: string) => fetch(new URL(path, url));
  return { child, exited, url, get };
}

/** Sources of a configuration that nobody needs to reach. */
const unreachable = (top: string) => `state: { use: sqlite, path: ./state.db }
destination: { use: local, path: ./downloads }
${top}
sources:
  - name: RMA1
    transport: { use: ftp, host: 127.0.0.1, port: 1, user: me, password: secret }
    layout: /L2/{yyyy}/{MM}/{dd}/{HH}/{name}.BUFR
    start: 2025-01-01T00:00Z
    end: 2025-01-01T03:00Z
`;

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)(
  "serve says where it is, shows the ledger of earlier runs, and ends with %s",
  async (signal, code) => {
    const { file } = await served(sampleTree());
    expect((await daybook(["run", "-c", file])).exitCode).toBe(3);
    const { child, exited, url, get } = await shown("serve", "127.0.0.1:0", "-c", file);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect((await get("healthz")).status).toBe(200);
    expect(await (await get("")).text()).toContain("<html");
    const { sources } = (await (await get("api/v1/availability")).json()) as { sources: object[] };
    expect(sources).toEqual([
      { source: "RMA1", from: "2025-01-01", days: [`cmc${"-".repeat(21)}`], timeless: false },
    ]);
    child.kill(signal);
    expect(await exited).toEqual([code, null]);
  },
);

test("serve listens at a port that the configuration has as a number", async () => {
  const { url } = await shown("serve", "-c", await writeConfig(unreachable("serve: { address: 0 }")));
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const { exitCode, stderr } = await daybook([
    "status",
    "-c",
    await writeConfig(unreachable("serve: { address: 70000 }")),
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("serve.address: must be a port, or host and port, such as 127.0.0.1:8470");
});

test("run --serve shows the crawl while it goes on", async () => {
  const { file } = await served(sampleTree(), { end: "2099-01-01T00:00Z" });
  const { child, exited, get } = await shown("run", "--serve", "127.0.0.1:0", "-c", file);
  const overview = async () => (await get("api/v1/overview")).json();
  // The address is told before the crawl begins.
  await expect
    .poll(overview, { timeout: 10_000 })
    .toMatchObject({ crawls: true, sources: [{ name: "RMA1" }] });
  child.kill("SIGTERM");
  expect(await exited).toEqual([143, null]);
});

test("serve tells what is wrong with the ledger, and not where its page would be", async () => {
  const file = await writeConfig(unreachable(""));
  await writeFile(join(dirname(file), "state.db"), "nothing that a ledger would begin with ".repeat(200));
  const { exitCode, stdout, stderr } = await daybook(["serve", "127.0.0.1:0", "-c", file]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
  expect(stderr).toContain("state.db");
});

test("report writes one page without scripts that shows the missing hour", async () => {
  const { file, folder } = await served(sampleTree());
  await daybook(["run", "-c", file]);
  const page = join(folder, "report.html");
  expect(await daybook(["report", page, "-c", file])).toMatchObject({
    exitCode: 0,
    stdout: `The report is in ${page}\n`,
  });
  const html = await readFile(page, "utf8");
  expect(html).not.toMatch(/<script|<link|src="(?!data:)|\son\w+=/i);
  const words = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  expect(words).toContain("RMA1 2025-01-01 01h UTC 1 hour missing at the source");
});

test("a report that can't be written is an error that names the file", async () => {
  const file = await writeConfig(unreachable(""));
  const { exitCode, stderr } = await daybook(["report", "/nowhere/at/all.html", "-c", file]);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining("/nowhere/at/all.html"),
  });
});

test.each([
  { where: "the command line", args: ["0.0.0.0:0"], top: "" },
  { where: "the configuration", args: [], top: 'serve: { address: "0.0.0.0:0" }' },
])("an address in $where that others can reach is refused without a token", async ({ args, top }) => {
  const file = await writeConfig(unreachable(top));
  const { exitCode, stdout, stderr } = await daybook(["serve", ...args, "-c", file]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("give the dashboard a token (serve.token_file)");
});

test("the token in its file appears nowhere, not even in an error that happens to hold it", async () => {
  const file = await writeConfig(unreachable("serve: { token_file: ./token }"));
  await writeFile(join(dirname(file), "token"), "t0ken-of-the-page\n");
  const { exitCode, stderr } = await daybook(["serve", "t0ken-of-the-page.invalid:80", "-c", file]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("***.invalid");
  expect(stderr).not.toContain("t0ken");
});

test.each(["serve", "report", "run --serve"])(
  "%s without the dashboard's package says how to install it",
  async (command) => {
    const file = await writeConfig(unreachable(""));
    const { code, said } = await withoutDashboard([...command.split(" "), "-c", file]);
    expect(said).toContain("npm install @daybook/dashboard");
    expect(code).toBe(2);
  },
);

/** Runs the command where it is installed without the dashboard. */
async function withoutDashboard(args: string[]): Promise<{ code: unknown; said: string }> {
  const modules = join(await temporaryFolder(), "node_modules");
  const installed = dirname(dirname(BIN));
  const from = createRequire(BIN);
  await mkdir(join(modules, "@daybook"), { recursive: true });
  for (const part of ["bin", "dist", "package.json"])
    await cp(join(installed, part), join(modules, "daybook", part), { recursive: true });
  for (const name of ["@daybook/core", "commander", "yaml", "zod"]) {
    const folders = from.resolve.paths(name)!.map((folder) => join(folder, name));
    await symlink(
      folders.find((folder) => existsSync(folder))!,
      join(modules, name),
    );
  }
  const child = spawn(process.execPath, [join(modules, "daybook/bin/daybook.js"), ...args]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = await once(child, "close");
  return { code, said };
}
