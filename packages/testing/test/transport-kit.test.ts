import { transportCases } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { brokenTransports } from "./transport/broken-transports.js";
import { memoryFixture, traits } from "./transport/memory-fixture.js";

describe("the memory transport keeps the contract:", () => {
  for (const c of transportCases(traits)) test(c.name, () => c.run(memoryFixture()));
});

describe.each([
  ["without resume", { ...traits.capabilities, resume: false }],
  ["without times", { ...traits.capabilities, modifiedAt: "none" as const }],
  ["by the minute over one connection", { modifiedAt: "minute" as const, resume: true, parallelism: 1 }],
])("the memory transport keeps the contract %s:", (_, capabilities) => {
  for (const c of transportCases({ ...traits, capabilities })) {
    test(c.name, () => c.run(memoryFixture({ capabilities, root: "/" })));
  }
});

// Broken transports may hang; on one that isn't broken, no case comes near this.
const patience = 1500;
const kits = [
  traits,
  { ...traits, capabilities: { ...traits.capabilities, resume: false } },
  { ...traits, capabilities: { ...traits.capabilities, modifiedAt: "none" as const } },
].map((each) => ({
  capabilities: each.capabilities,
  cases: new Map(transportCases({ ...each, patience }).map((c) => [c.name, c])),
}));

describe("the transport kit tells a transport that", () => {
  for (const [how, { around, caughtBy }] of Object.entries(brokenTransports)) {
    test.each(caughtBy)(`${how}: %s`, async (name) => {
      const kit = kits.find(({ cases }) => cases.has(name));
      const run = kit?.cases.get(name)?.run(memoryFixture({ around, capabilities: kit.capabilities }));
      await expect(run).rejects.toMatchObject({ code: "ERR_ASSERTION" });
    });
  }
});

test("every case of the transport kit tells some broken transport", () => {
  const told = new Set(Object.values(brokenTransports).flatMap(({ caughtBy }) => caughtBy));
  const names = new Set(kits.flatMap(({ cases }) => [...cases.keys()]));
  expect([...names].filter((name) => !told.has(name))).toEqual([]);
  expect([...told].filter((name) => !names.has(name))).toEqual([]);
});

test("what a fixture can't show is not asked of it", () => {
  const less = transportCases({ ...traits, denies: false, cuts: false, links: false, unicodeNames: false });
  expect(transportCases(traits).length - less.length).toBe(6);
});
