import { describe, expect, it } from "vitest";
import { liveThrough } from "./simulation/history.js";

const histories = Number(process.env.SIMULATIONS ?? 2000);
const first = Number(process.env.SIMULATION_FROM ?? 1);
const replayed = process.env.SIMULATION_SEED;
const BATCH = 50;

const batches = Array.from({ length: Math.ceil(histories / BATCH) }, (_, i) => ({
  from: first + i * BATCH,
  until: first + Math.min(histories, (i + 1) * BATCH),
}));

describe.runIf(replayed === undefined)("whatever happens", () => {
  it.each(batches)(
    "what the server has is stored byte for byte or named with a reason, in histories $from to $until",
    async ({ from, until }) => {
      const failed: string[] = [];
      for (let seed = from; seed < until; seed++) {
        const { wrong } = await liveThrough(seed);
        if (wrong)
          failed.push(
            `${wrong}\n  SIMULATION_SEED=${seed} npx vitest run packages/core/test/simulation.test.ts`,
          );
        if (failed.length >= 3) break;
      }
      expect(failed.join("\n")).toBe("");
    },
    120_000,
  );
});

describe.runIf(replayed !== undefined)("one history", () => {
  it(`of seed ${replayed}`, async () => {
    const { story, wrong } = await liveThrough(Number(replayed), { trace: true });
    console.log(story);
    expect(wrong).toBeUndefined();
  });
});
