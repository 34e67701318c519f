import { readFileSync } from "node:fs";

/** Whether a process of this machine runs. One that has died and that its parent hasn't asked after yet doesn't. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  try {
    // "4711 (node) S …"; the name may hold brackets itself.
    return !/^Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, ""));
  } catch {
    // Not Linux.
    return true;
  }
}
