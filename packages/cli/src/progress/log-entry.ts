import { printable } from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { inConfigWords } from "../config/config-words.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { OUTCOMES } from "../format/outcome.js";
import { formatInstant, formatRange, formatSoon } from "../format/time.js";
import { hookEntry } from "./hook-entry.js";

const PAUSES = {
  login: "waits, its log-in is refused",
  destination: "waits, its files can't be kept",
  ledger: "waits, the ledger can't be used",
};
const RESUMES = {
  login: "the log-in is accepted again",
  destination: "its files can be kept again",
  ledger: "the ledger can be used again",
};

export const LOG_LEVELS = ["error", "warning", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One thing worth a line: who, what, and what programs want to know of it beside. */
export interface LogEntry {
  readonly at: Date;
  readonly level: LogLevel;
  /** A sentence, printable, the source in front. */
  readonly message: string;
  readonly source?: string;
  readonly event?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What an event means to whoever reads the log; undefined for what isn't worth a line. */
export function logEntry(event: CrawlEvent): LogEntry | undefined {
  const { type, source, at } = event;
  const entry = (level: LogLevel, text: string, fields?: LogEntry["fields"]): LogEntry => ({
    at,
    level,
    source,
    event: type,
    message: `${source}: ${text}`,
    fields,
  });
  switch (type) {
    case "file-failed": {
      const { path, error, nextAttemptAt } = event;
      if (error.kind === "cancelled") return undefined;
      const again = nextAttemptAt ? `; again at ${formatInstant(nextAttemptAt)}` : "";
      const text = `${printable(path)}: ${inConfigWords(error.detail)}${again}`;
      return entry("warning", text, { path, kind: error.kind, nextAttemptAt });
    }
    case "file-quarantined": {
      const { path, error } = event;
      const text = `given up: ${printable(path)}: ${inConfigWords(error.detail)}`;
      return entry("error", text, { path, kind: error.kind });
    }
    case "slot-visited": {
      const { slot, listing, reason, found } = event;
      if (listing !== "failed" && listing !== "truncated")
        return entry("debug", `${printable(slot)} listed: ${listing}, ${count(found, "file")} of ours`, {
          slot,
          listing,
          found,
        });
      const why = printable(inConfigWords(reason ?? listing));
      const what = listing === "failed" ? "could not be listed" : "was listed, but that settles nothing";
      return entry("warning", `${printable(slot)} ${what}: ${why}`, { slot, listing });
    }
    case "slot-settled": {
      const { slot, before } = event;
      const { path, state, start, end, files } = slot;
      const now =
        before === undefined ? state : state === before ? `${state} again` : `${state}, was ${before}`;
      const stored = files.stored > 0 ? `: ${count(files.stored, "file")}, ${formatBytes(files.bytes)}` : "";
      const lost = files.quarantined > 0 ? `, ${files.quarantined} given up` : "";
      const old = files.expired > 0 ? `, ${files.expired} older than is kept` : "";
      const fields = { slot: path, state, before, start, end, files: files.stored, bytes: files.bytes };
      return entry("info", `${formatRange(slot)} ${now}${stored}${lost}${old}`, fields);
    }
    case "file-stored": {
      const { path, size, location, sha256 } = event.file;
      const text = `${printable(path)} ${event.adopted ? "was there already" : "stored"}, ${formatBytes(size ?? 0)}`;
      return entry("debug", text, { path, size, location, sha256, adopted: event.adopted });
    }
    case "files-expired": {
      const { files, bytes } = event;
      return entry("info", `${count(files, "old file")} let go, ${formatBytes(bytes)} freed`, {
        files,
        bytes,
      });
    }
    case "files-left": {
      const { files, location, reason } = event;
      const text = `${count(files, "old file")} left alone, such as ${printable(location)}: ${printable(reason)}`;
      return entry("warning", text, { files, location });
    }
    case "host-down": {
      const { error, nextTryAt } = event;
      const text = `server down: ${inConfigWords(error.detail)}; tried again from ${formatInstant(nextTryAt)} on`;
      return entry("warning", text, { kind: error.kind, nextTryAt });
    }
    case "host-up":
      return entry("info", "server is back");
    case "host-lost": {
      const { host, error, nextTryAt } = event;
      const text = `${host} is left out: ${inConfigWords(error.detail)}; tried again from ${formatInstant(nextTryAt)} on`;
      return entry("warning", text, { host, kind: error.kind, nextTryAt });
    }
    case "host-regained":
      return entry("info", `${event.host} is back`, { host: event.host });
    case "source-paused": {
      const { because, error, nextTryAt } = event;
      const text = `${PAUSES[because]}: ${inConfigWords(error.detail)}; tried again by itself, from ${formatInstant(nextTryAt)} on`;
      return entry("error", text, { because, kind: error.kind, nextTryAt });
    }
    case "source-resumed":
      return entry("info", RESUMES[event.because], { because: event.because });
    case "source-warning":
      return entry("warning", printable(event.detail));
    case "source-stale":
      return entry("warning", `nothing new has come since ${formatInstant(event.since)}`, {
        since: event.since,
      });
    case "source-fresh": {
      const { silentSince } = event;
      if (silentSince === undefined) return undefined;
      return entry(
        "info",
        `something new has come again, after nothing since ${formatInstant(silentSince)}`,
        {
          silentSince,
        },
      );
    }
    case "source-failed":
      return entry("error", `failed: ${inConfigWords(event.error.detail)}`, { kind: event.error.kind });
    case "source-started":
      return entry("info", `started${event.slots === undefined ? "" : `, ${count(event.slots, "slot")}`}`);
    case "source-idle":
      return entry("info", `nothing to do; next look at ${formatSoon(event.until, at)}`, {
        until: event.until,
      });
    case "source-finished":
      return entry("info", OUTCOMES[event.outcome], { outcome: event.outcome });
    default:
      return hookEntry(event);
  }
}
