import type { CrawlEvent } from "../observe/observer.js";
import type { OutboxMessage } from "../store/outbox-message.js";
import type { StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import { setMaxListeners } from "node:events";
import { Alarms, type AlarmsOptions } from "./alarms.js";
import { Courier, type CourierReport } from "./courier.js";
import type { Hook } from "./hook.js";
import { News } from "./news.js";
import { Subscriptions } from "./subscriptions.js";

export interface HookRunnerOptions {
  readonly hooks: readonly Hook[];
  readonly store: StateStore;
  readonly sources: AlarmsOptions["sources"];
  readonly clock: Clock;
  readonly random: () => number;
  /** Tells how hooks fare, and of silence. */
  readonly emit: (event: CrawlEvent) => void;
}

/** How long a run that waits for its last deliveries does so without a word, in ms. */
const LONGEST_SILENCE = 1000;

/** All that one run does for hooks: finds out what they want to know, keeps it in the ledger, and delivers it. */
export class HookRunner {
  /** Where the run's changes go, so that what they mean is recorded with them. */
  readonly ledger: Pick<StateStore, "record">;
  readonly #options: HookRunnerOptions;
  readonly #alarms: Alarms;
  readonly #couriers: readonly Courier[];
  readonly #finish = new AbortController();
  readonly #abort = new AbortController();
  #stopped = false;
  #delivering: Promise<unknown> = Promise.resolve();

  constructor(options: HookRunnerOptions) {
    this.#options = options;
    const { hooks, sources, clock, emit } = options;
    const subscriptions = new Subscriptions(hooks, sources);
    const { store } = options;
    const recorded = () => this.#ring();
    this.ledger = new News({ store, subscriptions, sources, clock, recorded });
    this.#alarms = new Alarms({ store, subscriptions, sources, clock, emit, recorded });
    this.#couriers = hooks.map((hook) => new Courier({ ...options, hook, report: this.#reportOf(hook) }));
  }

  start(): void {
    // Every delivery under way listens; that is no leak.
    setMaxListeners(0, this.#finish.signal, this.#abort.signal);
    const run = { finish: this.#finish.signal, abort: this.#abort.signal, patient: () => !this.#stopped };
    this.#delivering = Promise.all(this.#couriers.map((courier) => courier.run(run)));
  }

  on(event: CrawlEvent): void {
    this.#alarms.on(event);
  }

  /**
   * Once nothing more will be recorded: delivers what waits, for `ms` at most. A run that is told to stop leaves what
   * fails from then on to the next one.
   */
  async finish({ ms, stop }: { readonly ms: number; readonly stop: AbortSignal }): Promise<void> {
    const { clock } = this.#options;
    await this.#alarms.end();
    const onStop = () => {
      this.#stopped = true;
      this.#ring();
    };
    if (stop.aborted) onStop();
    else stop.addEventListener("abort", onStop, { once: true });
    this.#finish.abort();
    const done = new AbortController();
    const timer = clock.sleep(ms, done.signal).then(
      () => this.#abort.abort(),
      () => undefined,
    );
    const until = new Date(clock.now().getTime() + ms);
    const silence = clock.sleep(LONGEST_SILENCE, done.signal).then(
      () => this.#tellBacklog((waiting) => ({ type: "hook-waiting", ...waiting, until })),
      () => undefined,
    );
    await this.#delivering;
    done.abort();
    stop.removeEventListener("abort", onStop);
    await Promise.all([timer, silence]);
    await this.#tellBacklog((waiting) => ({ type: "hook-left", ...waiting }));
  }

  async #tellBacklog(
    event: (waiting: { source: ""; hook: string; at: Date; waiting: number }) => CrawlEvent,
  ): Promise<void> {
    const { store, clock, hooks, emit } = this.#options;
    const left = await store.backlog().catch(() => new Map<string, number>());
    for (const { name: hook } of hooks) {
      const waiting = left.get(hook);
      if (waiting !== undefined) emit(event({ source: "", hook, at: clock.now(), waiting }));
    }
  }

  #ring(): void {
    for (const courier of this.#couriers) courier.ring();
  }

  #reportOf({ name: hook }: Hook): CourierReport {
    const { emit, clock } = this.#options;
    const base = (message: OutboxMessage) => ({ hook, source: sourceOf(message), at: clock.now() });
    return {
      failing: (error, nextTryAt, message) =>
        emit({ type: "hook-failing", ...base(message), error, nextTryAt }),
      down: (outage) => emit({ type: "hook-down", hook, source: "", at: clock.now(), ...outage }),
      recovered: (message) => emit({ type: "hook-recovered", ...base(message) }),
      dropped: (count, reason) =>
        emit({ type: "hook-dropped", hook, source: "", at: clock.now(), count, reason }),
    };
  }
}

function sourceOf({ body }: OutboxMessage): string {
  return (JSON.parse(body) as { source?: string }).source ?? "";
}
