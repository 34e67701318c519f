import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";

/** How long a fact is believed, in ms: servers are replaced, and mended. */
const KEPT = 7 * 86_400_000;

/** Something learnt of a host, such as that it refuses a command: what is done for it, in words. */
export interface HostFact {
  /** Without secrets: "ftp://ftp.example.com:21". */
  readonly endpoint: string;
  /** Its name, without a slash. */
  readonly fact: string;
  readonly value: string;
  readonly at: Date;
}

/** What is known of one host. */
export interface OneHostMemory {
  /** Undefined for what isn't known, or was learnt too long ago. */
  get(fact: string): string | undefined;
  set(fact: string, value: string): void;
}

export interface HostMemoryOptions {
  readonly clock?: Clock;
  /** How long a fact is believed, in ms. Default 7 days. */
  readonly keptMs?: number;
  /** Called with each fact that is learnt. Must not throw. */
  readonly onLearnt?: (fact: HostFact) => void;
}

/** What was learnt of hosts, for all who use them, and for the next process. Forgotten after some days. */
export class HostMemory {
  readonly #clock: Clock;
  readonly #keptMs: number;
  readonly #onLearnt: (fact: HostFact) => void;
  readonly #facts = new Map<string, HostFact>();

  constructor(options: HostMemoryOptions = {}) {
    this.#clock = options.clock ?? new SystemClock();
    this.#keptMs = options.keptMs ?? KEPT;
    this.#onLearnt = options.onLearnt ?? (() => {});
  }

  of(endpoint: string): OneHostMemory {
    return {
      get: (fact) => this.#current(this.#facts.get(keyOf(endpoint, fact)))?.value,
      set: (fact, value) => this.#learn({ endpoint, fact, value, at: this.#clock.now() }),
    };
  }

  /** What an earlier process learnt; what this one has learnt meanwhile stays. */
  recall(facts: Iterable<HostFact>): void {
    for (const fact of facts) {
      const key = keyOf(fact.endpoint, fact.fact);
      if (!this.#facts.has(key)) this.#facts.set(key, fact);
    }
  }

  /** All that is believed. */
  facts(): HostFact[] {
    return [...this.#facts.values()].filter((fact) => this.#current(fact) !== undefined);
  }

  #learn(fact: HostFact): void {
    this.#facts.set(keyOf(fact.endpoint, fact.fact), fact);
    this.#onLearnt(fact);
  }

  #current(fact: HostFact | undefined): HostFact | undefined {
    // One of the future is of a clock that was wrong.
    const age = fact === undefined ? 0 : this.#clock.now().getTime() - fact.at.getTime();
    return Math.abs(age) < this.#keptMs ? fact : undefined;
  }
}

const keyOf = (endpoint: string, fact: string) => `${endpoint}/${fact}`;
