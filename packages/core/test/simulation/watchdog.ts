import type { Clock, CrawlEvent, StateStore } from "@daybook/core";
import type { SourcePlan } from "./source-plan.js";

/** How long after it fell asleep a program is looked at: its other lane may still be about to find what is due, in ms. */
const PATIENCE = 5000;

export interface WatchdogOptions {
  readonly sources: readonly SourcePlan[];
  readonly store: Pick<StateStore, "slots">;
  /** The world's. */
  readonly clock: Clock;
  /** What the program has done to the world so far, counted: it is asleep where that stays the same. */
  readonly steps: () => number;
  readonly found: (what: string) => void;
}

/** Finds slots that were due when a program fell asleep and that it passed over. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #last = new Map<string, CrawlEvent>();
  readonly #waiting = new Set<string>();
  readonly #over = new AbortController();

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  on(event: CrawlEvent): void {
    const { source, type } = event;
    // Whoever waits for its host, its log-in or its disk passes nothing over. Any of those that share it may hear first.
    if (type === "host-down" || type === "source-paused") this.#waiting.add(source);
    if (type === "host-up" || type === "source-resumed") this.#waiting.clear();
    this.#last.set(source, event);
    if (type !== "source-idle") return;
    const { clock, steps } = this.#options;
    const before = steps();
    clock.sleep(PATIENCE, this.#over.signal).then(
      () => (steps() === before ? this.#look(event) : undefined),
      () => undefined,
    );
  }

  /** The program is over, or is told to stop. */
  end(): void {
    this.#over.abort();
  }

  async #look(idle: Extract<CrawlEvent, { type: "source-idle" }>): Promise<void> {
    const { source, at, until } = idle;
    if (this.#last.get(source) !== idle || this.#waiting.size > 0 || until.getTime() <= at.getTime()) return;
    const { sources, store, found } = this.#options;
    const { start, end } = sources.find(({ name }) => name === source)!;
    for await (const slot of store.slots(source, { start, end }, { dueBy: at })) {
      if (this.#last.get(source) !== idle || this.#over.signal.aborted) return;
      const late = `${(until.getTime() - slot.nextVisitAt!.getTime()) / 1000} s`;
      found(`${slot.path} was due when ${source} fell asleep, and is looked at ${late} late`);
    }
  }
}
