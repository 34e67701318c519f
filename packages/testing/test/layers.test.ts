import {
  BandwidthLimit,
  DaybookError,
  FailoverTransport,
  withBandwidth,
  withRoot,
  withWitness,
} from "@daybook/core";
import type { Clock, FailoverOptions } from "@daybook/core";
import { MemoryTransport, transportCases } from "@daybook/testing";
import type { MemoryFaults } from "@daybook/testing";
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

describe("a transport whose listings bear witness keeps the contract:", () => {
  for (const c of transportCases(traits))
    test(c.name, () => {
      const seen: Date[] = [];
      const around = (transport: MemoryTransport) =>
        withWitness(transport, { saw: (time) => void seen.push(time) });
      return c.run(memoryFixture({ around }));
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

const { capabilities } = traits;
const DOWN = { fail: new DaybookError("network", "down for the test", { operation: "connect" }) };

describe.each<[string, FailoverOptions, Partial<typeof capabilities>, MemoryFaults?]>([
  ["the first of which is preferred", { trust: "any" }, {}],
  ["asked in turn", { order: "round-robin" }, { parallelism: 6 }],
  ["without common times", { trust: "any", times: "ignore" }, { modifiedAt: "none" as never }],
  ["the first of which is down", { trust: "any" }, {}, { onList: () => DOWN, onRead: () => DOWN }],
])("a transport of two hosts, %s, keeps the contract:", (_, options, differs, faults) => {
  for (const c of transportCases({ ...traits, capabilities: { ...capabilities, ...differs } }))
    test(c.name, () =>
      c.run(
        memoryFixture({
          around: (transport, tree) => {
            const more = { tree, capabilities, endpoint: "memory://another" };
            const another = new MemoryTransport({ ...more, faults: faults ?? transport.faults });
            const transports = faults ? [another, transport] : [transport, another];
            return new FailoverTransport({ ...options, transports });
          },
        }),
      ),
    );
});

describe("a transport below another root keeps the contract:", () => {
  for (const c of transportCases(traits))
    test(c.name, () => {
      const below = memoryFixture({
        root: "/mirror/of/data",
        around: (transport) => withRoot(transport, "/mirror/"),
      });
      return c.run({ ...below, root: "/of/data" });
    });

  test("in its top directory too", async () => {
    const fixture = memoryFixture({ root: "/mirror", around: (transport) => withRoot(transport, "/mirror") });
    await fixture.seed({ file: new Uint8Array(1) });
    expect((await fixture.transport.list("/")).entries).toHaveLength(1);
  });

  test.each(["mirror", "/a/../b", "/a//b", ""])("but %j is no root", (root) => {
    const make = () => memoryFixture({ around: (transport) => withRoot(transport, root) });
    if (root === "") expect(make).not.toThrow();
    else expect(make).toThrow(/must be an absolute path/);
  });
});
