import { readFileSync, readlinkSync, statSync } from "node:fs";

/** How long a machine has been on: nobody sets it, sleep counts, and it goes on from one program to the next. */
export interface Uptime {
  /** One run of the machine from power-on to power-off; times of two can't be compared. */
  readonly boot: string;
  readonly ms: number;
}

/** This machine's; undefined where nothing tells it for sure. */
export function readUptime(proc = "/proc"): Uptime | undefined {
  try {
    // LXC shows each container its own time in place of the machine's, beside the machine's boot.
    if (statSync(`${proc}/uptime`).dev !== statSync(proc).dev) return undefined;
    const seconds = /^\d+\.\d+/.exec(readFileSync(`${proc}/uptime`, "utf8"))?.[0];
    const boot = readFileSync(`${proc}/sys/kernel/random/boot_id`, "utf8").trim();
    if (seconds === undefined || boot === "") return undefined;
    // A namespace of time may have a beginning of its own.
    return {
      boot: `${boot} ${readlinkSync(`${proc}/self/ns/time`)}`,
      ms: Math.round(Number(seconds) * 1000),
    };
  } catch {
    // Not Linux, or an old one.
    return undefined;
  }
}

/** Milliseconds between two of one boot; undefined where they can't be compared. */
export function passedBetween(from: Uptime | undefined, to: Uptime | undefined): number | undefined {
  if (from === undefined || to === undefined || from.boot !== to.boot || to.ms < from.ms) return undefined;
  return to.ms - from.ms;
}
