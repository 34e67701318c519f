import type { CrawlEvent } from "@daybook/core";
import { formatRange } from "../format/time.js";
import { logEntry } from "./log-entry.js";
import type { LogEntry } from "./log-entry.js";
import { TroubleFold } from "./trouble-fold.js";

type Settled = Extract<CrawlEvent, { type: "slot-settled" }>;

/** A line at least so often while slots without data go by, in ms. */
const LONGEST = 10_000;

interface Run {
  readonly first: Settled;
  readonly start: Date;
  readonly end: Date | undefined;
  readonly slots: number;
}

/** Makes one entry of many slots in a row that have nothing to show: a year of missing hours is no year of lines. */
export class SlotFold {
  readonly #runs = new Map<string, Run>();
  readonly #trouble = new TroubleFold();

  /** The entries that an event leads to, those of slots that waited for company first. */
  entries(event: CrawlEvent): LogEntry[] {
    if (event.type !== "slot-settled" || !folds(event)) {
      const entries = this.#trouble.entries(event);
      return entries.every(({ level }) => level === "debug")
        ? entries
        : [...this.flush(event.source), ...entries];
    }
    const run = this.#runs.get(event.source);
    const { state, start, end } = event.slot;
    if (run === undefined || run.first.slot.state !== state) {
      const before = this.flush(event.source);
      this.#runs.set(event.source, { first: event, start, end, slots: 1 });
      return before;
    }
    this.#runs.set(event.source, {
      ...run,
      start: start < run.start ? start : run.start,
      end: run.end === undefined || end === undefined || end > run.end ? end : run.end,
      slots: run.slots + 1,
    });
    return event.at.getTime() - run.first.at.getTime() < LONGEST ? [] : this.flush(event.source);
  }

  /** What is held back of a source. */
  flush(source: string): LogEntry[] {
    const run = this.#runs.get(source);
    this.#runs.delete(source);
    return run === undefined ? [] : [entryOf(run)];
  }

  /** What is held back of all, at the end of the log. */
  flushAll(at: Date): LogEntry[] {
    return [...[...this.#runs.keys()].flatMap((source) => this.flush(source)), ...this.#trouble.flush(at)];
  }
}

function folds({ slot, before }: Settled): boolean {
  return before === undefined && (slot.state === "missing" || slot.state === "empty");
}

function entryOf(run: Run): LogEntry {
  const alone = logEntry(run.first)!;
  if (run.slots === 1) return alone;
  const { source, slot } = run.first;
  const { start, end, slots } = run;
  return {
    ...alone,
    message: `${source}: ${slots} slots within ${formatRange({ start, end })} ${slot.state}`,
    fields: { state: slot.state, start, end, slots },
  };
}
