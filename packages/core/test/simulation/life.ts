import type { Clock } from "@daybook/core";

/**
 * One program's life. Everything it does to the world outside passes through here, so that it can end at any step;
 * from then on it reaches nothing any more: what it asks for throws, what it waits for never comes.
 */
export class Life {
  /** Resolves when it ends. */
  readonly end: Promise<void>;
  alive = true;
  #steps = 0;
  #killAt: number;
  readonly #after: boolean;
  #ended!: () => void;
  readonly #onDeath: (step: string) => void;

  constructor(options: { killAt?: number; after?: boolean; onDeath?: (step: string) => void } = {}) {
    this.#killAt = options.killAt ?? Infinity;
    this.#after = options.after ?? false;
    this.#onDeath = options.onDeath ?? (() => undefined);
    this.end = new Promise((resolve) => (this.#ended = resolve));
  }

  get steps(): number {
    return this.#steps;
  }

  /** It is not to be killed any more. */
  spare(): void {
    this.#killAt = Infinity;
  }

  die(step: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#onDeath(step);
    this.#ended();
  }

  /** Does something to the world, unless this is the step at which it dies; that step may still take effect. */
  step<T>(name: string, action: () => T): T {
    this.check();
    if (++this.#steps >= this.#killAt) {
      try {
        if (this.#after) action();
      } finally {
        this.die(`${name}, ${this.#after ? "done" : "not done"}`);
      }
      this.check();
    }
    return action();
  }

  /** As `step`, for what takes time. */
  async asyncStep<T>(name: string, action: () => Promise<T>): Promise<T> {
    if (!this.alive) return never();
    if (++this.#steps >= this.#killAt) {
      if (this.#after) await action().catch(() => undefined);
      this.die(`${name}, ${this.#after ? "done" : "not done"}`);
    }
    return this.wait(action);
  }

  /** The outcome, if it is still alive to see it. */
  wait<T>(action: () => Promise<T>): Promise<T> {
    if (!this.alive) return never();
    return new Promise((resolve, reject) => {
      action().then(
        (value) => this.alive && resolve(value),
        (error: unknown) => this.alive && reject(error as Error),
      );
    });
  }

  check(): void {
    if (!this.alive) throw new Error("the program is dead");
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic?.() ?? clock.now().getTime(),
      sleep: (ms, signal) => this.wait(() => clock.sleep(ms, signal)),
    };
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
