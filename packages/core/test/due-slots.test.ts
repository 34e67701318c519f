import { MemoryStore, type StateStore } from "@daybook/core";
import { jitter } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { error } from "./support/made-up.js";
import { HOUR, MINUTE, Mirror, put } from "./support/mirror.js";
import { Rng } from "./simulation/rng.js";

const seeds = Array.from({ length: 20 }, (_, n) => ({ seed: n + 1 }));
const realTimers = (seed: number) => jitter({ random: new Rng(seed).next });

describe("a slot that is due, where timers fire early, late or together", () => {
  it.each(seeds)("is looked at then, not at the next poll (seed $seed)", async ({ seed }) => {
    const times: number[] = [];
    let failures = 60;
    const ledger = new MemoryStore();
    const store: StateStore = {
      ...bound<StateStore>(ledger),
      // A look takes a moment, in which the other lane may begin its own.
      async *slots(...query) {
        await mirror.clock.sleep(2);
        yield* ledger.slots(...query);
      },
    };
    const mirror: Mirror = new Mirror({
      store,
      timer: realTimers(seed),
      source: { poll: 5 * HOUR, retryDelay: 40, maxRetryDelay: 60, maxAttempts: 1000 },
      faults: {
        onRead: () => {
          times.push(mirror.clock.now().getTime());
          return failures-- > 0 ? { fail: error("bad-content") } : undefined;
        },
      },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(1);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.max(...gaps)).toBeLessThan(5000);
  });

  it.each(seeds)(
    "is looked at in time while it passes from live to history (seed $seed)",
    async ({ seed }) => {
      const times: number[] = [];
      const close = Date.parse("2025-01-01T01:10:00Z");
      const mirror: Mirror = new Mirror({
        timer: realTimers(seed),
        now: "2025-01-01T01:09:55Z",
        source: {
          end: "2025-01-01T01:00:00Z",
          ...{ poll: 5 * HOUR, lookback: 0, grace: 10 * MINUTE },
          ...{ retryDelay: 40, maxRetryDelay: 60, maxAttempts: 1000 },
        },
        faults: {
          onRead: () => {
            times.push(mirror.clock.now().getTime());
            return times.at(-1)! < close + 2000 ? { fail: error("bad-content") } : undefined;
          },
        },
      });
      put(mirror, "2025-01-01T00:05:10Z");
      await mirror.clock.runUntil(mirror.daybook.run(), { maxTime: MINUTE });
      const gaps = times.slice(1).map((time, i) => time - times[i]!);
      expect(Math.max(...gaps)).toBeLessThan(2000);
    },
  );
});

describe("a slot that an earlier run has left for soon", () => {
  it("is looked at then, however seldom the next run polls", async () => {
    let fails = true;
    const mirror = new Mirror({
      source: { poll: 5 * HOUR, retryDelay: MINUTE, maxRetryDelay: MINUTE },
      faults: { onRead: () => (fails ? { fail: error("bad-content") } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(1000);
    stop.abort();
    await mirror.clock.runUntil(running);
    fails = false;
    mirror.restart();
    await mirror.clock.runUntil(mirror.daybook.run(), { maxTime: 2 * MINUTE });
    expect(mirror.home()).toEqual(mirror.remote());
  });
});
