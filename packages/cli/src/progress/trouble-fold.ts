import { printable } from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { inConfigWords } from "../config/config-words.js";
import { count } from "../format/count.js";
import { logEntry } from "./log-entry.js";
import type { LogEntry } from "./log-entry.js";

type Visited = Extract<CrawlEvent, { type: "slot-visited" }>;
type Silence = Extract<CrawlEvent, { type: "source-stale" | "source-fresh" }>;
type Paused = Extract<CrawlEvent, { type: "source-paused" }>;
type HostTrouble = Extract<CrawlEvent, { type: "host-down" | "host-lost" }>;

/** How long a source waits before that is told, in ms. */
const PAUSE = 1_000;
/** Slots that are remembered for one reason; of what is beyond, each visit counts. */
const MOST_SLOTS = 1_000;
/** Reasons of one source that are told apart. */
const MOST_REASONS = 50;
/** Some that are named where they are counted. */
const EXAMPLES = 3;
/** They are counted at least so often, in ms: a source may be busy for days. */
const LONGEST = 10_000;

/** Slots of one source that share a reason for which their listings settle nothing. */
interface Unlisted {
  readonly first: Visited;
  readonly slots: Set<string>;
  untold: number;
  readonly examples: string[];
  /** When they were told of last. */
  toldAt: Date;
}

/**
 * Tells once what goes on being wrong: a host that stays down, a source that several hooks find silent, and a reason that
 * many slots share. How many these are is told when the source's pass is over, and now and then before. What is held back
 * stays there for who logs everything.
 */
export class TroubleFold {
  /** By source and reason. */
  readonly #unlisted = new Map<string, Map<string, Unlisted>>();
  /** The kind of error that was told last, by host: any of the sources on it may hear that it is back. */
  readonly #down = new Map<string, string>();
  /** The silence that was told of last, by source: each hook finds it by itself. */
  readonly #silences = new Map<string, string>();
  /** Why sources wait, and what is still to be said of it. */
  readonly #pauses = new Map<string, { readonly event: Paused; readonly entries: LogEntry[] }>();

  entries(event: CrawlEvent): LogEntry[] {
    return [...this.#pausesOver(event), ...this.#entries(event)];
  }

  #entries(event: CrawlEvent): LogEntry[] {
    const entry = logEntry(event);
    const own = entry === undefined ? [] : [entry];
    switch (event.type) {
      case "source-paused":
        this.#pauses.set(event.source, { event, entries: own });
        return [];
      case "source-resumed":
        this.#pauses.delete(event.source);
        return own;
      case "slot-visited":
        // That its log-in is refused, or its disk full, was said of the source.
        if (event.reason !== undefined && event.reason === this.#pauses.get(event.source)?.event.error.detail)
          return own.map(asDetail);
        return this.#isNews(event) ? own : [...own.map(asDetail), ...this.#due(event)];
      case "host-down":
      case "host-lost":
        return this.#isNewlyDown(event) ? own : own.map(asDetail);
      case "host-up":
      case "host-regained":
        this.#down.delete(event.host);
        return [...this.#forget(event), ...own];
      case "source-stale":
      case "source-fresh":
        return this.#isNewSilence(event) ? own : own.map(asDetail);
      case "source-idle":
        return [...this.#counts(event), ...own];
      case "source-failed":
      case "source-finished":
        return [...this.#forget(event), ...own];
      default:
        return own;
    }
  }

  /** What is held back, of all sources. */
  flush(at: Date): LogEntry[] {
    return [
      ...[...this.#pauses.values()].flatMap(({ entries }) => entries.splice(0)),
      ...[...this.#unlisted.keys()].flatMap((source) => this.#counts({ source, at })),
    ];
  }

  /** Pauses that have lasted: one that is over at once, since the source ends for the same reason, is told by that. */
  #pausesOver({ type, source, at }: CrawlEvent): LogEntry[] {
    if (type === "source-failed") this.#pauses.delete(source);
    return [...this.#pauses.values()].flatMap(({ event, entries }) =>
      at.getTime() - event.at.getTime() >= PAUSE ? entries.splice(0) : [],
    );
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
    const own = `${listing} ${event.reason}`;
    // Who says something else each time is counted by the first of what it said.
    const reason = reasons.size < MOST_REASONS || reasons.has(own) ? own : [...reasons.keys()].at(-1)!;
    const known = reasons.get(reason);
    if (known === undefined) {
      const slots = new Set([slot]);
      reasons.set(reason, { first: event, slots, untold: 0, examples: [], toldAt: event.at });
    } else if (!known.slots.has(slot)) {
      if (known.slots.size < MOST_SLOTS) known.slots.add(slot);
      if (known.examples.length < EXAMPLES) known.examples.push(slot);
      known.untold++;
    }
    return known === undefined;
  }

  #isNewlyDown(event: HostTrouble): boolean {
    const { host, error } = event;
    const before = this.#down.get(host);
    this.#down.set(host, error.kind);
    return before !== error.kind;
  }

  #isNewSilence(event: Silence): boolean {
    const { type, source } = event;
    const since = type === "source-stale" ? event.since : event.silentSince;
    // That a run begins is told to nobody.
    if (since === undefined) return true;
    const silence = `${type} ${since.getTime()}`;
    const before = this.#silences.get(source);
    this.#silences.set(source, silence);
    return before !== silence;
  }

  /** What has been held back for long enough. */
  #due({ source, at }: Visited): LogEntry[] {
    return this.#counts({ source, at }, at.getTime() - LONGEST);
  }

  #forget(event: Pick<CrawlEvent, "source" | "at">): LogEntry[] {
    const counts = this.#counts(event);
    this.#unlisted.delete(event.source);
    return counts;
  }

  #counts({ source, at }: Pick<CrawlEvent, "source" | "at">, toldBy = Infinity): LogEntry[] {
    return [...(this.#unlisted.get(source)?.values() ?? [])].flatMap((unlisted) => {
      const { first, slots, untold } = unlisted;
      if (untold === 0 || unlisted.toldAt.getTime() > toldBy) return [];
      const examples = unlisted.examples.splice(0);
      unlisted.untold = 0;
      unlisted.toldAt = at;
      const { listing, reason = listing } = first;
      const others = count(untold, "other slot");
      const what =
        listing === "failed"
          ? `${others} could not be listed either`
          : `what was listed of ${others} settles nothing either`;
      const message = `${source}: ${what}: ${printable(inConfigWords(reason))}`;
      const fields = { listing, slots: slots.size, examples };
      return [{ at, level: "warning" as const, source, event: "slots-unlisted", message, fields }];
    });
  }
}

const asDetail = (entry: LogEntry): LogEntry => ({ ...entry, level: "debug" });
