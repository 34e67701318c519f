import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PASSWORD, sampleTree, served } from "./radar-server.js";
import { daybook, temporaryFolder, writeConfig } from "./workspace.js";

const CANARY = "c4n4ry/+&s3cret";
const KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nk3yc4n4ryk3yc4n4ryk3y\n-----END OPENSSH PRIVATE KEY-----";
const MARKS = /c4n4ry|k3yc4n4ry/;

const COMMANDS: string[][] = [
  ["check"],
  ["check", "--json"],
  ["plan"],
  ["plan", "--json"],
  ["run", "--once"],
  ["run", "--json", "--once"],
  ["run", "--once", "--log-level", "debug", "--log-format", "json"],
  ["status"],
  ["status", "--json"],
  ["gaps"],
  ["gaps", "--json"],
  ["files"],
  ["files", "--json"],
  ["explain", "/L2/RMA1/2025/01/01/00"],
  ["explain", "/L2/RMA1/2025/01/01/00", "--json"],
  ["verify", "--repair"],
  ["verify", "--json"],
  ["retry"],
  ["retry", "--json"],
  ["run", "--source", "nobody"],
  ["import", "state.json"],
  ["completion", "bash"],
  ["config-schema"],
  ["init", "--yes"],
];

/** Everything that every command says, and all that is written below the folder but what holds secrets by design. */
async function everything(
  file: string,
  folder: string,
  env: Record<string, string>,
  commands = COMMANDS,
): Promise<string[]> {
  const said: string[] = [];
  for (const [command, ...args] of commands) {
    const at = [command!, "-c", file, ...args.map((arg) => (arg === "state.json" ? join(folder, arg) : arg))];
    const { stdout, stderr } = await daybook(at, { ...env, DAYBOOK_DEBUG: "1" });
    said.push(`${at.join(" ")}\n${stdout}${stderr}`);
  }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && !/^(daybook\.yaml|secret-.*|.*\.mjs)$/.test(entry.name))
      said.push(`${entry.name}\n${await readFile(join(entry.parentPath, entry.name), "latin1")}`);
  return said;
}

/** Those that open adapters, and whose errors are therefore theirs. */
const OPENING = COMMANDS.filter(([command]) => ["check", "plan", "run", "retry"].includes(command!));

const leaks = (said: readonly string[]) => said.filter((text) => MARKS.test(text));

test("a password is in nothing that any command says or writes, even where the server repeats it", async () => {
  const { server, file, folder } = await served(sampleTree(), { password: "${PW}" });
  await writeFile(join(folder, "state.json"), "{}");
  server.faults.add({ on: "PASS", reply: `530 Login incorrect: ${CANARY} is wrong.` });
  const said = await everything(file, folder, { PW: CANARY });
  expect(said.join("\n")).toContain("Login incorrect: ***");
  expect(leaks(said)).toEqual([]);
}, 120_000);

test("nor is it after a crawl that went well", async () => {
  const { file, folder } = await served(sampleTree(), { password: "${PW}" });
  await writeFile(join(folder, "state.json"), "{}");
  const said = await everything(file, folder, { PW: PASSWORD });
  expect(said.join("\n")).toContain("3 files fetched");
  expect(said.filter((text) => text.includes(PASSWORD))).toEqual([]);
}, 120_000);

test("secrets of every kind and place stay out of every message", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "secret-file"), `${CANARY}\n`);
  await writeFile(join(folder, "secret-key"), `${KEY}\n`);
  await writeFile(join(folder, "state.json"), "{}");
  await writeFile(
    join(folder, "leaky.mjs"),
    `import { DaybookError } from ${JSON.stringify(import.meta.resolve("@daybook/core"))};
    export default ({ password, token }) => ({ name: "leaky", provides: Symbol.for("@daybook/core/Transport"),
      create: () => ({ capabilities: { endpoint: "leaky://here", modifiedAt: "none", resume: false, parallelism: 1 },
        async list() { throw new DaybookError("auth", "refused " + password + " and " + token); },
        async read() { throw new Error(password); }, async close() {} }) });`,
  );
  const source = (name: string, transport: string) => `  - name: ${name}
    transport: ${transport}
    layout: /L2/RMA1/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR
    start: 2025-01-01T00:00Z
    end: 2025-01-01T01:00Z
`;
  const configs = [
    `state: { use: sqlite }
destination: { use: local, path: ./downloads }
sources:
${source("leaky", '{ use: ./leaky.mjs, password_file: ./secret-file, token: "${PW}" }')}`,
    `state: { use: sqlite }
destination: { use: local, path: ./downloads }
sources:
${source("key", "{ use: sftp, host: 127.0.0.1, port: 1, user: me, private_key_file: ./secret-key, passphrase_file: ./secret-file }")}${source("url", '{ use: ftp, host: "ftp://me:${PW}@127.0.0.1" }')}`,
    `state: { use: postgres, url: "postgres://me:\${PW}@127.0.0.1:1/none", reconnect_for: 10ms }
destination: { use: local, path: ./downloads }
sources:
${source("any", '{ use: ftp, host: 127.0.0.1, port: 1, password: "${PW}" }')}`,
    // Mistakes around a secret.
    `state: { use: postgres, url: "postgres://me:\${PW}@[::/none", connections: "\${PW}" }
destination: { use: local, path: ./downloads }
sources:
${source("any", '{ use: ftp, host: "${PW}", port: "${PW}", password: 5, pasword: "${PW}", secure: "${PW}" }')}`,
  ];
  for (const config of configs) {
    await rm(join(folder, "state.db"), { force: true });
    const file = await writeConfig(config, folder);
    const said = await everything(file, folder, { PW: encodeURIComponent(CANARY) }, OPENING);
    // An adapter of somebody else's that puts its password into an error has it in the ledger; the outputs hide it.
    const own = config.includes("leaky") ? said.filter((text) => !text.startsWith("state.db")) : said;
    expect(leaks(own)).toEqual([]);
  }
}, 120_000);
