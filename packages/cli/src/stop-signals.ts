import { ExitCode } from "./exit-code.js";

export type StopSignal = "SIGINT" | "SIGTERM";

/**
 * Turns the first SIGINT or SIGTERM into an abort, so that what is under way can be finished; a second one leaves at
 * once. Close it when the work is over.
 */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #onFirst: (message: string) => void;
  readonly #handler = (signal: StopSignal) => this.#receive(signal);
  #received: StopSignal | undefined;

  constructor(options: { onFirst: (message: string) => void }) {
    this.#onFirst = options.onFirst;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get received(): StopSignal | undefined {
    return this.#received;
  }

  listen(): this {
    process.on("SIGINT", this.#handler).on("SIGTERM", this.#handler);
    return this;
  }

  close(): void {
    process.off("SIGINT", this.#handler).off("SIGTERM", this.#handler);
  }

  #receive(signal: StopSignal): void {
    if (this.#received !== undefined) process.exit(ExitCode[signal]);
    this.#received = signal;
    this.#onFirst(`${signal}: finishing what is under way; once more to leave at once`);
    this.#controller.abort();
  }
}
