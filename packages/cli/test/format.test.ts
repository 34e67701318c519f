import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatRange,
  formatRate,
  gapLine,
  Rate,
  table,
  textWidth,
  truncate,
} from "daybook";
import type { Gap, GapKind } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [9_994, "9.99 kB"],
  [9_996, "10.0 kB"],
  [99_960, "100 kB"],
  [999_499, "999 kB"],
  [999_500, "1.00 MB"],
  [34_220_000, "34.2 MB"],
  [1.5e12, "1.50 TB"],
  [2e18, "2000 PB"],
])("%d bytes are shown as %s", (bytes, shown) => {
  expect(formatBytes(bytes)).toBe(shown);
});

test("sizes have at most three digits below a thousand petabytes", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 9e17, noNaN: true }), (bytes) => {
      expect(formatBytes(Math.round(bytes))).toMatch(/^(\d\.\d\d|\d\d\.\d|\d{1,3}) [kMGTP]?B$/);
    }),
  );
});

test("rates are sizes a second", () => {
  expect(formatRate(1_234_567.8)).toBe("1.23 MB/s");
});

test.each([
  [-5, "0s"],
  [0, "0s"],
  [499, "0s"],
  [59_400, "59s"],
  [59_600, "1m 00s"],
  [185_000, "3m 05s"],
  [3_599_600, "1h 00m"],
  [7_500_000, "2h 05m"],
  [86_390_000, "1d 00h"],
  [3 * 86_400_000 + 4 * 3_600_000, "3d 04h"],
  [400 * 86_400_000, "400d 00h"],
])("%d ms are shown as %s", (ms, shown) => {
  expect(formatDuration(ms)).toBe(shown);
});

test("times are UTC and no finer than they need to be", () => {
  expect(formatInstant(new Date("2025-01-01T18:00:00Z"))).toBe("2025-01-01T18:00Z");
  expect(formatInstant(new Date("2025-01-01T18:30:20Z"))).toBe("2025-01-01T18:30:20Z");
  expect(formatInstant(new Date("2025-01-01T18:30:00.500Z"))).toBe("2025-01-01T18:30:00.500Z");
});

test("a range without end is open", () => {
  const start = new Date("2025-01-01T18:00:00Z");
  expect(formatRange({ start })).toBe("2025-01-01T18:00Z/..");
  expect(formatRange({ start, end: new Date("2025-01-01T19:00Z") })).toBe(
    "2025-01-01T18:00Z/2025-01-01T19:00Z",
  );
});

test("columns are as wide as their widest cell, wide letters counted as two", () => {
  expect(
    table(
      [
        ["a", "1"],
        ["日本", "200"],
      ],
      ["left", "right"],
    ),
  ).toEqual(["a       1", "日本  200"]);
});

test("a truncated text fits, and a text that fits is left alone", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.nat(40), (text, columns) => {
      const kept = truncate(text, columns);
      expect(textWidth(kept)).toBeLessThanOrEqual(columns);
      if (textWidth(text) <= columns) expect(kept).toBe(text);
    }),
  );
});

const SLOT = {
  source: "RMA1",
  slot: "/L2/RMA1/18",
  start: new Date("2025-01-01T18:00Z"),
  end: new Date("2025-01-01T19:00Z"),
};
const REASONS: [GapKind, Partial<Gap>, string][] = [
  ["unseen", {}, "never listed: /L2/RMA1/18"],
  ["missing", {}, "missing at the source: no directory /L2/RMA1/18"],
  ["empty", {}, "empty at the source: no file of ours in /L2/RMA1/18"],
  ["failed", { reason: "connection refused" }, "failed: connection refused (/L2/RMA1/18)"],
  ["failed", {}, "failed: its last listing failed (/L2/RMA1/18)"],
  ["open", {}, "not listed since it closed: /L2/RMA1/18"],
  ["unreadable", {}, "not all of it could be taken (/L2/RMA1/18)"],
  [
    "pending",
    { path: "/a", reason: "it may still be growing" },
    "still to fetch: /a: it may still be growing",
  ],
  ["quarantined", { path: "/a", reason: "bad end" }, "given up: /a: bad end"],
  ["gone", { path: "/a" }, "left the source before it could be fetched: /a"],
];

test.each(REASONS)("a gap that is %s says so in words (%j)", (kind, more, words) => {
  expect(gapLine({ ...SLOT, kind, ...more })).toBe(`RMA1  2025-01-01T18:00Z/2025-01-01T19:00Z  ${words}`);
});

test("names from a server can't break a gap's line", () => {
  expect(gapLine({ ...SLOT, kind: "pending", path: "/a\n\u001b[2J" })).toContain("/a\\u000a\\u001b[2J");
});

test("the rate is that of the last seconds only", () => {
  const rate = new Rate({ windowMs: 5000 });
  expect(rate.sample(0, 1_000_000)).toBe(0);
  expect(rate.sample(1000, 1_010_000)).toBe(10_000);
  for (let s = 2; s <= 20; s++) rate.sample(s * 1000, 1_010_000 + s * 500);
  expect(rate.sample(21_000, 1_020_500)).toBe(500);
  for (let s = 22; s <= 30; s++) rate.sample(s * 1000, 1_020_500);
  expect(rate.sample(31_000, 1_020_500)).toBe(0);
});
