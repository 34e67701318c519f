import fc from "fast-check";
import { expectation, Judge, template, type ExpectOptions } from "@daybook/core";
import { describe, expect, test } from "vitest";
import { refusal } from "./support/templates.js";

const layout = template("/{yyyy}/{MM}/{dd}/{HH}/{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}.x");
const START = Date.parse("2025-01-01T12:00Z");
const MINUTE = 60_000;

interface Sample {
  readonly at: string;
  readonly field?: string;
  readonly size?: number;
}

function judge(options: ExpectOptions, files: readonly Sample[], hours = 1): string[] {
  const judged = new Judge(expectation(options, layout), {
    start: new Date(START),
    end: new Date(START + hours * 60 * MINUTE),
  });
  for (const { at, field = "DBZH", size = 1000 } of files) {
    const observedAt = new Date(`2025-01-01T${at}Z`);
    const path = layout.format({ observedAt, attributes: { field } });
    judged.add({ observation: layout.parse(path)!, path, size });
  }
  return judged.lacks().map(({ what }) => what);
}

describe("an hour owes", () => {
  test("an observation at each step, give or take the tolerance", () => {
    const files = [{ at: "12:00" }, { at: "12:14" }, { at: "12:20:30" }, { at: "12:39:40" }, { at: "12:50" }];
    expect(judge({ every: 10 * MINUTE }, files)).toEqual(["12:30"]);
    expect(judge({ every: 10 * MINUTE, tolerance: MINUTE }, files)).toEqual(["12:10", "12:30"]);
  });

  test("each value of an observation", () => {
    const files = [{ at: "12:00" }, { at: "12:00", field: "VRAD" }, { at: "12:10" }];
    const values = { field: ["DBZH", "VRAD"] };
    expect(judge({ values }, files)).toEqual(["12:10 VRAD"]);
    expect(judge({ values, every: 30 * MINUTE }, files)).toEqual(["12:10 VRAD", "12:30"]);
  });

  test("as many files as there have to be, in all or in each whole hour", () => {
    const files = [{ at: "12:00" }, { at: "12:10" }, { at: "13:00" }];
    expect(judge({ files: { min: 4 } }, files, 2)).toEqual(["12:00 to 14:00: 3 of 4 files"]);
    expect(judge({ files: { min: 2, per: "hour" } }, files, 2)).toEqual(["13:00 to 14:00: 1 of 2 files"]);
    expect(judge({ files: { min: 2, per: "hour" } }, files, 1.5)).toEqual([]);
    expect(judge({ files: { max: 2 } }, files, 2)).toEqual([
      "12:00 to 14:00: 3 files, where at most 2 are expected",
    ]);
  });

  test("files of a size", () => {
    expect(judge({ size: { min: 100 } }, [{ at: "12:00", size: 3 }, { at: "12:10" }])).toEqual([
      "DBZH_20250101T120000.x has 3 bytes, where at least 100 are expected",
    ]);
  });
});

test("a forecast owes every lead time of each run", () => {
  const runs = template("/{yyyy}{MM}{dd}/{HH:6}/gfs.t{HH}z.f{lead:\\d+}");
  const options = { values: { lead: { from: 0, to: 120, step: 3 } } };
  const judged = new Judge(expectation(options, runs), {
    start: new Date("2025-01-01T06:00Z"),
    end: new Date("2025-01-01T12:00Z"),
  });
  for (let lead = 0; lead <= 120; lead += 3) {
    if (lead === 48) continue;
    const path = `/20250101/06/gfs.t06z.f${String(lead).padStart(3, "0")}`;
    judged.add({ observation: runs.parse(path)!, path });
  }
  expect(judged.lacks().map(({ what }) => what)).toEqual(["06:00 48"]);
});

test.each<[string, ExpectOptions, RegExp]>([
  ["nothing", {}, /empty/],
  ["a step that divides no day", { every: 7 * MINUTE }, /divide a day/],
  ["a tolerance of half a step", { every: 10 * MINUTE, tolerance: 5 * MINUTE }, /less than half/],
  ["a tolerance without steps", { tolerance: MINUTE, size: { min: 1 } }, /without `every`/],
  ["more than the most", { files: { min: 3, max: 2 } }, /`files`/],
  ["no number of files", { files: {} }, /`files`/],
  ["values that the layout doesn't read", { values: { lead: ["1"] } }, /reads no lead/],
  ["no values", { values: { field: [] } }, /is empty/],
  ["a row that never ends", { values: { field: { from: 0, to: 10 ** 9 } } }, /whole steps/],
])("to expect %s is refused", (_, options, message) => {
  expect(refusal(() => expectation(options, layout))).toMatch(message);
});

test("whatever is lost is named, and nothing that is there", () => {
  const fields = ["DBZH", "VRAD", "ZDR"];
  const situations = fc.record({
    every: fc.constantFrom(5, 10, 15, 20, 30).map((minutes) => minutes * MINUTE),
    hours: fc.integer({ min: 1, max: 24 }),
    fields: fc.subarray(fields, { minLength: 1 }),
    lost: fc.infiniteStream(fc.boolean()),
    jitter: fc.infiniteStream(fc.integer({ min: -1000, max: 1000 })),
  });
  fc.assert(
    fc.property(situations, ({ every, hours, fields, lost, jitter }) => {
      const window = { start: new Date(START), end: new Date(START + hours * 60 * MINUTE) };
      const judged = new Judge(expectation({ every, values: { field: fields } }, layout), window);
      const expected: string[] = [];
      for (let step = START; step < window.end.getTime(); step += every) {
        const share = jitter.next().value! / 1000;
        const observedAt = new Date(step + Math.trunc((share * (every / 2 - 1000)) / 1000) * 1000);
        const gone = fields.filter(() => lost.next().value);
        const there = fields.filter((field) => !gone.includes(field));
        for (const field of there) {
          const path = layout.format({ observedAt, attributes: { field } });
          judged.add({ observation: layout.parse(path)!, path, size: 1 });
        }
        const shown = (time: Date) => time.toISOString().slice(11, 19).replace(/:00$/, "");
        if (there.length === 0) expected.push(shown(new Date(step)));
        // What was observed a little early is the slot before's to judge.
        else if (observedAt >= window.start && observedAt < window.end)
          for (const field of gone) expected.push(`${shown(observedAt)} ${field}`);
      }
      expect(
        judged
          .lacks()
          .map(({ what }) => what)
          .sort(),
      ).toEqual(expected.sort());
    }),
  );
});
