import { describe, expect, test } from "vitest";
import { template } from "@daybook/core";
import { RADAR, range, refusal } from "./support/templates.js";

const paths = (text: string, start: string, end: string) =>
  [...template(text).slots(range(start, end))].map(({ path }) => path);

describe("slots", () => {
  test("are the hours that share an instant with the range", () => {
    const slots = [
      ...template(RADAR, { radar: "RMA1" }).slots(range("2025-01-01T22:30Z", "2025-01-02T00:00Z")),
    ];
    expect(slots).toEqual([
      {
        path: "/L2/RMA1/2025/01/01/22",
        start: new Date("2025-01-01T22:00Z"),
        end: new Date("2025-01-01T23:00Z"),
      },
      {
        path: "/L2/RMA1/2025/01/01/23",
        start: new Date("2025-01-01T23:00Z"),
        end: new Date("2025-01-02T00:00Z"),
      },
    ]);
  });

  test.each([
    ["/{yyyy}/x", "2023-12-31T23:00Z", "2025-01-01T00:00Z", ["/2023", "/2024"]],
    ["/{yyyy}/{MM}/x", "2024-11-30T00:00Z", "2025-01-01T00:00:00.001Z", ["/2024/11", "/2024/12", "/2025/01"]],
    ["/{yyyy}-{MM}-{dd}/x", "2024-02-28T23:59Z", "2024-03-01T00:00Z", ["/2024-02-28", "/2024-02-29"]],
    ["/{yyyy}/{DDD}/x", "2024-12-30T01:00Z", "2025-01-01T01:00Z", ["/2024/365", "/2024/366", "/2025/001"]],
    ["/{yyyy}/{DDD}/{HH}/x", "2024-12-31T23:00Z", "2025-01-01T01:00Z", ["/2024/366/23", "/2025/001/00"]],
    [
      "/{yyyy}/{yyyy}{MM}/{dd}/x",
      "2025-01-31T00:00Z",
      "2025-02-02T00:00Z",
      ["/2025/202501/31", "/2025/202502/01"],
    ],
    [
      "/a/{yyyy}/raw/{MM}/*/x",
      "2025-01-31T00:00Z",
      "2025-02-02T00:00Z",
      ["/a/2025/raw/01", "/a/2025/raw/02"],
    ],
    ["/{MM}/{yyyy}/x", "2025-01-31T00:00Z", "2025-02-02T00:00Z", ["/01/2025", "/02/2025"]],
    ["/{yy}/x", "1979-01-01T00:00Z", "1981-01-01T00:00Z", ["/80"]],
    ["/{yyyy}/{MM}/{dd}{mm}/{HH}", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/2025/01"]],
    ["/{yyyy}/{dd}/{MM}.x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/2025"]],
    ["/{yyyy}/{site}/{MM}/x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/2025"]],
    ["/{yyyy}/{epoch}/x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/2025"]],
    ["/{yyyy}/{HH}/{MM}{dd}.x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/2025"]],
    ["/{site}/{yyyy}/x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/"]],
    ["/a/b/{MM}/x", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/a/b"]],
    ["/{yyyy}{MM}{dd}.log", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/"]],
    ["/a/{epoch}/{name}", "2025-01-31T00:00Z", "2025-02-01T00:00Z", ["/a"]],
    ["/{yyyy}/x", "0098-06-01T00:00Z", "0100-06-01T00:00Z", ["/0098", "/0099", "/0100"]],
    ["/{yyyy}/x", "9998-06-01T00:00Z", "+012000-06-01T00:00Z", ["/9998", "/9999"]],
  ])("of %s from %s to %s", (text, start, end, expected) => {
    expect(paths(text, start, end)).toEqual(expected);
  });

  test("without dates in the leading folders are one that never ends and is the same under every range", () => {
    const layout = template("/in/{site}/{yyyy}.nc");
    const slot = { path: "/in", start: new Date(0), end: undefined };
    expect([...layout.slots(range("2025-01-01T00:00Z", "2026-01-01T00:00Z"))]).toEqual([slot]);
    expect([...layout.slots(range("1950-01-01T00:00Z", "1951-01-01T00:00Z"))]).toEqual([slot]);
    expect([...layout.slots(range("2025-01-01T00:00Z", "2025-01-01T00:00Z"))]).toEqual([]);
  });

  test("are made one at a time, without end if the range has none", () => {
    const iterator = template("/{yyyy}/{MM}/{dd}/{HH}/x")
      .slots(range("2025-01-01T00:00Z"))
      [Symbol.iterator]();
    expect(iterator.next().value).toMatchObject({ path: "/2025/01/01/00" });
    expect(iterator.next().value).toMatchObject({ path: "/2025/01/01/01" });
  });

  test("of a year of hours are all there, leap day included", () => {
    const all = paths("/{yyyy}/{MM}/{dd}/{HH}/x", "2024-01-01T00:00Z", "2025-01-01T00:00Z");
    expect(all).toHaveLength(366 * 24);
    expect(all).toContain("/2024/02/29/23");
    expect(new Set(all).size).toBe(all.length);
  });

  test("are refused for a range with an invalid date", () => {
    expect(refusal(() => template("/{yyyy}/x").slots({ start: new Date(NaN) }))).toContain("start");
  });
});
