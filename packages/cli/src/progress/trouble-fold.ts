import { printable } from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { inConfigWords } from "../config/config-words.js";
import { count } from "../format/count.js";
import { logEntry } from "./log-entry.js";
import type { LogEntry } from "./log-entry.js";

type Visited = Extract<CrawlEvent, { type: "slot-visited" }>;
type HostTrouble = Extract<CrawlEvent, { type: "host-down" | "host-lost" }>;

/** Slots of one source that share a reason for which their listings settle nothing. */
interface Unlisted {
  readonly first: Visited;
  readonly slots: Set<string>;
  untold: number;
}

/**
 * Tells once what goes on being wrong: a host that stays down, and a reason that many slots share. How many these are
 * is told when the source's pass is over. What is held back stays there for who logs everything.
 */
export class TroubleFold {
  /** By source and reason. */
  readonly #unlisted = new Map<string, Map<string, Unlisted>>();
  /** The kind of error that was told last, by source and host. */
  readonly #down = new Map<string, string>();

  entries(event: CrawlEvent): LogEntry[] {
    const entry = logEntry(event);
    const own = entry === undefined ? [] : [entry];
    switch (event.type) {
      case "slot-visited":
        return this.#isNews(event) ? own : own.map(asDetail);
      case "host-down":
      case "host-lost":
        return this.#isNewlyDown(event) ? own : own.map(asDetail);
      case "host-up":
      case "host-regained": {
        this.#down.delete(hostOf(event));
        const counts = this.#counts(event);
        this.#unlisted.delete(event.source);
        return [...counts, ...own];
      }
      case "source-idle":
      case "source-failed":
      case "source-finished":
        return [...this.#counts(event), ...own];
      default:
        return own;
    }
  }

  #isNews(event: Visited): boolean {
    const { source, slot, listing } = event;
    const reasons = this.#unlisted.get(source) ?? new Map<string, Unlisted>();
    if (listing !== "failed" && listing !== "truncated") {
      for (const [reason, { slots }] of reasons)
        if (slots.delete(slot) && slots.size === 0) reasons.delete(reason);
      return true;
    }
    this.#unlisted.set(source, reasons);
    const reason = `${listing} ${event.reason}`;
    const known = reasons.get(reason);
    if (known === undefined) reasons.set(reason, { first: event, slots: new Set([slot]), untold: 0 });
    else if (!known.slots.has(slot)) {
      known.slots.add(slot);
      known.untold++;
    }
    return known === undefined;
  }

  #isNewlyDown(event: HostTrouble): boolean {
    const host = hostOf(event);
    const before = this.#down.get(host);
    this.#down.set(host, event.error.kind);
    return before !== event.error.kind;
  }

  #counts({ source, at }: CrawlEvent): LogEntry[] {
    return [...(this.#unlisted.get(source)?.values() ?? [])].flatMap((unlisted) => {
      const { first, slots, untold } = unlisted;
      if (untold === 0) return [];
      unlisted.untold = 0;
      const { listing, reason = listing } = first;
      const others = count(untold, "other slot");
      const what =
        listing === "failed"
          ? `${others} could not be listed either`
          : `what was listed of ${others} settles nothing either`;
      const message = `${source}: ${what}: ${printable(inConfigWords(reason))}`;
      const fields = { listing, slots: slots.size };
      return [{ at, level: "warning" as const, source, event: "slots-unlisted", message, fields }];
    });
  }
}

const asDetail = (entry: LogEntry): LogEntry => ({ ...entry, level: "debug" });

function hostOf(event: Extract<CrawlEvent, { type: `host-${string}` }>): string {
  return `${event.source} ${"host" in event ? event.host : ""}`;
}
