import { onAbort } from "../transport/on-abort.js";

/** Lets loops wait until something may have changed. A ring wakes all that wait now, and is forgotten. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves at the next ring, or when the signal fires. */
  wait(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        unhook?.();
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      const unhook = signal && onAbort(signal, wake);
    });
  }
}
