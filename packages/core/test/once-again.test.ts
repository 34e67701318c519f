import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { HOUR, Mirror, put, threeHours } from "./support/mirror.js";

/** As a program of its own: nothing is left of the last one but the ledger. */
function once(mirror: Mirror) {
  mirror.restart();
  return mirror.run({ once: true });
}

describe("a run that looks once, right after an outage,", () => {
  it.each(["network", "timeout", "busy"] as const)(
    "asks again for slots it couldn't list (%s)",
    async (kind) => {
      const mirror = new Mirror({
        faults: { onList: () => ({ fail: error(kind, { operation: "connect" }) }) },
      });
      threeHours(mirror);
      for (let n = 0; n < 4; n++) expect((await once(mirror)).outcome).toBe("failed");
      mirror.transport.faults = {};
      expect((await once(mirror)).outcome).toBe("complete");
      expect(mirror.home()).toEqual(mirror.remote());
    },
  );

  it.each(["network", "timeout", "busy", "cut-short"] as const)(
    "asks again for files whose reading the line broke off (%s)",
    async (kind) => {
      const mirror = new Mirror({
        faults: {
          onRead: (path) => (path.includes("/05") ? { fail: error(kind, { operation: "read" }) } : undefined),
        },
      });
      threeHours(mirror);
      await once(mirror);
      expect(Object.keys(mirror.home())).toHaveLength(3);
      mirror.transport.faults = {};
      expect((await once(mirror)).outcome).toBe("complete");
      expect(mirror.home()).toEqual(mirror.remote());
    },
  );

  it("asks again for hours of which an earlier run has planned the whole stretch", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    await once(mirror);
    expect(await mirror.store.planned("RMA1")).toBeDefined();
    mirror.transport.faults = { onRead: () => ({ fail: error("network", { operation: "read" }) }) };
    const late = put(mirror, "2025-01-01T01:45:10Z");
    const slot = late.slice(0, late.indexOf("/01/01/01") + 9);
    await mirror.store.record([{ kind: "due", source: "RMA1", path: slot, at: new Date(0) }]);
    await once(mirror);
    mirror.transport.faults = {};
    mirror.transport.calls.list.length = 0;
    expect((await once(mirror)).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    expect(
      mirror.transport.calls.list.filter((path) => path.endsWith("/00") || path.endsWith("/02")),
    ).toEqual([]);
  });

  it("waits as ever for a file whose content is bad, also where the line failed before", async () => {
    let kind = "network" as "network" | "bad-content";
    const mirror = new Mirror({
      faults: { onRead: () => ({ fail: error(kind, { operation: "read" }) }) },
      source: { maxAttempts: 3, retryDelay: HOUR, maxRetryDelay: HOUR },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    await once(mirror);
    kind = "bad-content";
    for (let n = 0; n < 5; n++) await once(mirror);
    expect((await mirror.files())[0]).toMatchObject({ status: "pending", attempts: 1 });
    expect(mirror.transport.calls.read).toHaveLength(2);
  });

  it("asks again for a file that had an attempt, where it was the line that failed since", async () => {
    let kind = "bad-content" as "network" | "bad-content";
    const mirror = new Mirror({
      faults: { onRead: () => ({ fail: error(kind, { operation: "read" }) }) },
      source: { retryDelay: HOUR, maxRetryDelay: HOUR },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    await once(mirror);
    kind = "network";
    await mirror.clock.advance(3 * HOUR);
    await once(mirror);
    expect((await mirror.files())[0]).toMatchObject({ attempts: 1, reason: "made up: network" });
    mirror.transport.faults = {};
    await once(mirror);
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("asks each slot and each file once, however soon they would be due", async () => {
    const mirror = new Mirror({
      faults: {
        onList: (path) =>
          path.endsWith("/01/01/00") ? { fail: error("timeout", { operation: "list" }) } : undefined,
        onRead: () => ({ fail: error("timeout", { operation: "read" }) }),
      },
      source: { retryDelay: 0, maxRetryDelay: 0 },
    });
    threeHours(mirror);
    await once(mirror);
    mirror.transport.calls.list.length = mirror.transport.calls.read.length = 0;
    await once(mirror);
    expect(mirror.transport.calls.list.filter((path) => path.endsWith("/01/01/00"))).toHaveLength(1);
    expect(mirror.transport.calls.read).toHaveLength(4);
  });
});
