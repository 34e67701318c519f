import { describe, expect, test } from "vitest";
import { flat } from "@daybook/core";

const range = { start: new Date("2025-01-01T00:00Z"), end: new Date("2025-01-02T00:00Z") };

describe("a flat directory", () => {
  test("is one slot without an end, whatever the range", () => {
    const slot = { path: "/incoming", start: new Date(0), end: undefined };
    expect([...flat("/incoming").slots(range)]).toEqual([slot]);
    expect([...flat("/incoming").slots({ start: range.start })]).toEqual([slot]);
    expect([...flat("/incoming").slots({ start: range.start, end: range.start })]).toEqual([]);
  });

  test("enters no sub-directory", () => {
    const layout = flat("/incoming");
    const [slot] = layout.slots(range);
    expect(layout.enters(slot!, "/incoming/2025")).toBe(false);
  });

  test("reads a name and no time", () => {
    expect(flat("/incoming").parse("/incoming/a.BUFR")).toEqual({ attributes: { name: "a.BUFR" } });
    expect(flat("/").parse("/a.BUFR")).toEqual({ attributes: { name: "a.BUFR" } });
    expect(flat("/incoming").attributes).toEqual(["name"]);
    expect(flat("/incoming").root).toBe("/incoming");
  });

  test.each([
    "/incoming",
    "/incoming/",
    "/incoming/a/b",
    "/incomingx/a",
    "/other/a",
    "/incoming/..",
    "/incoming/a\n",
  ])("skips %j", (path) => {
    expect(flat("/incoming").parse(path)).toBeUndefined();
  });

  test.each([
    ["*.BUFR", "a.BUFR", true],
    ["*.BUFR", ".BUFR", true],
    ["*.BUFR", "a.BUFR.part", false],
    ["*.BUFR", "aXBUFR", false],
    ["a?c", "abc", true],
    ["a?c", "a📡c", true],
    ["a?c", "ac", false],
    ["a*b*c", "a1b2b3c", true],
    ["a*b*c", "a1b2b3", false],
    ["**a", "xa", true],
    ["*", "x", true],
    ["[a]{b}(c).+$", "[a]{b}(c).+$", true],
    ["*ab", "aab", true],
    ["exact", "exact", true],
    ["exact", "exactly", false],
  ])("with %s: takes %s? %s", (glob, name, expected) => {
    expect(flat("/in", glob).parse(`/in/${name}`) !== undefined).toBe(expected);
  });

  test("a long hostile name is answered, not pondered", () => {
    expect(flat("/in", "*a*a*a*a*a*b").parse(`/in/${"a".repeat(100_000)}`)).toBeUndefined();
  });

  test.each(["", "incoming", "/incoming/", "/a//b", "/a/../b", "/a\\b"])(
    "the directory %j is refused",
    (directory) => {
      expect(() => flat(directory)).toThrow(expect.objectContaining({ kind: "config" }));
    },
  );

  test.each(["", "a/*.BUFR", ".."])("the glob %j is refused", (glob) => {
    expect(() => flat("/in", glob)).toThrow(expect.objectContaining({ kind: "config" }));
  });
});
