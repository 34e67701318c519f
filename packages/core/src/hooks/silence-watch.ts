import { largest } from "../extremes.js";
import { Bell } from "../crawl/bell.js";
import type { CrawlEvent } from "../observe/observer.js";
import type { FileRecord, LedgerChange, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { TimeRange } from "../time/range.js";
import { silence } from "./event-data.js";
import type { HookEvent } from "./hook-event.js";
import type { TellingSource } from "./subscriptions.js";

export interface SilenceWatchOptions {
  readonly store: Pick<StateStore, "find" | "events">;
  readonly clock: Clock;
  readonly source: TellingSource & { readonly range: TimeRange };
  /** The hook it watches for: each is told after a time of its own. */
  readonly hook: string;
  /** How long nothing has to come, in ms. */
  readonly after: number;
  readonly messages: (event: HookEvent) => LedgerChange[];
  readonly record: (changes: readonly LedgerChange[]) => Promise<void>;
  readonly emit: (event: CrawlEvent) => void;
}

const WHAT = "silence";
/** How long a program that has just started may take until something comes, in ms. */
const START = 60_000;

/**
 * Tells when nothing has come from a source for a while, once, and when something comes again. What it has told is in
 * the ledger, and so is since when it waits: a restart neither tells it again nor starts the wait anew.
 */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #bell = new Bell();
  #since: Date | undefined;
  #silent = false;
  #ready = false;
  /** What came while the ledger was being asked how things stood. */
  #early: Date | undefined;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** Watches until the signal fires; then looks once more, for a run that is short. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock, after } = this.#options;
    const began = clock.now();
    await this.#resume(began);
    while (!stop.aborted && !this.#over()) {
      const due = Math.max(this.#since!.getTime() + after, began.getTime() + Math.min(after, START));
      const left = due - clock.now().getTime();
      if (left <= 0 && !this.#silent) await this.#begin();
      else await this.#wait(this.#silent ? Infinity : left, stop);
    }
    if (!this.#silent && !this.#over() && this.#since!.getTime() + after <= clock.now().getTime())
      await this.#begin();
  }

  /** A file has come. History doesn't count: a source that brings nothing new is silent however much of it comes. */
  async arrived(file: FileRecord, at: Date): Promise<void> {
    if (!this.#isNew(file, at)) return;
    if (!this.#ready) {
      this.#early = at;
      return;
    }
    const since = this.#since!;
    this.#since = at;
    if (!this.#silent) return;
    await this.#end(since, at);
    this.#bell.ring();
  }

  async #resume(now: Date): Promise<void> {
    const told = await this.#told();
    const arrival = await this.#lastArrival(now);
    if (told?.status === "began" && !(arrival && arrival > told.at)) {
      this.#since = told.since;
      this.#silent = true;
    } else {
      if (told?.status === "began") await this.#end(told.since, arrival!);
      const known = [arrival, told?.at].filter((at) => at !== undefined).map((at) => at.getTime());
      this.#since = known.length > 0 ? new Date(largest(known)) : now;
      if (known.length === 0) await this.#record("waiting", now, now);
    }
    if (this.#early && this.#silent) await this.#end(this.#since, this.#early);
    this.#since = this.#early ?? this.#since;
    this.#ready = true;
    if (this.#silent) this.#emitStale();
    else this.#emitFresh();
  }

  async #begin(): Promise<void> {
    this.#silent = true;
    await this.#record("began", this.#since!, this.#options.clock.now());
    this.#emitStale();
  }

  async #end(since: Date, at: Date): Promise<void> {
    this.#silent = false;
    await this.#record("ended", since, at);
    this.#emitFresh(since);
  }

  #emitStale(): void {
    const { source, hook, clock, emit } = this.#options;
    emit({ type: "source-stale", source: source.name, at: clock.now(), hook, since: this.#since! });
  }

  #emitFresh(silentSince?: Date): void {
    const { source, hook, clock, emit } = this.#options;
    emit({ type: "source-fresh", source: source.name, at: clock.now(), hook, silentSince });
  }

  async #record(status: "waiting" | "began" | "ended", since: Date, at: Date): Promise<void> {
    const { source, hook, messages, record } = this.#options;
    const detail = `${hook}: ${status} since ${since.toISOString()}`;
    const event = { source: source.name, path: this.#path, at, what: WHAT, detail };
    const news = status === "waiting" ? [] : messages(silence(source.name, status, { since, at }));
    await record([{ kind: "event", event }, ...news]);
  }

  async #told(): Promise<{ status: string; since: Date; at: Date } | undefined> {
    const { store, source, hook } = this.#options;
    let last: { status: string; since: Date; at: Date } | undefined;
    for await (const { what, detail = "", at } of store.events(source.name, this.#path)) {
      const found = /^(.*): (waiting|began|ended) since (.*)$/.exec(detail);
      if (what === WHAT && found?.[1] === hook) last = { status: found[2]!, since: new Date(found[3]!), at };
    }
    return last;
  }

  async #lastArrival(now: Date): Promise<Date | undefined> {
    const { store, source, after } = this.#options;
    const { lookback, grace } = source.policy;
    const start = new Date(now.getTime() - after - Math.max(lookback, grace));
    let last: Date | undefined;
    for await (const { storedAt } of store.find({
      source: source.name,
      status: ["stored"],
      range: { start },
    }))
      if (storedAt && !(last && last >= storedAt)) last = storedAt;
    return last;
  }

  #isNew({ observedAt }: FileRecord, now: Date): boolean {
    const { layout, policy } = this.#options.source;
    if (observedAt === undefined) return true;
    let end = observedAt;
    for (const slot of layout.slots({ start: observedAt, end: new Date(observedAt.getTime() + 1) }))
      end = slot.end ?? now;
    return now.getTime() < end.getTime() + Math.max(policy.lookback, policy.grace);
  }

  /** Whether nothing more has to come: the source's range has ended. */
  #over(): boolean {
    const { clock, source } = this.#options;
    const { range, policy } = source;
    const last = range.end && range.end.getTime() + Math.max(policy.lookback, policy.grace);
    return last !== undefined && last <= clock.now().getTime();
  }

  async #wait(ms: number, stop: AbortSignal): Promise<void> {
    const wake = new AbortController();
    const signal = AbortSignal.any([stop, wake.signal]);
    const rung = this.#bell.wait(signal);
    const slept = ms === Infinity ? rung : this.#options.clock.sleep(ms, signal).catch(() => undefined);
    await Promise.race([rung, slept]);
    wake.abort();
  }

  get #path(): string {
    return this.#options.source.layout.root ?? "/";
  }
}
