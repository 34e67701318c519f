import { isDead, thisHolder } from "../crawl/lease-holder.js";
import type { StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";

/** In ms; how long a hook's messages wait for others after whoever delivered them died on another machine. */
const TTL = 60_000;

/** The right to deliver a hook's messages: one program at a time, so that what is about one file stays in order. */
export class CourierLease {
  readonly #store: Pick<StateStore, "lease" | "leaseHolder">;
  readonly #clock: Clock;
  readonly #name: string;
  readonly #holder = thisHolder();
  /** Epoch ms. */
  #renewAt = 0;
  #until = 0;

  constructor(options: { store: Pick<StateStore, "lease" | "leaseHolder">; clock: Clock; hook: string }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#name = `hook:${options.hook}`;
  }

  /** How long may pass until it is asked again, in ms. */
  static readonly renewal = TTL / 3;

  /** Takes or renews it, and tells whether it is held. */
  async hold(): Promise<boolean> {
    const now = this.#clock.now();
    if (now.getTime() < this.#renewAt) return true;
    const held = await this.#take(now);
    this.#renewAt = held ? now.getTime() + CourierLease.renewal : 0;
    this.#until = held ? now.getTime() + TTL : 0;
    return held;
  }

  /** Whether it surely lasts for so many ms more. What takes longer than the lease itself has to be renewed meanwhile. */
  lasts(ms: number): boolean {
    return this.#clock.now().getTime() + Math.min(ms, TTL / 2) < this.#until;
  }

  async release(): Promise<void> {
    if (this.#until === 0) return;
    this.#renewAt = this.#until = 0;
    // It runs out by itself where it can't be given back.
    await this.#store.lease(this.#name, this.#holder, 0, this.#clock.now()).catch(() => undefined);
  }

  async #take(now: Date): Promise<boolean> {
    if (await this.#store.lease(this.#name, this.#holder, TTL, now)) return true;
    const other = await this.#store.leaseHolder(this.#name, now);
    if (other === undefined || !isDead(other)) return false;
    await this.#store.lease(this.#name, other, 0, now);
    return this.#store.lease(this.#name, this.#holder, TTL, now);
  }
}
