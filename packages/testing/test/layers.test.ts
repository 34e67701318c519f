import { BandwidthLimit, withBandwidth } from "@daybook/core";
import type { Clock } from "@daybook/core";
import { transportCases } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { memoryFixture, traits } from "./transport/memory-fixture.js";

/** Nobody waits on it: it is as late as it is asked to be. */
class HastyClock implements Clock {
  #ms = Date.UTC(2025, 0, 1);
  now(): Date {
    return new Date(this.#ms);
  }
  async sleep(ms: number): Promise<void> {
    this.#ms += ms;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each([
  ["no limit in force", [{ rate: "unlimited" }]],
  ["a rate above what comes", [{ rate: "10GB/s" }]],
  ["a rate that cuts chunks", [{ rate: "300kB/s" }]],
  ["two limits", [{ rate: "400kB/s" }, { rate: "2MB/s" }]],
])("a transport with %s keeps the contract:", (_, limits) => {
  for (const c of transportCases(traits))
    test(c.name, () => {
      const clock = new HastyClock();
      const around = limits.map((limit) => new BandwidthLimit({ limit, clock }));
      return c.run(memoryFixture({ around: (transport) => withBandwidth(transport, around) }));
    });
});

test("a transport without a limit is itself", () => {
  memoryFixture({
    around: (transport) => {
      expect(withBandwidth(transport, [])).toBe(transport);
      return transport;
    },
  });
});
