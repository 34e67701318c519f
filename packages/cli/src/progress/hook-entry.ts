import { printable } from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { count } from "../format/count.js";
import { formatInstant } from "../format/time.js";
import type { LogEntry, LogLevel } from "./log-entry.js";

/** How hooks fare, as a line of the log; undefined for any other event. */
export function hookEntry(event: CrawlEvent): LogEntry | undefined {
  switch (event.type) {
    case "hook-failing": {
      const { error, nextTryAt } = event;
      const text = `${printable(error.detail)}; again at ${formatInstant(nextTryAt)}`;
      return entry(event, "warning", text, { kind: error.kind, nextTryAt });
    }
    case "hook-down": {
      const { error, since, nextTryAt, waiting } = event;
      const text =
        `down since ${formatInstant(since)}: ${printable(error.detail)}; ${count(waiting, "message")} waiting, ` +
        "tried again at least once a minute until it is back";
      return entry(event, "warning", text, { kind: error.kind, since, nextTryAt, waiting });
    }
    case "hook-recovered":
      return entry(event, "info", "deliveries succeed again");
    case "hook-dropped":
      return entry(event, "error", `${count(event.count, "message")} dropped: ${event.reason}`, {
        count: event.count,
      });
    case "hook-waiting": {
      const { waiting, until } = event;
      const text =
        `${count(waiting, "message")} still to be delivered: waiting until ${formatInstant(until)} at most; ` +
        "nothing is lost, what is left then goes out with the next run";
      return entry(event, "warning", text, { waiting, until });
    }
    case "hook-left": {
      const text = `${count(event.waiting, "message")} could not be delivered yet: left to the next run`;
      return entry(event, "warning", text, { waiting: event.waiting });
    }
    default:
      return undefined;
  }
}

function entry(
  { at, type, hook }: Extract<CrawlEvent, { hook: string }>,
  level: LogLevel,
  text: string,
  fields?: LogEntry["fields"],
): LogEntry {
  return { at, level, event: type, message: `hook ${hook}: ${text}`, fields: { hook, ...fields } };
}
