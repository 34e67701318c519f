import type { Rng } from "./rng.js";
import { Server } from "./server.js";
import { randomTroubles, Weather, type Trouble } from "./troubles.js";

const MINUTE = 60_000;

/** Another host that shows the same tree, some time later. */
export interface MirrorHost {
  readonly server: Server;
  readonly weather: Weather;
  /** How long after the first host it shows a change, in ms. */
  readonly lag: number;
  /** What keeps the first from being asked, so that there is something for the mirror to do. */
  readonly outages: readonly Trouble[];
}

/** Some histories have one. */
export function planMirror(
  rng: Rng,
  time: {
    readonly original: Server;
    readonly from: number;
    readonly until: number;
    readonly now: () => number;
  },
): MirrorHost | undefined {
  if (!rng.chance(0.3)) return undefined;
  const { original, from, until, now } = time;
  const outages = Array.from({ length: rng.int(1, 3) }, (): Trouble => {
    const start = rng.int(from, until);
    const end = Math.min(until, start + rng.int(1, 180) * MINUTE);
    return { what: "down", from: start, until: end, chance: rng.pick([1, 1, 0.5]) };
  });
  return {
    server: new Server(original),
    weather: new Weather({
      troubles: rng.chance(0.5) ? [] : randomTroubles(rng.fork("troubles"), from, until),
      rng: rng.fork("weather"),
      now,
    }),
    lag: rng.pick([0, 0, 30_000, 10 * MINUTE, 180 * MINUTE]),
    outages,
  };
}
