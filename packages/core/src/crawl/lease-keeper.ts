import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
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
  readonly #name: string;
  readonly #holder = thisHolder();
  readonly #ended = new AbortController();
  #renewing: Promise<void> | undefined;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#ttl = options.ttl ?? 60_000;
    this.#name = `crawl:${options.source}`;
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
    const { store, clock } = this.#options;
    // The lease runs out by itself where it can't be given back.
    await store.lease(this.#name, this.#holder, 0, clock.now()).catch(() => undefined);
  }

  /** Takes the lease, from a holder that died on this machine too; who holds it, if that is another. */
  async #taken(): Promise<string | undefined> {
    const { store, clock } = this.#options;
    if (await store.lease(this.#name, this.#holder, this.#ttl, clock.now())) return undefined;
    const other = (await store.leaseHolder(this.#name, clock.now())) ?? "another process";
    if (!isDead(other)) return other;
    await store.lease(this.#name, other, 0, clock.now());
    return (await store.lease(this.#name, this.#holder, this.#ttl, clock.now())) ? undefined : other;
  }

  async #renew(): Promise<void> {
    const { store, clock, source } = this.#options;
    for (;;) {
      await clock.sleep(this.#ttl / 3, this.#ended.signal);
      if (!(await store.lease(this.#name, this.#holder, this.#ttl, clock.now())))
        throw new DaybookError("store", "another process took the source over, so this one stops", {
          source,
        });
    }
  }
}
