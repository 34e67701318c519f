import type { CrawlEvent } from "../observe/observer.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { TimeRange } from "../time/range.js";
import { hostDown, hostLost, hostRegained, hostUp, sourceFailed } from "./event-data.js";
import type { HookEvent } from "./hook-event.js";
import { SilenceWatch } from "./silence-watch.js";
import type { Subscriptions, TellingSource } from "./subscriptions.js";

export interface AlarmsOptions {
  readonly store: Pick<StateStore, "record" | "find" | "events">;
  readonly subscriptions: Subscriptions;
  readonly sources: readonly (TellingSource & { readonly range: TimeRange; readonly host: string })[];
  readonly clock: Clock;
  /** Tells of silence, which only this knows of. */
  readonly emit: (event: CrawlEvent) => void;
  /** Called when messages have been recorded. */
  readonly recorded: () => void;
}

/** What is told of that is in no change of the ledger: hosts, sources, silence. It hears of it as observers do. */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #down = new Set<string>();
  /** Hosts that others stand in for, and the hooks that were told: sources that share one all hear of it. */
  readonly #lost = new Map<string, Set<string>>();
  readonly #watches = new Map<string, SilenceWatch[]>();
  readonly #stop = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: AlarmsOptions) {
    this.#options = options;
  }

  on(event: CrawlEvent): void {
    const { source, at } = event;
    switch (event.type) {
      case "source-started":
        return this.#watch(source);
      case "file-stored":
        for (const watch of this.#watches.get(source) ?? []) this.#follow(watch.arrived(event.file, at));
        return;
      case "host-down": {
        const host = this.#hostOf(source);
        // It goes on being down: that is no news.
        if (this.#down.has(host)) return;
        this.#down.add(host);
        return this.#tellOfHost(source, host, (name) => hostDown(name, host, event.error, at));
      }
      case "host-up": {
        const host = this.#hostOf(source);
        if (this.#down.delete(host)) this.#tellOfHost(source, host, (name) => hostUp(name, host, at));
        return;
      }
      case "host-lost":
        return this.#tellOfLoss(event.host, hostLost(source, event.host, event.error, at));
      case "host-regained": {
        const told = this.#lost.get(event.host);
        if (!this.#lost.delete(event.host)) return;
        const messages = this.#options.subscriptions.messages(hostRegained(source, event.host, at));
        return this.#tell(messages.filter(({ message }) => told!.has(message.hook)));
      }
      case "source-failed":
        // Another program is at work on it: it isn't the source that failed.
        if (event.error.kind === "busy" && event.error.operation === "start") return;
        return this.#tell(this.#options.subscriptions.messages(sourceFailed(source, event.error, at)));
    }
  }

  /** Resolves when all that was heard of is in the ledger, or couldn't be put there. */
  async end(): Promise<void> {
    this.#stop.abort();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #watch(name: string): void {
    const { store, clock, subscriptions, sources, emit } = this.#options;
    const source = sources.find((one) => one.name === name)!;
    const record = (changes: readonly LedgerChange[]) => this.#record(changes);
    const watches = subscriptions.stale(name).map(({ hook, after }) => {
      const messages = (event: HookEvent) => subscriptions.messages(event, hook);
      return new SilenceWatch({ store, clock, source, hook: hook.name, after, messages, record, emit });
    });
    this.#watches.set(name, watches);
    for (const watch of watches) this.#follow(watch.run(this.#stop.signal));
  }

  /** Sources share hosts, and only one of them hears: each hook is told of a source it follows. */
  #tellOfHost(heard: string, host: string, event: (source: string) => HookEvent): void {
    const others = this.#options.sources.filter((one) => one.host === host).map(({ name }) => name);
    this.#tell(this.#options.subscriptions.oncePerHook([heard, ...others], event));
  }

  #tellOfLoss(host: string, event: HookEvent): void {
    const told = this.#lost.get(host) ?? new Set();
    this.#lost.set(host, told);
    const messages = this.#options.subscriptions.messages(event);
    this.#tell(messages.filter(({ message }) => !told.has(message.hook)));
    for (const { message } of messages) told.add(message.hook);
  }

  #tell(messages: readonly LedgerChange[]): void {
    if (messages.length > 0) this.#follow(this.#record(messages));
  }

  /** One after the other: they are told in the order they happened. */
  #record(changes: readonly LedgerChange[]): Promise<void> {
    const turn = this.#last.then(async () => {
      await this.#options.store.record(changes);
      this.#options.recorded();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #follow(work: Promise<void>): void {
    // A ledger that can't be written ends the crawl, with an error of its own.
    const followed = work.catch(() => undefined).finally(() => this.#underWay.delete(followed));
    this.#underWay.add(followed);
  }

  #hostOf(source: string): string {
    return this.#options.sources.find(({ name }) => name === source)?.host ?? source;
  }
}
