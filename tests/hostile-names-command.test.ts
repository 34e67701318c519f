import { unsafeName } from "@daybook/core";
import { HOSTILE_NAMES, RemoteTree } from "@daybook/testing";
import { runCommandLine } from "daybook";
import { describe, expect, it } from "vitest";
import { CapturedOutput, daybook, writeConfig } from "../packages/cli/test/workspace.js";
import { MODIFIED, plantAll } from "./support/hostile.js";
import { serve } from "./support/in-process.js";

/** What a terminal may obey, or a reader not see. */
const RAW = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** What the command itself says to a terminal. */
const OWN = /\u001b\[\?25[lh]|\u001b\[\d+A\r\u001b\[J|\r\u001b\[K/g;
const EVIL = "\u001b[2J\u009b2J\u202e\u2028\u0007 evil";

/** Lines without raw characters; what ends a line to any reader ends one here. */
function clean(text: string): string[] {
  const lines = text.split("\n");
  expect(lines.pop(), "the last line is a whole one").toBe("");
  for (const line of lines) expect(line, JSON.stringify(line)).not.toMatch(RAW);
  return lines;
}

/** A configuration for a server that does its worst: every name, refusals and listings that command a terminal. */
async function worst(): Promise<{ config: string; tree: RemoteTree }> {
  const tree = new RemoteTree();
  plantAll(tree, "/incoming");
  tree.plant("/incoming", {
    name: `a\n${EVIL} instead of a line`,
    type: "file",
    size: 1,
    modifiedAt: MODIFIED,
  });
  tree.makeDirectory("/broken");
  const { server } = await serve({ tree });
  HOSTILE_NAMES.forEach(({ name }, i) => {
    if (i % 5 === 0)
      server.faults.add({ on: "RETR", path: `/incoming/${name}`, reply: `550 ${EVIL}: no such file` });
  });
  server.faults.add({ on: "MLSD", path: "/broken", reply: `451 ${EVIL}` });
  const source = (name: string, directory: string) => ({
    name,
    transport: { use: "ftp", host: server.host, port: server.port },
    layout: { use: "flat", directory },
    start: "2025-01-01T00:00:00Z",
    max_attempts: 1,
  });
  const state = { use: "sqlite", path: "state.db" };
  const destination = { use: "local", path: "downloads", sync: false };
  const sources = [source("in", "/incoming"), source("broken", "/broken")];
  // JSON is YAML.
  return { config: await writeConfig(JSON.stringify({ state, destination, sources })), tree };
}

describe("a server that does its worst", () => {
  it("gets nothing raw into a log, a table or a line of another", async () => {
    const { config } = await worst();
    const run = await daybook(["run", "--once", "-c", config]);
    expect(run.stdout).toBe("");
    const log = clean(run.stderr);
    for (const line of log)
      expect(line).toMatch(/^(\d{4}-\d\d-\d\dT[\d:.]+Z ((warning|error) )?)?(in|broken): /);
    expect(log.filter((line) => line.includes("given up")).length).toBeGreaterThan(20);
    expect(log.join("\n")).toMatch(/\\u001b\[2J\\u009b2J\\u202e\\u2028\\u0007 evil/);

    const files = clean((await daybook(["files", "-c", config])).stdout);
    const known = clean((await daybook(["files", "-c", config, "--json"])).stdout);
    expect(files).toHaveLength(known.length);
    for (const line of files) expect(line).toMatch(/^in {2}(stored|quarantined) /);

    const gaps = clean((await daybook(["gaps", "-c", config])).stdout);
    expect(gaps).toHaveLength(clean((await daybook(["gaps", "-c", config, "--json"])).stdout).length);
    for (const line of gaps)
      expect(line).toMatch(/^(in|broken) {2}1970-01-01T00:00Z\/\.\. {2}|^(in|broken) {2}2025/);

    const status = clean((await daybook(["status", "-c", config])).stdout);
    for (const line of status) expect(line).toMatch(/^(source|in|broken)(:| )/);
    clean((await daybook(["verify", "-c", config])).stdout);
    clean((await daybook(["plan", "-c", config])).stdout);
    for (const { name } of HOSTILE_NAMES.filter((_, i) => i % 40 === 0)) {
      const { stdout, stderr } = await daybook(["explain", "-c", config, "--", `/incoming/${name}`]);
      clean(stdout);
      clean(stderr);
    }
  });

  it("gets nothing raw onto a terminal", async () => {
    const { config } = await worst();
    const stderr = new CapturedOutput({ isTerminal: true, columns: 100 });
    const stdout = new CapturedOutput({ isTerminal: true, columns: 100 });
    await runCommandLine(["run", "--once", "-c", config], { stdout, stderr, env: {} });
    const told = clean(stderr.text.replace(OWN, ""));
    expect(told.filter((line) => line.includes("given up")).length).toBeGreaterThan(20);
    for (const command of ["status", "gaps", "files", "verify", "retry"]) {
      const [out, error] = [
        new CapturedOutput({ isTerminal: true }),
        new CapturedOutput({ isTerminal: true }),
      ];
      await runCommandLine([command, "-c", config], { stdout: out, stderr: error, env: {} });
      clean(out.text.replace(OWN, ""));
      clean(error.text.replace(OWN, ""));
    }
  });

  it("gets nothing raw into JSON, and every name can be read back from it", async () => {
    const { config, tree } = await worst();
    const run = await daybook(["run", "--once", "--json", "-c", config]);
    const events = clean(run.stdout).map((line) => JSON.parse(line) as { type: string });
    expect(events.at(-1)).toMatchObject({ type: "run-finished" });
    expect(run.stderr).toBe("");
    for (const command of ["gaps", "files"])
      for (const line of clean((await daybook([command, "--json", "-c", config])).stdout)) JSON.parse(line);
    const { stdout } = await daybook(["status", "--json", "-c", config]);
    clean(stdout);
    JSON.parse(stdout);

    const files = clean((await daybook(["files", "--json", "--status", "stored", "-c", config])).stdout);
    const stored = files.map((line) => (JSON.parse(line) as { path: string }).path);
    const named = events.flatMap((event) =>
      event.type === "file-stored" ? [(event as unknown as { file: { path: string } }).file.path] : [],
    );
    expect(named.sort()).toEqual(stored.sort());
    const real = new Set(tree.files());
    for (const path of stored) {
      expect(real.has(path), path).toBe(true);
      expect(unsafeName(path.slice("/incoming/".length))).toBeUndefined();
    }
    expect(stored.length).toBeGreaterThan(150);
  });
});
