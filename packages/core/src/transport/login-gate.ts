import { isDaybookError, type DaybookError } from "../errors/daybook-error.js";
import { monotonic, type Clock } from "../time/clock.js";
import { onAbort } from "./on-abort.js";

/** A refused login isn't tried again for so long, in ms: as long as a host of several that refused us is left alone. */
const REFUSED_FOR = 300_000;

/**
 * One login at one host, for all who use it. Until the server is known to let us in one caller tries for all; once it
 * refused us, nobody tries for a while: a wrong password that is tried often gets its user, or this machine, shut out.
 */
export class LoginGate {
  readonly #clock: Clock;
  /** Whether the last login the server judged was let in. */
  #proven = false;
  /** The only login under way, while it isn't proven that the server lets us in; resolves with what went wrong. */
  #trial: Promise<unknown> | undefined;
  #refusal: { readonly error: DaybookError; readonly at: number } | undefined;

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Runs `open`, which connects and logs in, unless the login was refused of late: then rejects as that did. */
  async pass<S>(open: () => Promise<S>, signal: AbortSignal | undefined): Promise<S> {
    while (!this.#proven && this.#trial !== undefined && !signal?.aborted) {
      const error = await outcome(this.#trial, signal);
      if (isDaybookError(error) && error.kind !== "busy" && error.kind !== "cancelled") throw error;
    }
    // It rejects, and is nobody's trial.
    if (signal?.aborted) return open();
    if (this.#refusal && this.#now() - this.#refusal.at < REFUSED_FOR) throw this.#refusal.error;
    const opening = open();
    const judged = opening.then(
      () => {
        this.#proven = true;
        this.#refusal = undefined;
      },
      (error: unknown) => {
        if (isDaybookError(error, "auth")) {
          // One that was let in before may have met a limit that the server tells like a wrong password.
          if (!this.#proven) this.#refusal = { error, at: this.#now() };
          this.#proven = false;
        }
        return error;
      },
    );
    if (!this.#proven) this.#trial = judged.finally(() => (this.#trial = undefined));
    return opening;
  }

  /** Somebody asks anew, and may have mended it: the next one tries. */
  forgetRefusal(): void {
    this.#refusal = undefined;
  }

  #now(): number {
    return monotonic(this.#clock);
  }
}

/** How a trial ends, unless the signal fires first. */
function outcome(trial: Promise<unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve) => {
    const end = (error?: unknown) => {
      unhook?.();
      resolve(error);
    };
    const unhook = signal && onAbort(signal, () => end());
    void trial.then(end);
    if (signal?.aborted) end();
  });
}
