import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RADAR_TEMPLATE, template, type Observation } from "@daybook/core";
import { sampleBufr } from "@daybook/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RealFtp } from "./servers/ftp-process.js";
import { proftpd } from "./servers/proftpd.js";
import { pureFtpd } from "./servers/pure-ftpd.js";
import { vsftpd } from "./servers/vsftpd.js";
import { daybook } from "./support/command.js";
import { hashes } from "./support/trees.js";

const REAL_FILES = fileURLToPath(new URL("../../shared/data/bufr", import.meta.url));
const LAYOUT = RADAR_TEMPLATE;
const BASE_NAME = template(`/${LAYOUT.slice(LAYOUT.lastIndexOf("/") + 1)}`);

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "daybook-mirror-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Where a file belongs that is named as radar files are. */
function placeOf(name: string): { path: string; observation: Required<Observation> } {
  const observation = BASE_NAME.parse(`/${name}`) as Required<Observation>;
  return { path: template(LAYOUT).format(observation), observation };
}

function config(server: RealFtp, sources: object[]): string {
  const transport = {
    use: "ftp",
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
  };
  const file = join(home, "daybook.yaml");
  // JSON is YAML.
  const all = {
    state: { use: "sqlite", path: "state.db" },
    destination: { use: "local", path: "downloads" },
    sources: sources.map((source) => ({
      transport: { ...transport, connections: 8 },
      layout: LAYOUT,
      inspect: ["bufr"],
      ...source,
    })),
  };
  writeFileSync(file, JSON.stringify(all, undefined, 2));
  return file;
}

async function status(
  file: string,
): Promise<{ expected: number; summary: { settled: number; files: { stored: number; bytes: number } } }[]> {
  const { stdout } = await daybook("status", "--json", "-c", file);
  const parsed = JSON.parse(stdout) as { sources?: never[] } | never[];
  return Array.isArray(parsed) ? parsed : parsed.sources!;
}

describe.each([vsftpd, proftpd, pureFtpd])("a radar archive on $name", (kind) => {
  let server: RealFtp | undefined;
  beforeAll(async () => {
    if (kind.whyNot() === undefined) server = await kind.start();
  });
  afterAll(() => server?.stop());

  it("comes home whole for a day: tree, ledger and server agree, and a second run fetches nothing", async ({
    skip,
  }) => {
    if (server === undefined) return skip(`no ${kind.name}`);
    let bytes = 0;
    for (let hour = 0; hour < 24; hour++)
      for (let scan = 0; scan < 12; scan++)
        for (let field = 0; field < 10; field++) {
          const observedAt = new Date(Date.UTC(2025, 0, 1, hour, scan * 5, 20));
          const attributes = {
            radar: "RMA1",
            strategy: "0315",
            volume: "01",
            field: `F${"ABCDEFGHIJ"[field]}`,
          };
          const path = join(server.root, template(LAYOUT).format({ observedAt, attributes }));
          mkdirSync(dirname(path), { recursive: true });
          const content = sampleBufr({ bytes: 500 + hour * scan + field, seed: bytes });
          bytes += content.length;
          writeFileSync(path, content);
        }
    const file = config(server, [
      {
        name: "RMA1",
        layout: LAYOUT.replaceAll("{radar}", "RMA1"),
        start: "2025-01-01T00:00:00Z",
        end: "2025-01-02T00:00:00Z",
      },
    ]);

    const first = await daybook("run", "-c", file);
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(hashes(join(home, "downloads/RMA1"))).toEqual(hashes(join(server.root, "L2/RMA1")));
    const [ledger] = await status(file);
    expect(ledger).toMatchObject({ expected: 24, summary: { settled: 24, files: { stored: 2880, bytes } } });
    expect(await daybook("gaps", "-c", file)).toMatchObject({ code: 0 });

    const second = await daybook("run", "-c", file);
    expect(second.code).toBe(0);
    expect(second.stdout + second.stderr).toMatch(/nothing new|0 files fetched/);
  }, 120_000);

  it("comes home byte for byte where its files are real ones", async ({ skip }) => {
    if (server === undefined) return skip(`no ${kind.name}`);
    if (!existsSync(REAL_FILES)) {
      console.warn(`skipped: there are no real radar files in ${REAL_FILES}`);
      return skip("no real radar files");
    }
    const sources = readdirSync(REAL_FILES).map((name) => {
      const { path, observation } = placeOf(name);
      const to = join(server!.root, path);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(REAL_FILES, name), to);
      utimesSync(to, observation.observedAt, new Date(observation.observedAt.getTime() + 60_000));
      return { radar: observation.attributes.radar!, hour: observation.observedAt };
    });
    const radars = [...new Map(sources.map((source) => [source.radar, source])).values()];
    const file = config(
      server,
      radars.map(({ radar, hour }) => {
        const start = new Date(Math.floor(hour.getTime() / 3_600_000) * 3_600_000);
        const end = new Date(start.getTime() + 3_600_000);
        return {
          name: radar,
          layout: LAYOUT.replaceAll("{radar}", radar),
          start: start.toISOString(),
          end: end.toISOString(),
        };
      }),
    );
    const ran = await daybook("run", "-c", file);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    for (const { radar } of radars) {
      const remote = [...hashes(join(server.root, "L2", radar)).values()].sort();
      expect([...hashes(join(home, "downloads", radar)).values()].sort()).toEqual(remote);
    }
    expect((await status(file)).reduce((sum, { summary }) => sum + summary.files.stored, 0)).toBe(
      readdirSync(REAL_FILES).length,
    );
  }, 60_000);
});
