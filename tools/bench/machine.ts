import { cpus, release, totalmem } from "node:os";

/** What the figures were taken on. */
export function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? "unknown",
    cores: all.length,
    memory: totalmem(),
    kernel: release(),
    node: process.version,
  };
}
