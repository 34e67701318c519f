import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { countCommands, type Commands } from "./count-commands.js";
import { measure, outputIn, type Measured } from "./measure.js";
import type { Network } from "./network.js";
import type { Job, Peer } from "./peer.js";
import type { Scenario } from "./scenario.js";
import type { RunningServer } from "./servers.js";
import { RADAR, type Tree } from "./tree.js";
import { verify } from "./verify.js";

/** One run of one peer. */
export interface Round extends Measured {
  readonly round: number;
  /** What went wrong; a peer with problems has no figures worth reading. */
  readonly problems: readonly string[];
  readonly commands?: Commands;
  readonly figures?: Readonly<Record<string, number>>;
}

export interface Stage {
  readonly scenario: Scenario;
  readonly tree: Tree;
  readonly server: RunningServer;
  readonly network: Network;
  /** Where peers write. */
  readonly dest: string;
  /** The server's log, if it writes one. */
  readonly log?: string;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Ready to run: a job, and what to run it with. */
export interface Entry {
  readonly peer: Peer;
  readonly job: Job;
}

/** A place for one run, or for all of a poll's. */
export async function enter(stage: Stage, peer: Peer): Promise<Entry> {
  const folder = await mkdtemp(join(stage.dest, `${peer.name}-`));
  const [dest, work] = [join(folder, "dest"), join(folder, "work")];
  for (const made of [dest, work]) await mkdir(made);
  const { scenario, tree, server } = stage;
  return { peer, job: { task: scenario.task, server, tree, dest, work } };
}

export async function leave({ job }: Entry): Promise<void> {
  await rm(join(job.dest, ".."), { recursive: true, force: true });
  // What the next one writes shouldn't wait for what this one left behind.
  spawnSync("sync", ["-f", join(job.dest, "../..")]);
}

/** For a poll: everything is there, and the peer knows. Not timed. */
export async function fillFor(stage: Stage, { peer, job }: Entry): Promise<void> {
  if (!peer.remembers) {
    // In a program of its own, which is quicker with a million files.
    spawnSync("cp", ["-a", join(stage.tree.folder, "L2", RADAR), job.dest]);
    return;
  }
  const round = await run(stage, { peer, job }, { round: -1, how: "sizes", timeout: Infinity });
  if (round.problems.length > 0) throw new Error(`${peer.name}'s first run failed: ${round.problems[0]}`);
}

export interface RunOptions {
  readonly round: number;
  readonly how: "bytes" | "sizes";
  readonly timeout?: number;
}

export async function run(stage: Stage, { peer, job }: Entry, options: RunOptions): Promise<Round> {
  const { network, server, signal, log } = stage;
  await peer.prepare?.(job);
  const logged = log ? await sizeOf(log) : 0;
  const measured = await measure(peer.command(job), {
    ...{ within: network.within, servers: [server.pid], folder: job.work, signal },
    timeout: Math.min(options.timeout ?? stage.timeout, 2 ** 31 - 1),
  });
  const problems = await problemsOf(stage, { peer, job }, measured, options.how);
  return {
    ...{ round: options.round, ...measured, problems },
    commands: log ? await countCommands(log, logged) : undefined,
    figures: problems.length > 0 ? undefined : await peer.figures?.(job),
  };
}

async function problemsOf(stage: Stage, { peer, job }: Entry, measured: Measured, how: "bytes" | "sizes") {
  if (measured.code === undefined) return [`not done after ${stage.timeout / 1000} s`];
  const wrong = await verify(stage.tree, job.dest, how);
  const more = wrong.length > 1 ? ` and ${wrong.length - 1} more` : "";
  return [
    ...((peer.codes?.[job.task] ?? [0]).includes(measured.code)
      ? []
      : [`exit code ${measured.code}: ${await lastLine(job.work)}`]),
    ...wrong.slice(0, 1).map((line) => `${line}${more}`),
  ];
}

async function lastLine(folder: string): Promise<string> {
  const lines = (await readFile(outputIn(folder), "utf8")).trim().split("\n");
  return lines.at(-1)!.slice(0, 200);
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** Reads what is served once, so that no round has to wait for the disk. */
export function warm(folder: string): void {
  for (const name of readdirSync(folder))
    spawnSync("sh", ["-c", 'find "$0" -type f -exec cat {} + >/dev/null', join(folder, name)]);
}
