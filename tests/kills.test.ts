import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { RADAR_TEMPLATE } from "@daybook/core";
import { FtpServer, radarTree, sampleBufr } from "@daybook/testing";
import type { RemoteTree } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";
import { vsftpd } from "./servers/vsftpd.js";
import { daybook, start } from "./support/command.js";
import { randomFrom } from "./support/random.js";
import { hashes } from "./support/trees.js";
import { Witness } from "./support/witness.js";

const HOURS = 3;
const SCANS = 6;
const FIELDS = Array.from({ length: 12 }, (_, i) => `F${"ABCDEFGHIJKL"[i]}`);
const FILES = HOURS * SCANS * FIELDS.length;
/** How long a run lives at most once it has got as far as it was let, in ms. */
const LIFE = 160;
/** How far runs are let before their end is drawn: most of them to the first file. */
const STAGES = [undefined, "source-started", "slot-visited", ...Array<string>(5).fill("file-started")];

interface Site {
  readonly home: string;
  readonly config: string;
  /** SHA-256 by path below the source's folder. */
  readonly expected: Map<string, string>;
  readonly witness: Witness;
}

/** 216 files of 1 kB to 2 MB, as many small as large ones. */
function archive(random: () => number): { tree: RemoteTree; bytes: number } {
  const { tree, files } = radarTree({
    radars: ["RMA1"],
    start: new Date("2025-01-01T00:00:00Z"),
    hours: HOURS,
    volumesPerHour: SCANS,
    fields: FIELDS,
    bytes: 100,
  });
  let bytes = 0;
  for (const [seed, { path, observedAt }] of files.entries()) {
    const size = Math.floor(1000 * 2000 ** random());
    bytes += size;
    tree.put(path, sampleBufr({ bytes: size, seed, observedAt }), new Date(observedAt.getTime() + 60_000));
  }
  return { tree, bytes };
}

function site(tree: RemoteTree, transport: object): Site {
  const home = mkdtempSync(join(tmpdir(), "daybook-kills-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const config = join(home, "daybook.yaml");
  const source = {
    name: "RMA1",
    transport: { use: "ftp", ...transport },
    layout: RADAR_TEMPLATE.replaceAll("{radar}", "RMA1"),
    start: "2025-01-01T00:00:00Z",
    end: `2025-01-01T0${HOURS}:00:00Z`,
    inspect: ["bufr"],
  };
  // JSON is YAML.
  const destination = { use: "local", path: "downloads" };
  writeFileSync(config, JSON.stringify({ destination, sources: [source] }));
  const folder = join(home, "downloads/RMA1");
  mkdirSync(folder, { recursive: true });
  const expected = new Map(
    tree
      .files()
      .map((path) => [
        path.slice("/L2/RMA1/".length),
        createHash("sha256").update(tree.bytes(path)!).digest("hex"),
      ]),
  );
  return { home, config, expected, witness: new Witness({ folder, expected }) };
}

/** Lets a chunk pass every so many ms, of the file that is furthest, so that large files get far in a short life. */
function oneAtATime(ms: number): (path: string, sent: number) => Promise<void> {
  const waiting: { sent: number; pass: () => void }[] = [];
  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      await delay(ms);
      waiting
        .sort((a, b) => a.sent - b.sent)
        .pop()!
        .pass();
    }
  };
  return (_path, sent) =>
    new Promise((pass) => {
      waiting.push({ sent, pass });
      if (waiting.length === 1) void work();
    });
}

/** Starts a run and kills it after a random while. */
async function killedRun({ config }: Site, random: () => number): Promise<void> {
  const { process, ended } = start(["run", "--json", "-c", config]);
  const stage = STAGES[Math.floor(random() * STAGES.length)];
  if (stage !== undefined) await Promise.race([saying(process.stdout!, stage), ended]);
  await delay(random() * LIFE);
  process.kill("SIGKILL");
  const { code, stdout, stderr } = await ended;
  expect(stderr).toBe("");
  const last = stdout.trimEnd().split("\n").at(-1);
  expect(process.signalCode, `it ended by itself with ${code}: ${last}`).toBe("SIGKILL");
}

