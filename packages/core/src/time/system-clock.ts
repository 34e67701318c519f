import { setTimeout as delay } from "node:timers/promises";
import { DaybookError } from "../errors/daybook-error.js";
import type { Clock } from "./clock.js";
import { readUptime, type Uptime } from "./uptime.js";

// setTimeout's delay is a 32-bit integer; a longer one would fire at once.
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own clock. */
export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }

  uptime(): Uptime | undefined {
    return readUptime();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    try {
      for (let left = ms; left >= 0; left -= LONGEST_TIMER) {
        await delay(Math.min(left, LONGEST_TIMER), undefined, { signal });
        if (left <= LONGEST_TIMER) return;
      }
    } catch (cause) {
      throw new DaybookError("cancelled", "stopped while waiting", { cause });
    }
  }
}
