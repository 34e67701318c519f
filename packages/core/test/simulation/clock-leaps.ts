import type { FakeClock } from "@daybook/testing";
import type { Rng } from "./rng.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Time in which the machine's clock is wrong. */
export interface Leap {
  /** Epoch ms. */
  readonly from: number;
  readonly until: number;
  /** In ms; far more than clocks are kept right by. */
  readonly by: number;
}

/** Some histories have some, one after the other. */
export function planLeaps(rng: Rng, from: number, until: number): Leap[] {
  if (!rng.chance(0.2)) return [];
  const leaps: Leap[] = [];
  for (let at = from + 1, n = rng.int(1, 3); n > 0; n--) {
    at += rng.int(0, Math.max(0, Math.floor((until - at) / 2)));
    const end = Math.min(
      until,
      // A clock that goes on for an hour is believed: what follows from a wrong one then isn't held here.
      at + rng.int(1, 50) * rng.pick([SECOND, SECOND, 10 * SECOND, MINUTE]),
    );
    const by = rng.pick([4 * HOUR, 26 * HOUR, 10 * 24 * HOUR, 4000 * 24 * HOUR, -2 * HOUR, -26 * HOUR]);
    if (end <= at) break;
    leaps.push({ from: at, until: end, by });
    at = end;
  }
  return leaps;
}

/** The machine's clock, set wrong and right again in its time. Never before a ledger has noted how late it is: a new one believes it. */
export class Leaps {
  readonly #leaps: readonly Leap[];
  readonly #clock: FakeClock;
  readonly #trace: (what: string) => void;
  #now: Leap | undefined;
  /** When the clock was last set; epoch ms. */
  last = -Infinity;

  constructor(options: { leaps: readonly Leap[]; clock: FakeClock; trace: (what: string) => void }) {
    this.#leaps = options.leaps;
    this.#clock = options.clock;
    this.#trace = options.trace;
  }

  get isOff(): boolean {
    return this.#now !== undefined;
  }

  /** Whether it has been wrong for so long that it may be believed. */
  get isBelieved(): boolean {
    return this.#now !== undefined && this.#clock.monotonic() - this.#now.from >= HOUR - MINUTE;
  }

  async unfold(hasLedger: () => boolean): Promise<void> {
    for (const leap of this.#leaps) {
      await this.#clock.sleep(leap.from - this.#clock.monotonic());
      if (!hasLedger()) continue;
      this.#set(leap.by, leap);
      await this.#clock.sleep(leap.until - this.#clock.monotonic());
      this.#set(-leap.by, undefined);
    }
  }

  #set(by: number, now: Leap | undefined): void {
    this.#now = now;
    this.last = this.#clock.monotonic();
    this.#clock.leap(by);
    this.#trace(`THE CLOCK is set by ${by / HOUR} h`);
  }
}
