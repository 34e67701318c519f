import type { Destination } from "../destination/destination.js";
import type { DaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { Breaker } from "./breaker.js";
import type { Source } from "./source.js";

/** Whether files can't be kept for want of room, or of the place itself. */
export function isOfDestination({ kind }: DaybookError): boolean {
  return kind === "no-space" || kind === "store";
}

/** What the sources of a destination share: while it is full or gone they wait, and nobody else does. */
export class DestinationBreakers {
  readonly #breakers = new WeakMap<Destination, Breaker>();
  readonly #options: { readonly clock: Clock; readonly random: () => number };

  constructor(options: { clock: Clock; random: () => number }) {
    this.#options = options;
  }

  of(destination: Destination): Breaker {
    const known = this.#breakers.get(destination);
    const breaker = known ?? new Breaker({ ...this.#options, counts: isOfDestination });
    this.#breakers.set(destination, breaker);
    return breaker;
  }
}

/** Hears how files were kept at a source's destination: tells its breaker, and those who watch. */
export class DestinationEar {
  readonly #source: Source;
  readonly #breaker: Breaker;
  #trouble: DaybookError | undefined;

  constructor(source: Source, breaker: Breaker) {
    this.#source = source;
    this.#breaker = breaker;
  }

  /** Why the source's last file couldn't be kept, if it couldn't. */
  get trouble(): DaybookError | undefined {
    return this.#trouble;
  }

  get down(): DaybookError | undefined {
    return this.#breaker.down;
  }

  /** A file is at its final name. */
  kept(): void {
    const { name, emit, clock } = this.#source;
    this.#trouble = undefined;
    if (this.#breaker.succeeded())
      emit({ type: "source-resumed", source: name, at: clock.now(), because: "destination" });
  }

  /** Something couldn't be kept or looked at; `about` says what, since one place alone says nothing of the others. */
  failed(error: DaybookError, about: string): void {
    const { name, emit, clock } = this.#source;
    this.#trouble = error;
    const told = this.#breaker.down !== undefined;
    if (!this.#breaker.failed(error, about) || told) return;
    const { nextTryAt } = this.#breaker;
    emit({ type: "source-paused", source: name, at: clock.now(), because: "destination", error, nextTryAt });
  }
}
