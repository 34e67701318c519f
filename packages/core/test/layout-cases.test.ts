import { AssertionError } from "node:assert";
import { describe, expect, test } from "vitest";
import {
  radarLayout,
  template,
  type Observation,
  type PathLayout,
  type Slot,
  type TimeRange,
} from "@daybook/core";
import { layoutCases, type LayoutTraits } from "@daybook/testing";

const GOOD = radarLayout("RMA1");

const TRAITS: LayoutTraits = {
  layout: GOOD,
  samples: [
    {
      path: "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
      observedAt: new Date("2025-01-01T18:30:20Z"),
      attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
    },
    {
      path: "/L2/RMA1/2025/01/01/20/0000/RMA1_1000_1_KDP_20250101T200000Z.BUFR",
      observedAt: new Date("2025-01-01T20:00:00Z"),
      attributes: { radar: "RMA1", strategy: "1000", volume: "1", field: "KDP" },
    },
  ],
  foreign: ["/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183021Z.BUFR", "/L2/RMA1/readme.txt"],
  range: { start: new Date("2025-01-01T18:10Z"), end: new Date("2025-01-01T21:40Z") },
};

function broken(changes: Partial<PathLayout>, traits: Partial<LayoutTraits> = {}): LayoutTraits {
  const layout: PathLayout = {
    root: GOOD.root,
    slots: (range) => GOOD.slots(range),
    enters: (slot, directory) => GOOD.enters(slot, directory),
    parse: (path) => GOOD.parse(path),
    ...changes,
  };
  return { ...TRAITS, layout, ...traits };
}

function slotsAs(change: (slots: Slot[], range: TimeRange) => Iterable<Slot>): LayoutTraits {
  return broken({
    slots: (range) => {
      const end = range.end ?? new Date(range.start.getTime() + 1e9);
      return change([...GOOD.slots({ start: range.start, end })], range);
    },
  });
}

function parseAs(change: (read: Observation, path: string) => Observation | undefined): LayoutTraits {
  return broken({
    parse: (path) => {
      const read = GOOD.parse(path);
      return read && change(read, path);
    },
  });
}

const HOUR = 3_600_000;
const later = (date: Date | undefined, ms: number) => new Date(date!.getTime() + ms);
let calls = 0;

