import type { CrawlEvent, Lane, Observer } from "@daybook/core";
import { Counters } from "./counters.js";

export interface Transfer {
  readonly source: string;
  readonly path: string;
  readonly lane: Lane;
  /** Bytes; undefined where the listing didn't say. */
  readonly size?: number;
  readonly bytes: number;
  /** Bytes a second since it began. */
  readonly rate: number;
  readonly startedAt: Date;
}

/** What a source is at, as far as its events told. */
export interface Activity {
  readonly phase: "working" | "waiting" | "down" | "paused" | "failed" | "finished";
  /** What a source that is paused waits for. What else it may wait for is in the ledger's notes. */
  readonly because?: "ledger";
  /** Why, in words, where there is a why. */
  readonly detail?: string;
  readonly kind?: string;
  readonly until?: Date;
  readonly at: Date;
}

/** Something happened to a stretch of hours, or, without one, to a source. */
export interface Change {
  readonly source: string;
  readonly days?: Days;
}

export type HookOutage = Pick<Extract<CrawlEvent, { type: "hook-down" }>, "error" | "since">;

/** The first and the last day, in days since 1970. */
export interface Days {
  readonly first: number;
  readonly last: number;
}

const DAY = 86_400_000;

interface Moving {
  readonly started: Extract<CrawlEvent, { type: "file-started" }>;
  bytes: number;
  at: Date;
}

/** What runs in this process tell, kept as far as a page or a scrape wants it. Hand it to `createDaybook` as an observer. */
export class LiveState implements Observer {
  readonly counters = new Counters();
  readonly #moving = new Map<string, Moving>();
  readonly #activities = new Map<string, Activity>();
  readonly #silences = new Map<string, Map<string, Date | undefined>>();
  readonly #hooksDown = new Map<string, HookOutage>();
  readonly #listeners = new Set<(change: Change) => void>();
  #began = false;

  /** Whether anything was crawled in this process at all. */
  get crawls(): boolean {
    return this.#began;
  }

  get transfers(): Transfer[] {
    return [...this.#moving.values()].map(({ started, bytes, at }) => {
      const { source, path, lane, size, resumedFrom, at: startedAt } = started;
      const ms = at.getTime() - startedAt.getTime();
      const rate = ms > 0 ? ((bytes - resumedFrom) * 1000) / ms : 0;
      return { source, path, lane, size, bytes, rate, startedAt };
    });
  }

  activityOf(source: string): Activity | undefined {
    return this.#activities.get(source);
  }

  /** Since when nothing new has come, where a hook waits for it: null while something comes in time. */
  silenceOf(source: string): Date | null | undefined {
    const byHook = this.#silences.get(source);
    if (byHook === undefined) return undefined;
    const since = [...byHook.values()].flatMap((time) => time ?? []);
    return since.length === 0 ? null : since.reduce((a, b) => (a < b ? a : b));
  }

  /** While a hook that this process delivers to counts as down. */
  hookOutageOf(hook: string): HookOutage | undefined {
    return this.#hooksDown.get(hook);
  }

  /** Calls back at once for every change; the returned function ends that. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on(event: CrawlEvent): void {
    this.#began = true;
    this.counters.count(event);
    this.#follow(event);
    this.#note(event);
    this.#listen(event);
    if (event.type === "hook-down") this.#hooksDown.set(event.hook, event);
    // When a run ends nobody delivers to it any more.
    else if (event.type === "hook-recovered" || event.type === "hook-left")
      this.#hooksDown.delete(event.hook);
    const change = changeOf(event);
    if (change) for (const listener of this.#listeners) listener(change);
  }

  #follow(event: CrawlEvent): void {
    switch (event.type) {
      case "file-started":
        this.#moving.set(keyOf(event.source, event.path), {
          started: event,
          bytes: event.resumedFrom,
          at: event.at,
        });
        break;
      case "file-progress": {
        const moving = this.#moving.get(keyOf(event.source, event.path));
        if (moving) [moving.bytes, moving.at] = [event.bytes, event.at];
        break;
      }
      case "file-stored":
        this.#moving.delete(keyOf(event.source, event.file.path));
        break;
      case "file-failed":
      case "file-quarantined":
        this.#moving.delete(keyOf(event.source, event.path));
        break;
      case "source-failed":
      case "source-finished":
        for (const [key, { started }] of this.#moving)
          if (started.source === event.source) this.#moving.delete(key);
    }
  }

  #listen(event: CrawlEvent): void {
    if (event.type !== "source-stale" && event.type !== "source-fresh") return;
    const byHook = this.#silences.get(event.source) ?? new Map<string, Date | undefined>();
    this.#silences.set(event.source, byHook);
    byHook.set(event.hook, event.type === "source-stale" ? event.since : undefined);
  }

  #note(event: CrawlEvent): void {
    const activity = activityOf(event);
    if (activity === undefined) return;
    // A source whose host is down goes on telling of what fails; that doesn't bring the host back.
    const before = this.#activities.get(event.source)?.phase;
    if (before === "down" && activity.phase === "working" && event.type !== "host-up") return;
    this.#activities.set(event.source, activity);
  }
}

const keyOf = (source: string, path: string) => `${source}\n${path}`;

function activityOf(event: CrawlEvent): Activity | undefined {
  const { at } = event;
  switch (event.type) {
    case "source-started":
    case "slot-visited":
    case "file-started":
    case "host-up":
      return { phase: "working", at };
    case "source-idle":
      return { phase: "waiting", until: event.until, at };
    case "source-resumed":
      return event.because === "ledger" ? { phase: "working", at } : undefined;
    case "source-paused":
      if (event.because !== "ledger") return undefined;
      return {
        phase: "paused",
        because: "ledger",
        detail: event.error.detail,
        kind: event.error.kind,
        until: event.nextTryAt,
        at,
      };
    case "host-down":
      return {
        phase: "down",
        detail: event.error.detail,
        kind: event.error.kind,
        until: event.nextTryAt,
        at,
      };
    case "source-failed":
      return { phase: "failed", detail: event.error.detail, kind: event.error.kind, at };
    case "source-finished":
      return { phase: "finished", detail: event.outcome, at };
    default:
      return undefined;
  }
}

function changeOf(event: CrawlEvent): Change | undefined {
  const { source } = event;
  switch (event.type) {
    case "file-stored":
      return { source, days: event.file.observedAt && daysOf({ start: event.file.observedAt }) };
    case "slot-settled":
      return { source, days: daysOf(event.slot) };
    // What was only listed is told as well: its files may be on their way for long.
    case "slot-visited":
      return { source, days: daysOf(event) };
    case "file-quarantined":
    case "host-down":
    case "host-up":
    case "source-paused":
    case "source-resumed":
    case "host-lost":
    case "host-regained":
    case "source-started":
    case "source-idle":
    case "source-stale":
    case "source-fresh":
    case "source-failed":
    case "source-finished":
      return { source };
    default:
      return undefined;
  }
}

function daysOf({ start, end }: { readonly start: Date; readonly end?: Date }): Days {
  const dayOf = (ms: number) => Math.floor(ms / DAY);
  const first = dayOf(start.getTime());
  return { first, last: Math.max(first, dayOf((end ?? start).getTime() - 1)) };
}
