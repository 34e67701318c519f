import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync } from "node:fs";
import { join } from "node:path";
import { firstLine } from "./first-line.js";
import type { Network } from "./network.js";
import { ROOT } from "./place.js";

export interface WanOptions {
  /** ms, there and back. */
  readonly roundTrip: number;
  /** Each way; 0 for no cap. */
  readonly megabitsPerSecond: number;
  /** Where the link is compiled to. */
  readonly folder: string;
}

/** Bytes that wait at the cap before packets are dropped, in products of bandwidth and round trip: few are. */
const BUFFER = 3;

export function whyNoWan(): string | undefined {
  if (process.getuid?.() !== 0) return "a far link takes root";
  const missing = [
    ["ip", "-V", "iproute2"],
    ["nsenter", "--version", "util-linux"],
    ["cc", "--version", "gcc"],
  ].find(([program, flag]) => firstLine(program!, [flag!]) === undefined);
  if (missing) return `${missing[0]} is not installed (Debian: apt-get install ${missing[2]})`;
  try {
    accessSync("/dev/net/tun");
    return undefined;
  } catch {
    return "there is no /dev/net/tun (modprobe tun)";
  }
}

/**
 * A network namespace for the peers, joined to the machine's own by a link of our own (link.c): both ends are the
 * kernel's TCP, so that round trips, slow start and windows are what they are on a real line.
 */
export async function openWan({ roundTrip, megabitsPerSecond, folder }: WanOptions): Promise<Network> {
  const name = `daybook${process.pid}`;
  // Addresses for measurements (RFC 2544), others for another benchmark at the same time.
  const net = `198.18.${(process.pid >> 6) & 255}`;
  const first = (process.pid & 63) * 4;
  const [here, there] = [`${net}.${first + 1}`, `${net}.${first + 2}`];
  const program = join(folder, "link");
  execFileSync("cc", ["-O2", "-pthread", "-o", program, join(ROOT, "tools/bench/link.c")]);
  const ip = (...args: string[]) => execFileSync("ip", args);
  ip("netns", "add", name);
  const bits = megabitsPerSecond * 1_000_000;
  const buffer = Math.max(64_000, Math.round((bits / 8) * (roundTrip / 1000) * BUFFER));
  const numbers = [roundTrip * 500, bits, buffer].map(String);
  // It ends with its standard input, and so with this process, however that ends.
  const link = spawn(program, [name, name.slice(0, 15), ...numbers], { stdio: ["pipe", "pipe", "inherit"] });
  const close = async () => {
    if (link.exitCode === null) {
      const ended = once(link, "exit");
      link.stdin.end();
      await ended;
    }
    ip("netns", "delete", name);
  };
  try {
    const [outcome] = (await Promise.race([once(link.stdout, "data"), once(link, "exit")])) as [unknown];
    if (!String(outcome).startsWith("ready")) throw new Error(`the link ended with ${String(outcome)}`);
    for (const [address, inside] of [
      [here, []],
      [there, ["-n", name]],
    ] as const) {
      ip(...inside, "address", "add", `${address}/30`, "dev", name);
      ip(...inside, "link", "set", name, "txqueuelen", "5000", "up");
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    host: here,
    within: ["nsenter", `--net=/run/netns/${name}`],
    about: `a link of ${roundTrip} ms there and back and ${megabitsPerSecond || "any number of"} Mbit/s each way`,
    close,
  };
}
