import { printable } from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { OUTCOMES } from "../format/outcome.js";
import { formatInstant, formatRange, formatSoon } from "../format/time.js";

/** What went wrong, if this event tells of it: shown whatever the display. */
export function warningLine(event: CrawlEvent): string | undefined {
  switch (event.type) {
    case "file-failed": {
      if (event.error.kind === "cancelled") return undefined;
      const again = event.nextAttemptAt ? `; again at ${formatInstant(event.nextAttemptAt)}` : "";
      return `${event.source}: ${printable(event.path)}: ${event.error.detail}${again}`;
    }
    case "file-quarantined":
      return `${event.source}: given up: ${printable(event.path)}: ${event.error.detail}`;
    case "slot-visited":
      if (event.listing !== "failed" && event.listing !== "truncated") return undefined;
      return `${event.source}: ${printable(event.slot)} could not be listed: ${printable(event.reason ?? event.listing)}`;
    case "host-down":
      return `${event.source}: server down: ${event.error.detail}; again at ${formatInstant(event.nextTryAt)}`;
    case "source-failed":
      return `${event.source}: failed: ${event.error.detail}`;
    default:
      return undefined;
  }
}

/** One line for whatever matters in a log; at most one for a slot, none for a file that arrived. */
export function logLine(event: CrawlEvent): string | undefined {
  const warning = warningLine(event);
  if (warning !== undefined) return `warning ${warning}`;
  switch (event.type) {
    case "source-started":
      return `${event.source}: started${event.slots === undefined ? "" : `, ${count(event.slots, "slot")}`}`;
    case "slot-settled": {
      const { slot } = event;
      const files =
        slot.files.stored > 0
          ? `: ${count(slot.files.stored, "file")}, ${formatBytes(slot.files.bytes)}`
          : "";
      const lost = slot.files.quarantined > 0 ? `, ${slot.files.quarantined} given up` : "";
      return `${event.source}: ${formatRange(slot)} ${slot.state}${files}${lost}`;
    }
    case "host-up":
      return `${event.source}: server is back`;
    case "source-idle":
      return `${event.source}: nothing to do; next look at ${formatSoon(event.until, event.at)}`;
    case "source-finished":
      return `${event.source}: ${OUTCOMES[event.outcome]}`;
    default:
      return undefined;
  }
}
