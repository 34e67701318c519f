import type { CrawlEvent } from "@daybook/core";
import { logEntry } from "./log-entry.js";
import type { LogEntry } from "./log-entry.js";

/** What went wrong, if this event tells of it: shown whatever the display. */
export function warningLine(event: CrawlEvent): string | undefined {
  const entry = logEntry(event);
  return entry !== undefined && isTrouble(entry) ? entry.message : undefined;
}

/** One line for whatever matters in a log; at most one for a slot, none for a file that arrived. */
export function logLine(event: CrawlEvent): string | undefined {
  const entry = logEntry(event);
  return entry === undefined || entry.level === "debug" ? undefined : entryLine(entry);
}

export function entryLine(entry: LogEntry): string {
  return isTrouble(entry) ? `${entry.level} ${entry.message}` : entry.message;
}

export function isTrouble({ level }: LogEntry): boolean {
  return level === "error" || level === "warning";
}
