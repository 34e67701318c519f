import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { LocalDestination } from "@daybook/core";
import { destinationCases } from "@daybook/testing";
import type { DestinationCase, DestinationTraits } from "@daybook/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { brokenDestination, brokenDestinations } from "./destination/broken-destinations.js";
import { memoryDisk } from "./destination/memory-disk.js";

const traits: DestinationTraits = { keepsParts: true, knowsOrigins: true };
const cases = destinationCases(traits);

describe("the local destination keeps the contract on this machine's disk:", () => {
  for (const { name, run } of cases)
    test(name, async () => {
      const path = mkdtempSync(join(tmpdir(), "daybook-destination-kit-"));
      onTestFinished(() => rmSync(path, { recursive: true }));
      const make = () => new LocalDestination({ path });
      await run({ destination: make(), again: async () => make() });
    });
});

describe("the local destination keeps the contract on a disk in memory:", () => {
  for (const { name, run } of cases) test(name, () => run(memoryDisk()));
});

describe("the local destination keeps the contract with a layout of its own:", () => {
  const layout = "{field}/{source}/{yyyy}/{name}";
  const own = destinationCases({ ...traits, knowsOrigins: false });
  for (const { name, run } of own) test(name, () => run(memoryDisk(undefined, layout)));
});

describe("the local destination keeps the contract when it packs files:", () => {
  for (const { name, run } of cases) test(name, () => run(memoryDisk(undefined, undefined, "gzip")));
});

const noZstd = !("createZstdCompress" in zlib);
if (noZstd)
  console.warn(`skipped: packing with zstd: Node ${process.versions.node} can't, 22.15 and newer can`);

describe.skipIf(noZstd)("the local destination keeps the contract when it packs files with zstd:", () => {
  for (const { name, run } of cases) test(name, () => run(memoryDisk(undefined, undefined, "zstd")));
});

const passes = ({ run }: DestinationCase, broken: ReturnType<typeof brokenDestination>) =>
  run(memoryDisk(broken)).then(
    () => true,
    () => false,
  );

describe("the destination kit tells a destination that", () => {
  const uncaught = new Set(cases);

  for (const [name, how] of Object.entries(brokenDestinations))
    test(name, async () => {
      const failed: string[] = [];
      for (const c of cases) {
        if (await passes(c, brokenDestination(how))) continue;
        failed.push(c.name);
        uncaught.delete(c);
      }
      expect(failed).not.toEqual([]);
    });

  test("is broken in some way by each of its cases", () => {
    expect([...uncaught].map((c) => c.name)).toEqual([]);
  });
});

test("a destination that isn't broken passes, also through the wrapper of the broken ones", async () => {
  for (const c of cases)
    expect([
      c.name,
      await passes(
        c,
        brokenDestination(() => ({})),
      ),
    ]).toEqual([c.name, true]);
});

test("one that keeps no parts is asked for none, and held to that", async () => {
  const none = destinationCases({ keepsParts: false, knowsOrigins: true });
  const forgetful = brokenDestination(brokenDestinations["keeps nothing for the next attempt"]!);
  for (const c of none) expect([c.name, await passes(c, forgetful)]).toEqual([c.name, true]);
  const declared = none.find(({ name }) => !cases.some((c) => c.name === name))!;
  expect(await passes(declared, (destination) => destination)).toBe(false);
});
