import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RADAR_TEMPLATE } from "@daybook/core";
import type { FtpServer, RemoteTree } from "@daybook/testing";
import { expect, it } from "vitest";
import { describeWithPostgres } from "../packages/store-postgres/test/support/postgres.js";
import { daybook, start } from "./support/command.js";
import { contents, LONG_AGO, radarFile, remote, serve, temporaryFolder } from "./support/in-process.js";

interface Setting {
  readonly folder?: string;
  readonly radars?: readonly string[];
  readonly state?: object;
  readonly transport?: object;
  readonly source?: object;
  readonly root?: object;
}

/** A configuration of three hours for the command; its folder holds all that a run leaves behind. */
function configured(server: FtpServer, setting: Setting = {}) {
  const { folder = temporaryFolder(), radars = ["RMA1"], state, transport, source, root } = setting;
  const file = join(folder, "daybook.yaml");
  const access = { host: server.host, port: server.port, connections: 5 };
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({
      state: state ?? { use: "sqlite", path: "state.db" },
      destination: { use: "local", path: "downloads" },
      ...root,
      sources: [
        {
          name: "{radar}",
          each: { radar: radars },
          transport: { use: "ftp", ...access, ...transport },
          layout: RADAR_TEMPLATE,
          start: "2025-01-01T00:00:00Z",
          end: "2025-01-01T03:00:00Z",
          poll: "200ms",
          retry_delay: "50ms",
          max_retry_delay: "200ms",
          ...source,
        },
      ],
    }),
  );
  const downloads = join(folder, "downloads");
  const json = async (command: string) =>
    (await daybook(command, "--json", "-c", file)).stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { file, folder, downloads, json, home: () => contents(downloads) };
}

/** So many files in each of three hours, each of another length. */
function fill(tree: RemoteTree, files: number, length: number, radars: readonly string[] = ["RMA1"]): void {
  for (const radar of radars)
    for (const hour of ["00", "01", "02"])
      for (let i = 0; i < files; i++) {
        const path = radarFile(`${hour}:${String(10 + i)}:10`, "DBZH", radar);
        tree.put(path, `${path} `.repeat(Math.ceil((length + i) / path.length)), LONG_AGO);
      }
}

/** How often each file was asked for from its first byte on. */
function reads(server: FtpServer): number[] {
  const times = new Map<string, number>();
  for (const command of server.commands)
    if (command.startsWith("RETR ")) times.set(command, (times.get(command) ?? 0) + 1);
  return [...times.values()];
}

it("a server that is down for the whole first run finishes nothing, and everything comes once it is up", async () => {
  const { server, tree } = await serve();
  fill(tree, 2, 1000);
  const { file, home, json } = configured(server);
  await server.goDown();
  const down = await daybook("run", "--once", "-c", file);
  expect(down, down.stderr).toMatchObject({ code: 1 });
  expect(down.stderr).toMatch(/refused the connection/);
  expect((await json("gaps")).map(({ kind }) => kind)).toEqual(["failed", "failed", "failed"]);

  // A run without --once doesn't end either: it waits for the server.
  const waiting = start(["run", "-c", file]);
  await new Promise<void>((resolve) =>
    waiting.process.stderr!.on("data", (text) => String(text).includes("server down") && resolve()),
  );
  expect(waiting.process.exitCode).toBeNull();
  await server.comeUp();
  const up = await waiting.ended;
  expect(up, up.stderr).toMatchObject({ code: 0 });
  expect(home()).toEqual(remote(tree));
});

it("a program that is killed at any point leaves no short file, loses none, and records none twice", async () => {
  const { server, tree } = await serve();
  // Longer than what is gathered in memory before it is written.
  fill(tree, 6, 600_000);
  const { file, home, json } = configured(server, { transport: { connections: 3 } });
  const all = remote(tree);
  // Between files, and after the first, a middle and the last chunk of one.
  const moments = [
    { file: 0, bytes: 0 },
    { file: 1, bytes: 65_536 },
    { file: 3, bytes: 524_288 },
    { file: 5, bytes: 600_000 },
    { file: 7, bytes: 1 },
  ];
  for (const moment of moments) {
    const run = start(["run", "-c", file]);
    let begun = 0;
    server.faults.onRetr = (_path, sent) => {
      if (sent === 0) begun++;
      if (begun > moment.file && sent >= moment.bytes) run.process.kill("SIGKILL");
    };
    await run.ended;
    server.faults.onRetr = undefined;
    expect(run.process.signalCode, "it was to be killed while it was at work").toBe("SIGKILL");
    const found = home();
    for (const [path, content] of Object.entries(found)) expect(content === all[path], path).toBe(true);
  }
  const last = await daybook("run", "-c", file);
  expect(last, last.stderr).toMatchObject({ code: 0 });
  expect(home()).toEqual(all);
  const files = await json("files");
  expect(files.map(({ path }) => path)).toEqual(tree.files());
  expect(files.every(({ status, version }) => status === "stored" && version === 1)).toBe(true);
  expect((await daybook("verify", "-c", file)).code).toBe(0);
});