/** For every case of the kit, layouts that break just what it says. */
const DOUBLES: Record<string, Record<string, LayoutTraits>> = {
  "the kit is given samples, foreign paths, and a range that has slots": {
    "no samples": { ...TRAITS, samples: [] },
    "no foreign paths": { ...TRAITS, foreign: [] },
    "an empty range": { ...TRAITS, range: { start: TRAITS.range.start, end: TRAITS.range.start } },
    "a sample out of range": { ...TRAITS, range: { ...TRAITS.range, end: new Date("2025-01-01T19:00Z") } },
  },
  "slots come oldest first, without overlap or hole": {
    "newest first": slotsAs((slots) => slots.reverse()),
    "one hour left out": slotsAs((slots) => slots.filter((_, i) => i !== 1)),
    "ends inclusive of the next second": slotsAs((slots) =>
      slots.map((s) => ({ ...s, end: later(s.end, 1000) })),
    ),
    "slots that take no time": slotsAs((slots) => slots.map((s) => ({ ...s, end: s.start }))),
  },
  "slots cover the whole range and nothing that shares no instant with it": {
    "the first left out": slotsAs((slots) => slots.slice(1)),
    "the last left out": slotsAs((slots) => slots.slice(0, -1)),
    "one more than asked for": broken({
      slots: (range) => GOOD.slots({ ...range, end: range.end && later(range.end, HOUR) }),
    }),
  },
  "an empty range has no slots": {
    "the slot around it": broken({
      slots: (range) => GOOD.slots({ ...range, end: range.end && later(range.end, 1) }),
    }),
  },
  "adjacent ranges share no slot but the one their border runs through": {
    "slots that begin where the range does": slotsAs((slots, { start }) =>
      slots.map((slot) => ({
        path: slot.path,
        start: later(slot.start, start.getTime() % HOUR),
        end: later(slot.end, start.getTime() % HOUR),
      })),
    ),
    "an inclusive end": broken({
      slots: (range) => GOOD.slots({ ...range, end: range.end && later(range.end, 1) }),
    }),
  },
  "an endless range has the same slots, and gives them one at a time": {
    "nothing without an end": slotsAs((slots, { end }) => (end ? slots : [])),
    "another beginning": slotsAs((slots, { end }) => (end ? slots : slots.slice(1))),
  },
  "slots have absolute paths below the root, each its own": {
    "a trailing slash": slotsAs((slots) => slots.map((slot) => ({ ...slot, path: `${slot.path}/` }))),
    "relative paths": slotsAs((slots) => slots.map((slot) => ({ ...slot, path: slot.path.slice(1) }))),
    "paths that climb": slotsAs((slots) => slots.map((slot) => ({ ...slot, path: `${slot.path}/../x` }))),
    "one path for all": slotsAs((slots) => slots.map((slot) => ({ ...slot, path: "/L2/RMA1/2025" }))),
    "another root": broken({ root: "/L2/RMA5" }),
  },
  "asked twice, a layout says the same, whatever was done to its answers": {
    "slots that can be gone through once": broken({
      slots: (range) => GOOD.slots(range)[Symbol.iterator]() as never,
    }),
    "slots that are handed out again": (() => {
      const kept = new Map<string, Slot[]>();
      return broken({
        slots: (range) => {
          const key = `${range.start.getTime()}-${range.end?.getTime()}`;
          if (!kept.has(key)) kept.set(key, [...GOOD.slots(range)]);
          return kept.get(key)!;
        },
      });
    })(),
    "observations that are handed out again": (() => {
      const kept = new Map<string, Observation | undefined>();
      return broken({
        parse: (path) => {
          if (!kept.has(path)) kept.set(path, GOOD.parse(path));
          return kept.get(path);
        },
      });
    })(),
    "a count among the attributes": parseAs((read) => ({
      ...read,
      attributes: { ...read.attributes, call: String(calls++) },
    })),
  },
  "every sample is read: its time and its attributes, as they are written": {
    "nothing read": broken({ parse: () => undefined }),
    "local time": parseAs((read) => ({ ...read, observedAt: later(read.observedAt, 3 * HOUR) })),
    "no time": parseAs(({ attributes }) => ({ attributes })),
    "numbers without their zeros": parseAs(({ observedAt, attributes }) => ({
      observedAt,
      attributes: { ...attributes, volume: String(Number(attributes.volume)) },
    })),
  },
  "every sample belongs to one slot, which contains its time": {
    "slots an hour off": slotsAs((slots) =>
      slots.map(({ path, start, end }) => ({ path, start: later(start, HOUR), end: later(end, HOUR) })),
    ),
    "slots that lie in each other": slotsAs((slots) => [{ ...slots[0]!, path: "/L2/RMA1" }, ...slots]),
    "paths of another day": slotsAs((slots) =>
      slots.map((slot) => ({ ...slot, path: slot.path.replace("/01/01/", "/01/02/") })),
    ),
  },
  "every directory between a slot and its sample is entered": {
    "none entered": broken({ enters: () => false }),
    "only minutes past the full hour": broken({
      enters: (slot, directory) => GOOD.enters(slot, directory) && !directory.endsWith("0000"),
    }),
  },
  "no directory outside the slot is entered": {
    "all entered": broken({ enters: () => true }),
    "compared without the slash": broken({ enters: (slot, directory) => directory.startsWith(slot.path) }),
  },
  "foreign paths are skipped": {
    "file time left unchecked": broken({
      parse: (path) => GOOD.parse(path) ?? { attributes: { path } },
    }),
  },
  "hostile paths are answered, never thrown at": {
    "parse throws": broken({
      parse: (path) => {
        decodeURIComponent(path);
        return GOOD.parse(path);
      },
    }),
    "enters throws": broken({
      enters: (slot, directory) => {
        if (directory.includes("\0")) throw new Error("invalid name");
        return GOOD.enters(slot, directory);
      },
    }),
  },
};

describe("the layout kit", () => {
  for (const { name, run } of layoutCases(TRAITS)) test(`passes a good layout: ${name}`, () => run());

  test("has a broken double for every case", () => {
    expect(Object.keys(DOUBLES)).toEqual(layoutCases(TRAITS).map(({ name }) => name));
  });

  for (const [name, doubles] of Object.entries(DOUBLES)) {
    test.each(Object.entries(doubles))(`finds out with "${name}": %s`, async (_, traits) => {
      const found = layoutCases(traits).find((c) => c.name === name)!;
      await expect(found.run()).rejects.toBeInstanceOf(AssertionError);
    });
  }

  test("passes a layout of one slot that never ends", async () => {
    const traits: LayoutTraits = {
      layout: template("/in/{site}/{name}_{yyyy}{MM}{dd}.nc"),
      samples: [
        {
          path: "/in/a/x_20250101.nc",
          observedAt: new Date("2025-01-01"),
          attributes: { site: "a", name: "x" },
        },
      ],
      foreign: ["/in/a/b/x_20250101.nc"],
      range: { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-02T00:00Z") },
    };
    for (const { run } of layoutCases(traits)) await run();
  });
});
