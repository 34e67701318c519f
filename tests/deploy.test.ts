import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { loadConfig } from "daybook";
import { expect, it } from "vitest";

const DEPLOY = fileURLToPath(new URL("../examples/deploy/", import.meta.url));
const unit = readFileSync(join(DEPLOY, "daybook.service"), "utf8");
const containerfile = readFileSync(join(DEPLOY, "Containerfile"), "utf8");

const hasAnalyze = (() => {
  try {
    execFileSync("systemd-analyze", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

it("the configuration beside the unit passes the loader, and writes only where the unit may", async () => {
  const file = join(DEPLOY, "daybook.yaml");
  expect((await loadConfig(file, { env: { FTP_USER: "u", FTP_PASSWORD: "p" } })).problems).toBeUndefined();
  const paths = [...readFileSync(file, "utf8").matchAll(/path: ([^ ]+)/g)].map(([, path]) => path!);
  expect(unit).toContain("StateDirectory=daybook\n");
  expect(paths.filter((path) => !path.startsWith("/var/lib/daybook/"))).toEqual([]);
});

it.runIf(hasAnalyze)("systemd finds nothing wrong with the unit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "daybook-unit-"));
  try {
    // The command isn't installed there on this machine; everything else is as it is.
    const [command] = /\/opt\/\S+/.exec(unit)!;
    const file = join(folder, "daybook.service");
    writeFileSync(file, unit.replace(command, "/bin/true"));
    const { stdout, stderr } = await promisify(execFile)("systemd-analyze", ["verify", "--man=no", file]);
    expect(stdout + stderr).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("unit and container start commands that are there, and wait longer than a run that is stopped takes", () => {
  expect(unit).toMatch(/^ExecStart=\S+\/daybook run --serve --config \S+ --log-format json$/m);
  expect(containerfile).toMatch(/^ENTRYPOINT \["daybook"\]\nCMD \["run", "--serve", "0.0.0.0:\d+"\]$/m);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1])).toBeGreaterThan(30);
});

it("the container opens the port that its dashboard listens at, and the page's token has a file", async () => {
  const [, port] = /"0\.0\.0\.0:(\d+)"/.exec(containerfile)!;
  expect(containerfile).toContain(`\nEXPOSE ${port}\n`);
  expect(containerfile).toContain(`fetch('http://127.0.0.1:${port}/readyz')`);
  const env = { FTP_USER: "u", FTP_PASSWORD: "p" };
  const { serve } = await loadConfig(join(DEPLOY, "daybook.yaml"), { env });
  expect(serve).toMatchObject({ address: `127.0.0.1:${port}`, token_file: "./dashboard-token" });
  const page = readFileSync(join(DEPLOY, "README.md"), "utf8");
  expect(page).toContain("/etc/daybook/dashboard-token");
  expect(page).toContain(`:${port}:${port}`);
});

it("what is installed are packages of this project, in a range that holds their versions", () => {
  const { dependencies } = JSON.parse(readFileSync(join(DEPLOY, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  for (const [name, range] of Object.entries(dependencies)) {
    const folder = name === "daybook" ? "cli" : name.replace("@daybook/", "");
    const path = new URL(`../packages/${folder}/package.json`, import.meta.url);
    const own = JSON.parse(readFileSync(path, "utf8")) as { name: string; version: string };
    expect([own.name, range]).toEqual([name, `^${own.version}`]);
  }
});
