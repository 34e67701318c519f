import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openNetwork } from "./network.js";
import type { Peer } from "./peer.js";
import { enter, fillFor, leave, run, warm, type Entry, type Round, type Stage } from "./round.js";
import type { Scenario } from "./scenario.js";
import { startServer } from "./servers.js";
import { shuffled } from "./shuffle.js";
import { makeTree, type Tree } from "./tree.js";

export interface RunScenarioOptions {
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly seed: number;
  /** Where trees are kept. */
  readonly work: string;
  /** Where peers write. */
  readonly dest: string;
  readonly wan: { readonly roundTrip: number; readonly megabitsPerSecond: number };
  /** ms for one run. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly tree: Tree;
  readonly network: string;
  /** Every peer's rounds, by its name. */
  readonly rounds: ReadonlyMap<string, readonly Round[]>;
}

/** Runs every peer once a round, each round in another order; what each brought home is compared with the tree. */
export async function runScenario(scenario: Scenario, options: RunScenarioOptions): Promise<ScenarioResult> {
  const { work, say, signal, timeout } = options;
  await mkdir(work, { recursive: true });
  await mkdir(options.dest, { recursive: true });
  say(`${scenario.name}: making the tree`);
  const tree = await makeTree(scenario.tree, work);
  warm(tree.folder);
  const network = await openNetwork(scenario.network, { ...options.wan, folder: work });
  const dest = await mkdtemp(join(options.dest, "daybook-bench-"));
  const log = scenario.measure === "commands" ? join(dest, "server.log") : undefined;
  try {
    const server = await startServer(scenario.protocol, { host: network.host, root: tree.folder, log });
    try {
      const stage: Stage = { scenario, tree, server, network, dest, log, timeout, signal };
      return { scenario, tree, network: network.about, rounds: await play(stage, options) };
    } finally {
      await server.stop();
    }
  } finally {
    await network.close();
    await rm(dest, { recursive: true, force: true });
  }
}

async function play(stage: Stage, { peers, rounds, seed, say }: RunScenarioOptions) {
  const results = new Map<string, Round[]>(peers.map(({ name }) => [name, []]));
  const lasting = new Map<string, Entry>();
  if (stage.scenario.task === "poll") {
    for (const peer of peers) {
      const entry = await enter(stage, peer);
      say(`${stage.scenario.name}: ${peer.name} gets everything once`);
      await fillFor(stage, entry);
      lasting.set(peer.name, entry);
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const peer of shuffled(peers, seed + round)) {
      const done = results.get(peer.name)!;
      // It would take as long again.
      if (done.some(({ code }) => code === undefined)) continue;
      const entry = lasting.get(peer.name) ?? (await enter(stage, peer));
      const result = await run(stage, entry, { round, how: round === 0 ? "bytes" : "sizes" });
      if (!lasting.has(peer.name)) await leave(entry);
      done.push(result);
      const trouble = result.problems.map((problem) => `; ${problem}`).join("");
      say(`${stage.scenario.name}: round ${round + 1}, ${peer.name}: ${result.wall.toFixed(2)} s${trouble}`);
    }
  }
  return results;
}
