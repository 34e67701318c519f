import type { DaybookError } from "../errors/daybook-error.js";
import type { Breaker } from "./breaker.js";

/** All that must be well before a source's work can go on: its host, its login, its destination. */
export class Gates {
  readonly #gates: readonly Breaker[];

  constructor(gates: readonly Breaker[]) {
    this.#gates = gates;
  }

  /** Why work waits, while it does. */
  get down(): DaybookError | undefined {
    for (const { down } of this.#gates) if (down) return down;
    return undefined;
  }

  /** Whether work may be tried now, without waiting. */
  get mayTry(): boolean {
    return this.#gates.every(({ mayTry }) => mayTry);
  }

  /** Resolves when work may be tried; undefined where that is at once. Follow with `abandon` when it was. */
  pass(signal: AbortSignal): Promise<void> | undefined {
    return this.down && this.#wait(signal);
  }

  abandon(): void {
    for (const gate of this.#gates) gate.abandon();
  }

  async #wait(signal: AbortSignal): Promise<void> {
    try {
      for (const gate of this.#gates) await gate.pass(signal);
    } catch (error) {
      this.abandon();
      throw error;
    }
  }
}
