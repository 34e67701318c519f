import type { LogEntry } from "./log-entry.js";

export function entryLine(entry: LogEntry): string {
  return isTrouble(entry) ? `${entry.level} ${entry.message}` : entry.message;
}

export function isTrouble({ level }: LogEntry): boolean {
  return level === "error" || level === "warning";
}