it("a wrong password is told once and clearly, and isn't tried until the account is locked", async () => {
  const { server, tree } = await serve({ users: { me: "right" } });
  const radars = ["RMA1", "RMA2", "RMA5", "RMA11"];
  fill(tree, 2, 100, radars);
  const { file, json } = configured(server, {
    radars,
    transport: { user: "me", password: "wrong-one" },
  });
  const { code, stderr } = await daybook("run", "-c", file);
  expect(code).toBe(1);
  const alarms = stderr.split("\n").filter((line) => /check `user` and `password`/.test(line));
  expect(alarms.map((line) => /(RMA\d+): failed/.exec(line)?.[1]).sort()).toEqual([...radars].sort());
  expect(stderr).not.toMatch(/server down|wrong-one/);
  const logins = server.commands.filter((command) => command.startsWith("PASS")).length;
  expect(logins).toBeLessThanOrEqual(radars.length);
  expect((await json("gaps")).every(({ kind }) => kind === "failed" || kind === "unseen")).toBe(true);
});

it("SIGTERM during five downloads ends the program, parts are kept, and the next start goes on with them", async () => {
  const { server, tree } = await serve();
  fill(tree, 2, 400_000);
  const { file, home, folder } = configured(server, { root: { shutdown_timeout: "500ms" } });
  const stalled = server.faults.add({ on: "RETR", stall: 300_000 });
  const run = start(["run", "-c", file]);
  const stuck = new Set<string>();
  await new Promise<void>((resolve) => {
    server.faults.onRetr = (path, sent) => {
      if (sent >= 300_000) stuck.add(path);
      if (stuck.size === 5) resolve();
    };
  });
  run.process.kill("SIGTERM");
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(143);
  expect(stderr).toMatch(/SIGTERM: finishing what is under way/);
  const parts = join(folder, "downloads/.daybook/parts");
  const kept = readdirSync(parts).map((name) => statSync(join(parts, name)).size);
  expect(kept).toEqual([300_000, 300_000, 300_000, 300_000, 300_000]);
  expect(home()).toEqual({});

  stalled();
  server.faults.onRetr = undefined;
  const before = server.commands.length;
  const again = await daybook("run", "-c", file);
  expect(again, again.stderr).toMatchObject({ code: 0 });
  const starts = server.commands.slice(before).filter((command) => /^REST [1-9]/.test(command));
  expect(starts).toEqual(Array.from({ length: 5 }, () => `REST ${300_000 - 4096}`));
  expect(home()).toEqual(remote(tree));
  expect(readdirSync(parts)).toEqual([]);
});

await describeWithPostgres("two programs on one ledger in PostgreSQL", (postgres) => {
  const radars = ["RMA1", "RMA2"];

  it("bring each file home once, whoever of them crawls", async () => {
    const { server, tree } = await serve();
    fill(tree, 5, 1000, radars);
    const folder = temporaryFolder();
    const state = { use: "postgres", url: postgres.url(), schema: postgres.freshSchema() };
    const { file, home, json } = configured(server, { folder, radars, state });
    // Nothing comes before both have begun or been turned away.
    let begun = 0;
    let go = () => {};
    server.faults.add({ on: "RETR", wait: new Promise<void>((resolve) => (go = resolve)) });
    const runs = [start(["run", "-c", file]), start(["run", "-c", file])];
    for (const { process } of runs)
      process.stderr!.on("data", (text) => {
        begun += String(text).match(/: started|is being crawled by/g)?.length ?? 0;
        if (begun === runs.length * radars.length) go();
      });
    const told = (await Promise.all(runs.map((run) => run.ended))).map(({ stderr }) => stderr).join("\n");
    for (const radar of radars) {
      expect(told).toContain(`${radar}: started`);
      expect(told).toMatch(new RegExp(`${radar}: failed: it is being crawled by \\S+ process \\d+`));
    }
    expect(home()).toEqual(remote(tree));
    expect(reads(server)).toEqual(tree.files().map(() => 1));
    const files = await json("files");
    expect(files.map(({ path }) => path)).toEqual(tree.files());
  });
});
