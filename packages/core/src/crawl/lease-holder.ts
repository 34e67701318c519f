import { createHash, randomUUID } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { isRunning } from "../store/is-running.js";

/**
 * Who holds a lease, readable by people: "radar-host process 4711 (a1b2c3d4-e5f6a7b8)". In brackets: which boot and
 * process namespace the number counts in, and a mark of its own.
 */
export function thisHolder(): string {
  return `${hostname()} process ${process.pid} (${machine()}-${randomUUID().slice(0, 8)})`;
}

/** Whether a holder is surely gone: a process of this very machine that doesn't run any more. */
export function isDead(holder: string): boolean {
  const found = /^(.*) process (\d+) \(([0-9a-f]{8})-[0-9a-f]{8}\)$/.exec(holder);
  if (found === null || found[1] !== hostname() || found[3] !== machine()) return false;
  return !isRunning(Number(found[2]));
}

function machine(): string {
  const facts = [hostname()];
  try {
    // Process numbers start anew at each boot and in each container.
    facts.push(readFileSync("/proc/sys/kernel/random/boot_id", "utf8"), readlinkSync("/proc/self/ns/pid"));
  } catch {
    // Not Linux: the host's name must do.
  }
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 8);
}
