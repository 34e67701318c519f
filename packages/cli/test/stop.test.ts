import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BIN, temporaryFolder, writeConfig } from "./workspace.js";

/** A configuration whose ledger is kept by this module. */
async function withLedger(module: string) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "ledger.mjs"), module);
  const file = await writeConfig(
    `state: { use: ./ledger.mjs }
destination: { use: local, path: ./downloads }
shutdown_timeout: 1ms
sources:
  - name: S
    transport: { use: ftp, host: 127.0.0.1, port: 1 }
    layout: /L/{yyyy}{MM}{dd}.dat
    start: 2025-01-01T00:00Z
`,
    folder,
  );
  return { folder, file };
}

const store = (
  open: string,
) => `export default () => ({ name: "stuck", provides: Symbol.for("@daybook/core/StateStore"),
  create: () => ({ async open() { ${open}; console.log("opening"); await new Promise(() => setInterval(() => {}, 1e6)); },
    slots() { return this.open(); }, async close() {} }) });`;

/** Runs, sends these signals, each once a text was said, and tells how it ended. */
async function stopped(file: string, signals: [after: string, NodeJS.Signals][]) {
  const child = spawn(process.execPath, [BIN, "run", "-c", file], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const left = [...signals];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      while (left[0] !== undefined && said.includes(left[0][0])) child.kill(left.shift()![1]);
    });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code: code ?? signal, said };
}

test("a signal ends the program while the configuration is being loaded, whatever it is busy with", async () => {
  const { file } = await withLedger(`process.stderr.write("loading\\n"); for (;;);`);
  expect((await stopped(file, [["loading", "SIGTERM"]])).code).toBe("SIGTERM");
  expect((await stopped(file, [["loading", "SIGINT"]])).code).toBe("SIGINT");
}, 60_000);

test("it ends by itself after a signal when what is under way never does", async () => {
  const { file } = await withLedger(store(""));
  const { code, said } = await stopped(file, [["opening", "SIGTERM"]]);
  expect(code).toBe(143);
  expect(said).toContain("what was under way doesn't end");
}, 60_000);

test.skipIf(process.platform === "win32")(
  "a second signal ends it at once even while a thread hangs in the system",
  async () => {
    const open = `const { Worker } = await import("node:worker_threads");
      const worker = new Worker('require("fs").openSync(process.env.PIPE)', { eval: true, env: { PIPE: new URL("pipe", import.meta.url).pathname } });
      await new Promise((resolve) => worker.once("online", resolve))`;
    const { file, folder } = await withLedger(store(open));
    expect(spawnSync("mkfifo", [join(folder, "pipe")]).status).toBe(0);
    const { code } = await stopped(file, [
      ["opening", "SIGTERM"],
      ["finishing what is under way", "SIGTERM"],
    ]);
    expect([143, "SIGTERM"]).toContain(code);
  },
  60_000,
);
