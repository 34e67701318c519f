/** Time as the engine sees it, so that tests and simulations can bring their own. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds; rejects with kind "cancelled" when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
