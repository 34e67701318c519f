import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { named, peersFor, whyNot } from "./choose.js";
import { machine } from "./machine.js";
import { parseOptions, TEMPORARY, USAGE, type BenchOptions } from "./options.js";
import type { Peer } from "./peer.js";
import { allPeers } from "./peers/index.js";
import { runScenario, type RunScenarioOptions } from "./run-scenario.js";
import type { Scenario } from "./scenario.js";
import { scenarios } from "./scenarios.js";
import { serverVersion } from "./servers.js";
import { summarize } from "./summarize.js";
import { commandsTable, timesTable } from "./table.js";

const print = (text: string) => void process.stdout.write(`${text}\n`);
const say = (text: string) => void process.stderr.write(`${text}\n`);

function versions(all: readonly Peer[]): Record<string, string> {
  const peers = all.map((peer) => [peer.name, peer.version() ?? "not installed"]);
  const servers = (["ftp", "sftp"] as const).map((protocol) => [
    `${protocol} server`,
    serverVersion(protocol) ?? "not installed",
  ]);
  return Object.fromEntries([...peers, ...servers]) as Record<string, string>;
}

function list(all: readonly Peer[]): void {
  for (const scenario of scenarios()) {
    const { peers, missing } = peersFor(scenario, all);
    const long = scenario.byName ? " (by name only)" : "";
    print(
      `${scenario.name.padEnd(20)} ${scenario.about}${long}: ${peers.map(({ name }) => name).join(", ")}`,
    );
    for (const name of missing) print(`${"".padEnd(20)} left out: ${name} is not installed`);
    const reason = whyNot(scenario);
    if (reason) print(`${"".padEnd(20)} can't be run here: ${reason}`);
  }
}

/** The scenario's results as they go into the JSON; undefined where it can't be run here. */
async function one(scenario: Scenario, options: BenchOptions, run: RunScenarioOptions) {
  const reason = whyNot(scenario);
  if (reason) return void say(`skipped: ${scenario.name}: ${reason}`);
  const { peers, missing } = peersFor(scenario, run.peers);
  for (const name of missing) say(`left out of ${scenario.name}: ${name} is not installed`);
  if (peers.length === 0) return void say(`skipped: ${scenario.name}: no peer of it was chosen`);
  const rounds = scenario.measure === "commands" ? 1 : options.rounds;
  const result = await runScenario(scenario, { ...run, peers, rounds });
  const reference = options.reference ?? scenario.reference;
  const rows = summarize(result, reference);
  const { tree, network } = result;
  print(`\n### ${scenario.name}: ${scenario.about}\n`);
  print(
    `${tree.count} files, over ${network}, ${rounds} ${rounds === 1 ? "round" : "rounds"}; reference ${reference}\n`,
  );
  print((scenario.measure === "commands" ? commandsTable : timesTable)(rows, tree.count));
  return { name: scenario.name, about: scenario.about, files: tree.count, network, reference, rows };
}

async function bench(options: BenchOptions): Promise<number> {
  const peers = named("peer", allPeers(options.against), options.peers);
  if (options.list) return (list(peers), 0);
  const all = scenarios({ smoke: options.smoke });
  const chosen = options.scenarios
    ? named("scenario", all, options.scenarios)
    : all.filter(({ byName }) => !byName);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const work = options.work ?? (await mkdtemp(TEMPORARY));
  const { dest, seed, timeout, roundTrip, megabitsPerSecond, rounds } = options;
  const wan = { roundTrip, megabitsPerSecond };
  const results = [];
  try {
    for (const scenario of chosen) {
      const run = { peers, rounds, seed, work, dest, wan, timeout, signal: stop.signal, say };
      const result = await one(scenario, options, run);
      if (result) results.push(result);
    }
  } finally {
    if (options.work === undefined) await rm(work, { recursive: true, force: true });
  }
  const { json, smoke } = options;
  const report = {
    at: new Date(),
    machine: machine(),
    versions: versions(peers),
    dest,
    smoke,
    scenarios: results,
  };
  print("\nVersions\n");
  for (const [name, version] of Object.entries(report.versions)) print(`- ${name}: ${version}`);
  if (json) await writeFile(json, JSON.stringify(report, undefined, 2));
  const wrong = results.some(({ rows }) => rows.some(({ problems }) => problems.length > 0));
  return results.length === 0 || wrong ? 1 : 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) print(USAGE);
  else process.exitCode = await bench(options);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