function saying(output: Readable, text: string): Promise<void> {
  return new Promise((resolve) => {
    let said = "";
    output.on("data", (more) => {
      said += String(more);
      if (said.includes(text)) resolve();
    });
  });
}

/** One run that nobody disturbs, and then everything is as if nobody ever had. */
async function expectAllWell({ home, config, expected, witness }: Site): Promise<void> {
  const last = await daybook("run", "-c", config);
  expect(last, last.stderr).toMatchObject({ code: 0 });
  expect(witness.look()).toEqual([]);
  expect(hashes(join(home, "downloads/RMA1"))).toEqual(new Map([...expected].sort()));
  const own = readdirSync(join(home, "downloads/.daybook"), { recursive: true });
  expect(own.sort()).toEqual(["destination.json", "parts"]);
  expect(await daybook("verify", "-c", config)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(`^${FILES} files checked, .*: nothing wrong\n$`) as string,
  });
  const { stdout } = await daybook("files", "--json", "-c", config);
  const records = stdout.trimEnd().split("\n");
  expect(records).toHaveLength(FILES);
  for (const record of records) expect(JSON.parse(record)).toMatchObject({ status: "stored", version: 1 });
}

function seededRandom(): () => number {
  const seed = Number(process.env.DAYBOOK_KILLS_SEED ?? Date.now() % 1_000_000);
  console.log(`DAYBOOK_KILLS_SEED=${seed} draws these kills again`);
  return randomFrom(seed);
}

test(
  "100 kills at random moments cost no file, spoil none, and bring none home twice",
  { timeout: 400_000 },
  async () => {
    const random = seededRandom();
    const { tree, bytes } = archive(random);
    // At this pace the runs that are killed can't get through it all: each sees some of its work undone.
    const chunkTime = (100 * LIFE * 0.5) / (FILES + bytes / 65_536);
    const server = await FtpServer.start({ tree, faults: { onRetr: oneAtATime(chunkTime) } });
    onTestFinished(() => server.close());
    const here = site(tree, { host: server.host, port: server.port, connections: 5 });

    let resumed = 0;
    for (let kill = 1; kill <= 100; kill++) {
      const before = new Set([...here.witness.there].map((path) => `RETR /L2/RMA1/${path}`));
      server.commands.length = 0;
      await killedRun(here, random);
      expect(here.witness.look(), `after kill ${kill}`).toEqual([]);
      const asked = server.commands.filter((command) => command.startsWith("RETR"));
      expect(asked.filter((command, i) => before.has(command) || asked.indexOf(command) !== i)).toEqual([]);
      resumed += server.commands.filter((command) => /^REST [1-9]/.test(command)).length;
    }
    expect(here.witness.there.size).toBeGreaterThan(0);
    expect(here.witness.there.size).toBeLessThan(FILES);
    expect(resumed).toBeGreaterThan(0);
    server.faults.onRetr = undefined;
    await expectAllWell(here);
  },
);

test("10 kills on vsftpd cost no file and spoil none", { timeout: 120_000 }, async ({ skip }) => {
  const reason = vsftpd.whyNot();
  if (reason !== undefined) return skip(reason);
  const random = seededRandom();
  const { tree } = archive(random);
  const { host, port, root, stop } = await vsftpd.start();
  onTestFinished(stop);
  for (const path of tree.files()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), tree.bytes(path)!);
    const { modifiedAt } = tree.stat(path)!;
    utimesSync(join(root, path), modifiedAt!, modifiedAt!);
  }
  const here = site(tree, { host, port, connections: 1 });
  for (let kill = 1; kill <= 10; kill++) {
    await killedRun(here, random);
    expect(here.witness.look(), `after kill ${kill}`).toEqual([]);
  }
  await expectAllWell(here);
});
