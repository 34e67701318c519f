import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "./peer.js";
import { machineCpu } from "./processes.js";
import { Watch } from "./watch.js";

export interface Measured {
  /** Seconds from the program's start to its end. */
  readonly wall: number;
  /** Seconds of CPU of the program and what it started. */
  readonly cpu: number;
  readonly serverCpu: number;
  /** Bytes; the sum of the processes' own peaks. */
  readonly peakMemory: number;
  /** Cores that neither program nor server used, but somebody else. */
  readonly otherCores: number;
  /** The exit code; undefined for one that was ended after `timeout`. */
  readonly code: number | undefined;
}

export interface MeasureOptions {
  /** A command that the program is put behind: "enter this network". */
  readonly within: readonly string[];
  readonly servers: readonly number[];
  /** Where the program's output and the times are kept. */
  readonly folder: string;
  /** ms */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** bash takes the times: to the millisecond, with the CPU of all that the program waited for, and without our own. */
const SCRIPT = `TIMEFORMAT='%3R %3U %3S'
{ time "$@" >"$BENCH_OUTPUT" 2>&1 </dev/null; } 2>"$BENCH_TIMES"`;

/** Runs a program to its end. */
export async function measure(command: Command, options: MeasureOptions): Promise<Measured> {
  options.signal.throwIfAborted();
  const times = join(options.folder, "times");
  const own = openSync(join(options.folder, "shell"), "w");
  const watch = new Watch(options.servers);
  const before = machineCpu();
  const began = performance.now();
  const child = spawn("bash", ["-c", SCRIPT, "-", ...options.within, command.program, ...command.args], {
    // A group of its own, which is ended as one.
    detached: true,
    stdio: ["ignore", own, own],
    env: {
      ...{ ...process.env, ...command.env, SSH_AUTH_SOCK: "" },
      ...{ BENCH_OUTPUT: outputIn(options.folder), BENCH_TIMES: times },
    },
  });
  closeSync(own);
  watch.start(child.pid!);
  const end = () => process.kill(-child.pid!, "SIGKILL");
  const timer = setTimeout(end, options.timeout);
  options.signal.addEventListener("abort", end);
  const [code] = (await once(child, "exit")) as [number | null];
  options.signal.removeEventListener("abort", end);
  clearTimeout(timer);
  const elapsed = (performance.now() - began) / 1000;
  const seen = watch.stop();
  options.signal.throwIfAborted();
  const [wall = elapsed, user = 0, system = 0] =
    code === null ? [] : (await readFile(times, "utf8")).trim().split("\n").at(-1)!.split(" ").map(Number);
  // What it started and didn't wait for is only seen.
  const cpu = Math.max(user + system, seen.cpu);
  const { serverCpu, peakMemory } = seen;
  const others = machineCpu() - before - cpu - serverCpu;
  return {
    ...{ wall, cpu, serverCpu, peakMemory, code: code ?? undefined },
    otherCores: Math.max(0, others / elapsed),
  };
}

/** The file that holds what the program printed. */
export const outputIn = (folder: string) => join(folder, "output");
