import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { isRunning } from "../store/is-running.js";

const UNKNOWN = "x";

/** Of destinations that are open in this process. */
const ours = new Set<string>();

/**
 * Who writes a part: one destination of one process. Its text is in the part's name, so that two programs on one folder
 * never write to one file.
 */
export class PartHolder {
  readonly text: string;

  constructor() {
    this.text = `${machine()}.${process.pid}.${randomBytes(4).toString("hex")}`;
    ours.add(this.text);
  }

  /** From now on its parts may be taken by others of this process. */
  leave(): void {
    ours.delete(this.text);
  }
}

/** Whether a holder surely writes no more. Of another machine, or another container, that can't be known. */
export function isHolderGone(text: string): boolean {
  if (ours.has(text)) return false;
  const [where, pid] = text.split(".");
  if (where !== machine() || where === UNKNOWN) return false;
  // A process that had our number before us has ended.
  return Number(pid) === process.pid || !isRunning(Number(pid));
}

let known: string | undefined;

/** Names what process numbers are unique in: one run of a machine, and in it one container. Linux only. */
function machine(): string {
  known ??= readMachine();
  return known;
}

function readMachine(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id");
    const numbers = readlinkSync("/proc/self/ns/pid");
    return createHash("sha256").update(boot).update(numbers).digest("hex").slice(0, 8);
  } catch {
    return UNKNOWN;
  }
}
