import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { whyNoOpenSsh } from "./servers/openssh.js";
import { vsftpd } from "./servers/vsftpd.js";

const START = fileURLToPath(new URL("../tools/bench/start.mjs", import.meta.url));

interface Report {
  readonly scenarios: readonly {
    readonly name: string;
    readonly files: number;
    readonly rows: readonly {
      readonly peer: string;
      readonly problems: readonly string[];
      readonly commands?: { readonly byVerb: Readonly<Record<string, number>> };
    }[];
  }[];
}

test("the benchmark runs through with tiny trees, and every peer brings every file home whole", async ({
  skip,
}) => {
  const scenarios = [
    ...(vsftpd.whyNot() === undefined ? ["commands-poll-day"] : []),
    ...(whyNoOpenSsh() === undefined ? ["backfill-sftp"] : []),
  ];
  if (scenarios.length === 0) return skip("neither vsftpd nor sshd");
  const folder = mkdtempSync(join(tmpdir(), "daybook-bench-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const json = join(folder, "report.json");
  const args = ["--smoke", "--scenario", scenarios.join(","), "--dest", folder, "--json", json];
  const peers = ["--peers", "daybook,rclone,lftp,sftp"];
  // What `npm run bench` does after the build, which other tests are running on.
  const { stderr } = await promisify(execFile)(process.execPath, [START, ...args, ...peers]);
  const report = JSON.parse(readFileSync(json, "utf8")) as Report;
  expect(report.scenarios.map(({ name }) => name)).toEqual(scenarios);
  for (const { name, files, rows } of report.scenarios) {
    expect(files).toBeGreaterThan(0);
    expect(rows.map(({ peer }) => peer)).toContain("daybook");
    for (const { peer, problems, commands } of rows) {
      expect([name, peer, problems, stderr]).toEqual([name, peer, [], stderr]);
      if (name !== "commands-poll-day") continue;
      expect(commands?.byVerb.LIST).toBeGreaterThan(0);
      expect([peer, commands?.byVerb.RETR]).toEqual([peer, undefined]);
    }
  }
}, 180_000);
