import type { CrawlEvent } from "../observe/observer.js";
import type { LedgerChange, StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { TimeRange } from "../time/range.js";
import { hostChanged, sourceFailed, sourceWaits, type HostChange } from "./event-data.js";
import type { HookEvent } from "./hook-event.js";
import { SilenceWatch } from "./silence-watch.js";
import type { NewMessage, Subscriptions, TellingSource } from "./subscriptions.js";

export interface AlarmsOptions {
  readonly store: Pick<StateStore, "record" | "find" | "events">;
  readonly subscriptions: Subscriptions;
  readonly sources: readonly (TellingSource & {
    readonly range: TimeRange;
    readonly host: string;
    /** The same for those that keep their files in one place. */
    readonly destination?: object;
  })[];
  readonly clock: Clock;
  /** Tells of silence, which only this knows of. */
  readonly emit: (event: CrawlEvent) => void;
  /** Called when messages have been recorded. */
  readonly recorded: () => void;
}

type Wait = Extract<CrawlEvent, { type: "source-paused" | "source-resumed" }>;

/** What is told of that is in no change of the ledger: hosts, sources, silence. It hears of it as observers do. */
export class Alarms {
  readonly #options: AlarmsOptions;
  /**
   * What is away and the hooks that were told: hosts that are down, or that others stand in for, destinations, log-ins.
   * Sources share hosts and destinations.
   */
  readonly #away = new Map<unknown, Set<string>>();
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
      case "host-down":
      case "host-lost":
        return this.#tellAway(event.host, this.#ofHost(event));
      case "host-up":
      case "host-regained":
        return this.#tellBack(event.host, this.#ofHost(event));
      case "source-paused":
        return this.#tellAway(this.#waitsFor(event), this.#ofWait(event));
      case "source-resumed":
        return this.#tellBack(this.#waitsFor(event), this.#ofWait(event));
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

  /** Sources share hosts, and only one of them may hear: each hook is told of a source it follows. */
  #ofHost(event: Extract<CrawlEvent, { type: HostChange }>): NewMessage[] {
    const { sources, subscriptions } = this.#options;
    const others = sources.filter(({ host }) => host === event.host).map(({ name }) => name);
    return subscriptions.oncePerHook([event.source, ...others], (source) =>
      hostChanged(event.type, { ...event, source }),
    );
  }

  /** What a source waits for, such that those that wait for the same thing give the same. */
  #waitsFor({ source, because }: Wait): unknown {
    const own = this.#options.sources.find(({ name }) => name === source);
    return (because === "destination" && own?.destination) || `${because} ${source}`;
  }

  #ofWait(event: Wait): NewMessage[] {
    const { sources, subscriptions } = this.#options;
    const same = this.#waitsFor(event);
    const others = sources.filter(({ name: source }) => this.#waitsFor({ ...event, source }) === same);
    return subscriptions.oncePerHook([event.source, ...others.map(({ name }) => name)], (source) =>
      sourceWaits(event.type, { ...event, source }),
    );
  }

  /** That it goes on being away is no news. */
  #tellAway(what: unknown, messages: readonly NewMessage[]): void {
    const told = this.#away.get(what) ?? new Set();
    this.#away.set(what, told);
    const news = messages.filter(({ message }) => !told.has(message.hook));
    for (const { message } of news) told.add(message.hook);
    this.#tell(news);
  }

  /** Those hear that it is over who heard of it. */
  #tellBack(what: unknown, messages: readonly NewMessage[]): void {
    const told = this.#away.get(what);
    this.#away.delete(what);
    this.#tell(messages.filter(({ message }) => told?.has(message.hook)));
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
}
