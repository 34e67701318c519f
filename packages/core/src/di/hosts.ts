import { Breaker } from "../crawl/breaker.js";
import type { Clock } from "../time/clock.js";
import { HostBudget } from "../transport/host-budget.js";

/** What all sources on one host share, by its endpoint. */
export class Hosts {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #budgets = new Map<string, HostBudget>();
  readonly #breakers = new Map<string, Breaker>();

  constructor(options: { clock: Clock; random: () => number }) {
    this.#clock = options.clock;
    this.#random = options.random;
  }

  budget(endpoint: string, connections: number): HostBudget {
    const known = this.#budgets.get(endpoint);
    if (known) {
      known.widen(connections);
      return known;
    }
    const budget = new HostBudget({ connections, clock: this.#clock });
    this.#budgets.set(endpoint, budget);
    return budget;
  }

  /** The budget, if a transport has asked for one. */
  knownBudget(endpoint: string): HostBudget | undefined {
    return this.#budgets.get(endpoint);
  }

  breaker(endpoint: string): Breaker {
    const breaker = this.#breakers.get(endpoint) ?? new Breaker({ clock: this.#clock, random: this.#random });
    this.#breakers.set(endpoint, breaker);
    return breaker;
  }
}
