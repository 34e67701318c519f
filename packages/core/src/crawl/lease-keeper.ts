import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { Fence, StateStore } from "../store/state-store.js";
import { monotonic, type Clock } from "../time/clock.js";
import { isDead, thisHolder } from "./lease-holder.js";

export interface LeaseKeeperOptions {
  readonly store: Pick<StateStore, "lease" | "leaseHolder">;
  readonly clock: Clock;
  readonly source: string;
  /** How long the lease outlives a crawler that died, in ms. Default 60 s. */
  readonly ttl?: number;
}

/** Holds the right to crawl one source: there is one crawler per source, on whatever machine. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #ttl: number;
  /** What whoever writes for the source has to hold. */
  readonly fence: Fence;
  readonly #ended = new AbortController();
  #renewing: Promise<void> | undefined;
  /** Until when it is surely held, by a clock that never leaps. */
  #until = -Infinity;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#ttl = options.ttl ?? 60_000;
    this.fence = { lease: `crawl:${options.source}`, holder: thisHolder() };
  }

  /** Takes the lease and keeps it; `lost` is called at most once, if it can't be kept. */
  async take(lost: (error: DaybookError) => void): Promise<void> {
    const { source } = this.#options;
    const other = await this.#taken();
    if (other !== undefined) {
      throw new DaybookError(
        "busy",
        `it is being crawled by ${other}: stop that one, or wait up to ${Math.ceil(this.#ttl / 1000)} s after it died`,
        { source, operation: "start", retry: "no" },
      );
    }
    this.#renewing = this.#renew().catch((error: unknown) => {
      if (!isDaybookError(error, "cancelled")) lost(error as DaybookError);
    });
  }

  async release(): Promise<void> {
    if (this.#renewing === undefined) return;
    this.#ended.abort();
    await this.#renewing;
    // The lease runs out by itself where it can't be given back.
    await this.#lease(this.fence.holder, 0).catch(() => undefined);
  }

  /** Takes the lease, from a holder that died on this machine too; who holds it, if that is another. */
  async #taken(): Promise<string | undefined> {
    const { store, clock } = this.#options;
    if (await this.#hold()) return undefined;
    const other = (await store.leaseHolder(this.fence.lease, clock.now())) ?? "another process";
    if (!isDead(other)) return other;
    await this.#lease(other, 0);
    return (await this.#hold()) ? undefined : other;
  }

  async #renew(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await clock.sleep(this.#ttl / 3, this.#ended.signal);
      // Who stood still for so long must do nothing more before it knows better, not even ask.
      if (monotonic(clock) >= this.#until)
        throw this.#lost("this program stood still for longer than its right to the source lasts");
      if (!(await this.#hold())) throw this.#lost("another process took the source over");
    }
  }

  async #hold(): Promise<boolean> {
    const began = monotonic(this.#options.clock);
    const held = await this.#lease(this.fence.holder, this.#ttl);
    if (held) this.#until = began + this.#ttl;
    return held;
  }

  #lease(holder: string, ttl: number): Promise<boolean> {
    const { store, clock } = this.#options;
    return store.lease(this.fence.lease, holder, ttl, clock.now());
  }

  #lost(why: string): DaybookError {
    const { source } = this.#options;
    return new DaybookError("busy", `${why}, so it stops and writes nothing more`, {
      ...{ source, retry: "no", code: "lease-lost", operation: "crawl" },
    });
  }
}
