import { setTimeout as delay } from "node:timers/promises";
import { faultOf } from "../errors.js";

const CONFLICTS = 10;
const CONFLICT_WAIT = 15;
const SHORTEST_WAIT = 50;
const LONGEST_WAIT = 5_000;
/** What a server needs to start, as far as that is worth waiting for. */
const STARTING = 10_000;

/**
 * Repeats `attempt` while the server is away or still starting, for `patience` ms from the first such failure, and a
 * few times where another transaction won. With a patience of 0 only a server that is starting is waited for.
 */
export async function persist<T>(
  attempt: () => Promise<T>,
  { patience, signal }: { patience: number; signal: AbortSignal },
): Promise<T> {
  let conflicts = 0;
  let losses = 0;
  let deadline: number | undefined;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const fault = faultOf(error);
      if (fault === "final" || signal.aborted) throw error;
      let wait = CONFLICT_WAIT * conflicts;
      if (fault === "conflict") {
        if (++conflicts > CONFLICTS) throw error;
      } else {
        wait = Math.min(SHORTEST_WAIT * 2 ** losses++, LONGEST_WAIT);
        deadline ??= performance.now() + (fault === "starting" ? Math.max(patience, STARTING) : patience);
        if (performance.now() + wait > deadline) throw error;
      }
      // By a random part, so that those who collided don't meet again.
      await delay(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
