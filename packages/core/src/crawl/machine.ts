import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, existsSync } from "node:fs";
import { hostname } from "node:os";

/** What tells machines, their boots and their process numbers apart. */
export interface Machine {
  readonly host: string;
  /** The machine itself, whatever boot it runs; undefined where nothing says so for sure. */
  readonly id?: string;
  /** One run of the machine from power-on to power-off. */
  readonly boot: string;
  /** In which process numbers count: a container has its own. */
  readonly processes: string;
}

/** The namespace of processes that a Linux machine starts with; the kernel's PROC_PID_INIT_INO. */
const OUTERMOST = "pid:[4026531836]";

const INTERFACES = "/sys/class/net";

export function thisMachine(): Machine {
  const host = hostname();
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const processes = readlinkSync("/proc/self/ns/pid");
    return { host, boot, processes, id: processes === OUTERMOST ? machineId() : undefined };
  } catch {
    // Not Linux: the host's name must do.
    return { host, boot: host, processes: host };
  }
}

/**
 * /etc/machine-id alone isn't enough: a cloned disk has its original's, and an image gives its own to all containers made
 * of it. So it counts only outside of containers, and together with the addresses of the network hardware, which a clone
 * has of its own. Where these change, nothing worse follows than that a lease is waited for.
 */
function machineId(): string | undefined {
  try {
    const id = readFileSync("/etc/machine-id", "utf8").trim();
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const addresses = readdirSync(INTERFACES)
      .filter((name) => existsSync(`${INTERFACES}/${name}/device`))
      .map((name) => readFileSync(`${INTERFACES}/${name}/address`, "utf8").trim());
    return [id, ...addresses.sort()].join(" ");
  } catch {
    return undefined;
  }
}

/** 8 hex digits: enough to tell a few machines apart, and nothing that tells of them. */
export const shortened = (facts: string): string =>
  createHash("sha256").update(facts).digest("hex").slice(0, 8);
