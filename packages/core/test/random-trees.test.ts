import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DaybookError } from "@daybook/core";
import { Mirror, put } from "./support/mirror.js";

const FIELDS = ["DBZH", "VRAD", "ZDR", "KDP"];
const START = Date.parse("2025-01-01T00:00:00Z");

/** Files of a radar tree: some seconds of three hours, each with a few fields. */
const trees = fc.uniqueArray(
  fc.record({
    second: fc.integer({ min: 0, max: 3 * 3600 - 1 }),
    field: fc.constantFrom(...FIELDS),
    content: fc.string({ maxLength: 40, unit: "grapheme-ascii" }),
  }),
  { maxLength: 40, selector: ({ second, field }) => `${second} ${field}` },
);

describe("a random tree", () => {
  it("crawled through the memory transport always ends identical to its source", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 1, max: 6 }), async (files, connections) => {
        const mirror = new Mirror({ connections });
        for (const { second, field, content } of files)
          put(mirror, new Date(START + second * 1000).toISOString(), content, field);
        const { sources } = await mirror.run();
        expect(mirror.home()).toEqual(mirror.remote());
        expect(sources[0]!.summary).toMatchObject({
          settled: 3,
          files: { stored: files.length, pending: 0 },
        });
        mirror.restart();
        expect((await mirror.run()).sources[0]!.fetched.files).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it("ends identical however often reads and listings fail on the way", async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.array(fc.nat(9), { maxLength: 60 }), async (files, dice) => {
        const rolls = [...dice];
        const fail = () => ({ fail: new DaybookError("network", "made up") });
        const mirror = new Mirror({
          source: { maxAttempts: 100 },
          faults: {
            onList: () => ((rolls.pop() ?? 9) < 3 ? fail() : undefined),
            onRead: () => {
              const roll = rolls.pop() ?? 9;
              return roll < 2
                ? fail()
                : roll < 4
                  ? { dropAfter: roll * 5 }
                  : roll < 5
                    ? { lieShort: 3 }
                    : undefined;
            },
          },
        });
        for (const { second, field, content } of files)
          put(mirror, new Date(START + second * 1000).toISOString(), content, field);
        await mirror.run();
        expect(mirror.home()).toEqual(mirror.remote());
        expect(mirror.parts()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
