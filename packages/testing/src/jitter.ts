export interface JitterOptions {
  /** In [0, 1); a seeded one makes it the same every time. */
  readonly random: () => number;
  /** How much too early a timer fires at most, in ms. Default 1.5: Node.js counts in whole ms, on another clock. */
  readonly early?: number;
  /** How much too late at most, in ms, where the machine is busy; one timer in eight is. Default 200. */
  readonly late?: number;
}

/** For a `FakeClock`'s `timer`: timers that fire a little early or late, as real ones do, and now and then together. */
export function jitter({ random, early = 1.5, late = 200 }: JitterOptions): (ms: number) => number {
  return (ms) => {
    const roll = random();
    if (roll < 0.125) return ms + random() * late;
    // What fires in the same turn of the event loop sees the same time.
    if (roll < 0.25) return Math.ceil(ms / 10) * 10;
    return Math.max(0, ms - random() * early);
  };
}
