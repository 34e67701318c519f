import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RADAR_TEMPLATE } from "@daybook/core";
import { radarTree } from "@daybook/testing";
import { expect, test } from "vitest";
import { HttpReceiver, type Posted } from "../packages/core/test/support/http-receiver.js";
import { start } from "./support/command.js";
import { serve, temporaryFolder } from "./support/in-process.js";
import { randomFrom } from "./support/random.js";

const SECRET = "a-secret-of-twenty-eight-byte";

interface Message {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly path: string; readonly version: number; readonly slot: string };
}

/** A day's first hour of 60 files, a server, and a configuration with a hook that follows them. */
async function site(hook: object) {
  const { tree, files } = radarTree({
    radars: ["RMA1"],
    start: new Date("2025-01-01T00:00:00Z"),
    hours: 1,
    volumesPerHour: 6,
    fields: Array.from("ABCDEFGHIJ", (letter) => `F${letter}`),
    bytes: 400,
  });
  const { server } = await serve({ tree });
  const home = temporaryFolder();
  const config = join(home, "daybook.yaml");
  const source = {
    name: "RMA1",
    transport: { use: "ftp", host: server.host, port: server.port, connections: 5 },
    layout: RADAR_TEMPLATE.replaceAll("{radar}", "RMA1"),
    start: "2025-01-01T00:00:00Z",
    end: "2025-01-01T01:00:00Z",
  };
  const destination = { use: "local", path: "downloads" };
  const hooks = [{ name: "test", ...hook }];
  let said = "";
  /** `patience`: how long it may go on delivering when it is done. */
  const run = (patience = "60s") => {
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({ destination, shutdown_timeout: patience, hooks, sources: [source] }),
    );
    const started = start(["run", "--json", "-c", config]);
    const ended = started.ended.then((result) => {
      said += result.stdout + result.stderr;
      return result;
    });
    return { process: started.process, ended };
  };
  return { home, tree, server, run, said: () => said, paths: files.map(({ path }) => path) };
}

const parse = (posted: readonly Posted[]) => posted.map(({ body }) => JSON.parse(body) as Message);

/** Of each message all copies are the same. */
function expectSameCopies(posted: readonly Posted[]): void {
  const bodies = new Map<string, string>();
  for (const { headers, body } of posted) {
    const id = String(headers["webhook-id"]);
    expect((JSON.parse(body) as Message).id).toBe(id);
    expect(bodies.get(id) ?? body).toBe(body);
    bodies.set(id, body);
  }
}

function expectNowhere(secret: string, home: string, said: string): void {
  expect(said).not.toContain(secret);
  const found = readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "daybook.yaml")
    .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(secret));
  expect(found.map(({ name }) => name)).toEqual([]);
}

test(
  "a receiver that is down gets every event once it is back, in order per file, and no secret leaks",
  { timeout: 120_000 },
  async () => {
    const receiver = await HttpReceiver.start();
    const { port, url } = receiver;
    await receiver.stop();
    const here = await site({ on: ["file", "slot", "gap"], webhook: { url, secret: SECRET } });
    const first = await here.run("300ms").ended;
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('"type":"hook-left"');
    const changed = here.paths.slice(0, 20);
    for (const path of changed) here.tree.put(path, "a new version", new Date("2025-01-02T00:00:00Z"));
    const retry = start(["retry", "-c", join(here.home, "daybook.yaml"), "/L2/RMA1/2025/01/01/00"]);
    expect((await retry.ended).code).toBe(0);
    expect((await here.run("300ms").ended).code).toBe(0);

    const back = await HttpReceiver.start(port);
    expect((await here.run().ended).code).toBe(0);
    const files = parse(back.posted).filter(({ type }) => type === "file");
    for (const path of here.paths) {
      const versions = files.filter(({ data }) => data.path === path).map(({ data }) => data.version);
      expect(versions).toEqual(changed.includes(path) ? [1, 2] : [1]);
    }
    expectSameCopies(back.posted);
    expectNowhere(SECRET, here.home, here.said());
    expectNowhere("s3cret-path", here.home, here.said());
  },
);

test(
  "kills between commit and delivery lose no event, and what comes twice is the same",
  { timeout: 120_000 },
  async () => {
    const seed = Number(process.env["DAYBOOK_HOOKS_SEED"] ?? Date.now() % 1_000_000);
    console.log(`DAYBOOK_HOOKS_SEED=${seed} draws these kills again`);
    const random = randomFrom(seed);
    const receiver = await HttpReceiver.start();
    const group = { expect: Array.from("ABCDEFGHIJ", (letter) => `F${letter}`) };
    const webhook = { url: receiver.url, secret: SECRET };
    const here = await site({ on: ["file", "group", "slot"], group, webhook });
    let answers = 0;
    receiver.answer((response) => {
      // So that messages pile up while files come in, and some are on their way at any time.
      void delay(30).then(() => {
        answers++;
        response.end();
      });
    });
    for (let kill = 0; kill < 5; kill++) {
      const posted = receiver.posted.length + Math.floor(random() * 6) + 1;
      const { process: child, ended } = here.run();
      await Promise.race([
        expect
          .poll(() => receiver.posted.length, { timeout: 20_000, interval: 5 })
          .toBeGreaterThanOrEqual(posted),
        ended,
      ]);
      child.kill("SIGKILL");
      await ended;
    }
    expect(answers).toBeLessThan(here.paths.length);
    receiver.answer((response) => response.end());
    expect((await here.run().ended).code).toBe(0);

    const messages = parse(receiver.posted);
    const ids = (type: string) => new Set(messages.filter((one) => one.type === type).map(({ id }) => id));
    const told = new Set(messages.filter(({ type }) => type === "file").map(({ data }) => data.path));
    expect([...told].sort()).toEqual([...here.paths].sort());
    expect([ids("file").size, ids("group").size, ids("slot").size]).toEqual([60, 6, 1]);
    expectSameCopies(receiver.posted);
  },
);

test.each([
  ["one at a time, unless told otherwise", {}, false],
  ["side by side where it says so", { concurrency: 4 }, true],
])("commands run %s", { timeout: 120_000 }, async (_how, more, overlap) => {
  const script = 'echo start >> marks; "$0" -e 0; echo end >> marks';
  const here = await site({ on: ["file"], command: ["/bin/sh", "-c", script, process.execPath], ...more });
  const ended = await here.run().ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  const marks = readFileSync(join(here.home, "marks"), "utf8");
  expect(marks.split("end\n")).toHaveLength(here.paths.length + 1);
  expect(marks.includes("start\nstart\n")).toBe(overlap);
});

test("a command that hangs is ended and run again, with the same message", { timeout: 120_000 }, async () => {
  const script = `
    const fs = require("fs");
    fs.appendFileSync("runs", process.env.DAYBOOK_ID + "\\n");
    if (fs.readFileSync("runs", "utf8").split("\\n").length < 4) setInterval(() => {}, 1000);`;
  const here = await site({ on: ["slot"], command: [process.execPath, "-e", script], timeout: "1s" });
  const { code, stdout } = await here.run().ended;
  expect(code).toBe(0);
  const runs = readFileSync(join(here.home, "runs"), "utf8").trimEnd().split("\n");
  expect(runs).toHaveLength(3);
  expect(new Set(runs).size).toBe(1);
  expect(stdout).toContain("ran for more than 1000 ms, and was ended");
});
