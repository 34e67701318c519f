import { readFileSync } from "node:fs";

/** Of Linux on every machine Node runs on. */
const TICKS_PER_SECOND = 100;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined; // The process has ended.
  }
}

/** A process and everything below it. */
export function processTree(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim().split(" ") ?? [];
  return [pid, ...children.filter(Boolean).flatMap((child) => processTree(Number(child)))];
}

/** Seconds of CPU of one process; 0 once it has ended. */
export const cpuOf = (pid: number) => ticksOf(pid, 2) / TICKS_PER_SECOND;

/** With those of its children that have ended and that it waited for. */
export const waitedCpuOf = (pid: number) => ticksOf(pid, 4) / TICKS_PER_SECOND;

/** utime, stime, cutime, cstime: 14 to 17 of proc(5), of which the first few are added up. */
function ticksOf(pid: number, fields: number): number {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return 0;
  // The second field is the program's name in brackets, which may hold anything.
  const third = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return third.slice(11, 11 + fields).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** The most memory a process has had so far, bytes; 0 once it has ended. */
export function peakMemoryOf(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? "");
  return Number(peak?.[1] ?? 0) * 1024;
}

/** Seconds of CPU the whole machine has used. */
export function machineCpu(): number {
  const fields = (read("/proc/stat") ?? "").split("\n")[0]!.trim().split(/ +/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0] = fields;
  return (fields.reduce((sum, ticks) => sum + ticks, 0) - idle - waiting) / TICKS_PER_SECOND;
}
