import type { Uptime } from "./uptime.js";

/** Time as the engine sees it, so that tests and simulations can bring their own. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` milliseconds; rejects with kind "cancelled" when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds of a clock that nobody sets: it tells how long something took, and never leaps. Default by `now`. */
  monotonic?(): number;
  /** How long the machine has been on, where it can tell. */
  uptime?(): Uptime | undefined;
}

export const monotonic = (clock: Pick<Clock, "now" | "monotonic">): number =>
  clock.monotonic?.() ?? clock.now().getTime();
