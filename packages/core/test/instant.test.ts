import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration, parseInstant } from "@daybook/core";

const refusedWith = (detail: unknown) => expect.objectContaining({ kind: "config", detail });

describe("parseInstant", () => {
  test.each([
    ["2025-01-01T00:00Z", "2025-01-01T00:00:00.000Z"],
    ["2025-01-01T00:00:30Z", "2025-01-01T00:00:30.000Z"],
    ["2025-01-01T00:00:30.5Z", "2025-01-01T00:00:30.500Z"],
    ["2025-01-01T00:00:30.123456+00:00", "2025-01-01T00:00:30.123Z"],
    ["2025-01-01T02:00+02:00", "2025-01-01T00:00:00.000Z"],
    ["2024-12-31T21:30-03:30", "2025-01-01T01:00:00.000Z"],
    ["2024-02-29T00:00Z", "2024-02-29T00:00:00.000Z"],
    ["0050-01-01T00:00Z", "0050-01-01T00:00:00.000Z"],
  ])("%s is %s", (text, expected) => {
    expect(parseInstant(text, "start").toISOString()).toBe(expected);
  });

  test("a time without a zone is refused with the text that would do", () => {
    expect(() => parseInstant("2025-01-01T00:00", "start")).toThrow(
      refusedWith('start "2025-01-01T00:00" has no time zone: write 2025-01-01T00:00Z for UTC'),
    );
    expect(() => parseInstant("2025-01-01", "end")).toThrow(
      refusedWith('end "2025-01-01" has no time of day and no time zone: write 2025-01-01T00:00Z for UTC'),
    );
  });

  test.each([
    "2025-02-29T00:00Z",
    "2025-04-31T00:00Z",
    "2025-13-01T00:00Z",
    "2025-00-01T00:00Z",
    "2025-01-00T00:00Z",
    "2025-01-01T24:00Z",
    "2025-01-01T23:60Z",
    "2025-01-01T23:59:60Z",
  ])("%s is refused as no such time", (text) => {
    expect(() => parseInstant(text, "start")).toThrow(refusedWith(expect.stringContaining("calendar")));
  });

  test.each(["2025-01-01T00:00+24:00", "2025-01-01T00:00+02:60"])("%s is refused for its zone", (text) => {
    expect(() => parseInstant(text, "start")).toThrow(
      refusedWith(expect.stringContaining("no such time zone")),
    );
  });

  test.each([
    "",
    "now",
    "2025",
    "2025-1-1T00:00Z",
    "2025-01-01 00:00Z",
    "2025-01-01t00:00z",
    " 2025-01-01T00:00Z",
    "2025-01-01T00Z",
    "20250101T000000Z",
    "+002025-01-01T00:00Z",
    "2025-01-01T00:00Z\n",
  ])("%j is refused, and shown how", (text) => {
    expect(() => parseInstant(text, "start")).toThrow(refusedWith(expect.stringContaining("write it like")));
  });

  test("a Date is copied, an invalid one refused", () => {
    const date = new Date("2025-01-01T00:00Z");
    expect(parseInstant(date, "start")).toEqual(date);
    expect(parseInstant(date, "start")).not.toBe(date);
    expect(() => parseInstant(new Date(NaN), "start")).toThrow(refusedWith("start is an invalid date"));
  });

  test("whatever toISOString writes is read back, in any zone", () => {
    const instants = fc.date({ min: new Date(0), max: new Date("9998-12-31T00:00Z"), noInvalidDate: true });
    fc.assert(
      fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        const zone = `${offset < 0 ? "-" : "+"}${new Date(Math.abs(offset) * 60_000).toISOString().slice(11, 16)}`;
        const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
        if (local.length === 23) expect(parseInstant(local + zone, "start")).toEqual(instant);
        expect(parseInstant(instant.toISOString(), "start")).toEqual(instant);
      }),
    );
  });
});

describe("parseDuration", () => {
  test.each([
    ["500ms", 500],
    ["60s", 60_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
    ["1.5h", 5_400_000],
    ["0s", 0],
  ])("%s is %i ms", (text, ms) => {
    expect(parseDuration(text, "poll")).toBe(ms);
  });

  test.each(["60", 60, "1.5"])("%j is refused for want of a unit", (value) => {
    expect(() => parseDuration(value, "poll")).toThrow(
      refusedWith(`poll "${value}" has no unit: write ${value}s for seconds`),
    );
  });

  test.each(["", "s", "-1s", "1 s", "1w", "1H", "1e3s", "1h30m", "Infinityh", ".5s", NaN])(
    "%j is refused, and shown how",
    (value) => {
      expect(() => parseDuration(value, "poll")).toThrow(
        refusedWith(expect.stringContaining("write 500ms, 60s")),
      );
    },
  );

  test("one too long to count exactly is refused", () => {
    expect(() => parseDuration("999999999999d", "poll")).toThrow(
      refusedWith(expect.stringContaining("too long")),
    );
  });
});
