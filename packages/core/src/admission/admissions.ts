import type { Destination } from "../destination/destination.js";
import type { StateStore } from "../store/state-store.js";
import { admit, mustBeKnown, type AdmissionOptions } from "./admit.js";

export interface AdmissionsOptions {
  readonly store: StateStore;
  readonly sources: ReadonlyMap<Destination, readonly string[]>;
  readonly ledger?: string;
  readonly adopt: boolean;
  readonly now: () => Date;
}

/** Admits the destinations of one run, each once, however many sources bring files there. */
export class Admissions {
  readonly #options: AdmissionsOptions;
  readonly #admitted = new Map<Destination, Promise<void>>();

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** Rejects as `admit` does. */
  of(destination: Destination): Promise<void> {
    const known = this.#admitted.get(destination);
    if (known) return known;
    // What was in the way may be gone when somebody asks again.
    const admitted = admit(this.#facts(destination)).catch((error: unknown) => {
      this.#admitted.delete(destination);
      throw error;
    });
    this.#admitted.set(destination, admitted);
    return admitted;
  }

  /** Rejects as `mustBeKnown` does. */
  known(destination: Destination): Promise<void> {
    return mustBeKnown(this.#facts(destination));
  }

  #facts(destination: Destination): AdmissionOptions {
    const { sources, now, ...rest } = this.#options;
    return { ...rest, destination, sources: sources.get(destination) ?? [], now: now() };
  }
}
