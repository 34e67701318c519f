import { isDaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";

export interface ShutdownOptions {
  /** Fires when no new work is to be taken. */
  readonly stop: AbortSignal;
  /** How long work under way may take from then on, in ms. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** The two steps of a stop: take no new work, then, some time later, drop what hasn't ended. */
export class Shutdown {
  readonly stop: AbortSignal;
  readonly #abort = new AbortController();
  readonly #over = new AbortController();
  readonly #onStop: () => void;
  readonly #clock: Clock;
  readonly #timeout: number;
  #stoppedAt: number | undefined;

  constructor({ stop, timeout, clock }: ShutdownOptions) {
    this.stop = stop;
    this.#clock = clock;
    this.#timeout = timeout;
    this.#onStop = () => {
      this.#stoppedAt = clock.now().getTime();
      clock.sleep(timeout, this.#over.signal).then(
        () => this.#abort.abort(),
        (error: unknown) => {
          if (!isDaybookError(error, "cancelled")) throw error;
        },
      );
    };
    if (stop.aborted) this.#abort.abort();
    else stop.addEventListener("abort", this.#onStop, { once: true });
  }

  get abort(): AbortSignal {
    return this.#abort.signal;
  }

  /** How long what is under way may still take, in ms; from now on, where nobody has told it to stop. */
  get left(): number {
    if (this.#stoppedAt === undefined) return this.#timeout;
    return Math.max(0, this.#stoppedAt + this.#timeout - this.#clock.now().getTime());
  }

  /** All work has ended; nothing is left to wait for. */
  end(): void {
    this.stop.removeEventListener("abort", this.#onStop);
    this.#over.abort();
  }
}
