import { describe, expect, test } from "vitest";
import { template } from "@daybook/core";
import { RADAR, range, refusal } from "./support/templates.js";

const PATH = "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR";

describe("parse", () => {
  test("reads time and attributes from a path", () => {
    expect(template(RADAR).parse(PATH)).toEqual({
      observedAt: new Date("2025-01-01T18:30:20Z"),
      attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
    });
  });

  test("reports constants among the attributes, and takes no other value for them", () => {
    const layout = template(RADAR, { radar: "RMA1" });
    expect(layout.parse(PATH)?.attributes).toEqual({
      radar: "RMA1",
      strategy: "0315",
      volume: "01",
      field: "DBZH",
    });
    expect(layout.parse(PATH.replaceAll("RMA1", "RMA5"))).toBeUndefined();
    expect(layout.attributes).toEqual(["radar", "strategy", "volume", "field"]);
  });

  test.each([
    ["hour", PATH.replace("T18", "T19")],
    ["second", PATH.replace("183020Z", "183021Z")],
    ["day", PATH.replace("/01/01/18", "/01/02/18")],
    ["attribute", PATH.replace("RMA1_", "RMA5_")],
  ])("skips a path whose directory and file disagree about the %s", (_, path) => {
    expect(path).not.toBe(PATH);
    expect(template(RADAR).parse(path)).toBeUndefined();
  });

  test.each([
    ["/{yyyy}/{MM}/{dd}.log", "/2025/02/29.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/2024/02/29.log", "2024-02-29T00:00Z"],
    ["/{yyyy}/{MM}/{dd}.log", "/1900/02/29.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/2025/04/31.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/2025/13/01.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/2025/00/01.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/2025/01/00.log", undefined],
    ["/{yyyy}/{MM}/{dd}.log", "/0050/01/02.log", "0050-01-02T00:00Z"],
    ["/{yyyy}/{DDD}.log", "/2024/366.log", "2024-12-31T00:00Z"],
    ["/{yyyy}/{DDD}.log", "/2025/366.log", undefined],
    ["/{yyyy}/{DDD}.log", "/2025/000.log", undefined],
    ["/{yyyy}/{DDD}.log", "/2025/060.log", "2025-03-01T00:00Z"],
    ["/{yyyy}/{MM}/{dd}/{DDD}.log", "/2025/03/01/060.log", "2025-03-01T00:00Z"],
    ["/{yyyy}/{MM}/{dd}/{DDD}.log", "/2025/03/01/061.log", undefined],
    ["/{yyyy}/{MM}/{DDD}.log", "/2025/02/060.log", undefined],
    ["/{yyyy}{MM}{dd}{HH}.log", "/2025010123.log", "2025-01-01T23:00Z"],
    ["/{yyyy}{MM}{dd}{HH}.log", "/2025010124.log", undefined],
    ["/{yyyy}{MM}{dd}{HH}{mm}.log", "/202501012360.log", undefined],
    ["/{yyyy}{MM}{dd}{HH}{mm}{ss}.log", "/20250101235960.log", "2025-01-02T00:00Z"],
    ["/{yy}{DDD}.log", "/79365.log", "2079-12-31T00:00Z"],
    ["/{yy}{DDD}.log", "/80001.log", "1980-01-01T00:00Z"],
    ["/{yyyy}/{yy}{DDD}.log", "/2025/25001.log", "2025-01-01T00:00Z"],
    ["/{yyyy}/{yy}{DDD}.log", "/2025/24001.log", undefined],
    ["/{epoch}.log", "/1735689600.log", "2025-01-01T00:00Z"],
    ["/{yyyy}/{dd}/{epoch}.log", "/2025/01/1735689659.log", "2025-01-01T00:00:59Z"],
    ["/{yyyy}/{dd}/{epoch}.log", "/2025/02/1735689659.log", undefined],
    ["/{yyyy}.log", "/2025.log", "2025-01-01T00:00Z"],
  ])("%s reads %s as %s", (text, path, time) => {
    expect(template(text).parse(path)?.observedAt).toEqual(time === undefined ? undefined : new Date(time));
    if (time === undefined) expect(template(text).parse(path)).toBeUndefined();
  });

  test("a path that names no year has no time", () => {
    expect(template("/{station}/{MM}{dd}.log").parse("/abmf/0229.log")).toEqual({
      observedAt: undefined,
      attributes: { station: "abmf" },
    });
    expect(template("/{station}/{MM}{dd}.log").parse("/abmf/0230.log")).toBeUndefined();
  });

  test("an attribute ends where the character behind it begins", () => {
    const layout = template("/{a}_{b}.{c}");
    expect(layout.parse("/x_y_z.gz.1")?.attributes).toEqual({ a: "x", b: "y_z", c: "gz.1" });
    expect(layout.parse("/_y.z")).toBeUndefined();
  });

  test("an attribute's second occurrence may hold what would end the first", () => {
    const layout = template("/{site}/{site}_{kind}.nc");
    expect(layout.parse("/a_b/a_b_c.nc")?.attributes).toEqual({ site: "a_b", kind: "c" });
  });

  test("a pattern may hold braces, classes and slashes, and counts wherever the attribute occurs", () => {
    const layout = template("/{site}/{volume:\\d{2}}{part:[}/x]}{site:[A-Z]{2,4}}.nc");
    expect(layout.parse("/ABC/01xABC.nc")?.attributes).toEqual({ site: "ABC", volume: "01", part: "x" });
    expect(layout.parse("/ABC/01}ABC.nc")?.attributes.part).toBe("}");
    expect(layout.parse("/abc/01xabc.nc")).toBeUndefined();
    expect(layout.parse("/ABC/1xABC.nc")).toBeUndefined();
    expect(layout.parse("/ABC/01/ABC.nc")).toBeUndefined();
  });

  test("a brace that a pattern escapes closes nothing", () => {
    expect(template("/{a:\\}x}{b:\\[y}.nc").parse("/}x[y.nc")?.attributes).toEqual({ a: "}x", b: "[y" });
  });

  test("no pattern reaches across a slash", () => {
    const layout = template("/{all:.*}/{name:.+}");
    expect(layout.parse("/a/b")?.attributes).toEqual({ all: "a", name: "b" });
    expect(layout.parse("/a/b/c")).toBeUndefined();
    expect(layout.parse("/a")).toBeUndefined();
  });

  test("a star is any run of characters within one name, an empty one as well", () => {
    const layout = template("/{yyyy}/*/x*.nc");
    expect(layout.parse("/2025/a/x.nc")).toBeDefined();
    expect(layout.parse("/2025/a/x1.2.nc")).toBeDefined();
    expect(layout.parse("/2025/a/b/x.nc")).toBeUndefined();
    expect(layout.parse("/2025//x.nc")).toBeUndefined();
  });

  test("everything outside placeholders is meant literally", () => {
    const text = "/a.b+(c)[d]^$|?-\u{1f4e1}/{x}-{w}]{y2}]{z}^.gz";
    const layout = template(text, { w: "(.+)$" });
    const path = "/a.b+(c)[d]^$|?-\u{1f4e1}/1-(.+)$]22]3^.gz";
    expect(layout.parse(path)?.attributes).toEqual({ x: "1", w: "(.+)$", y2: "22", z: "3" });
    expect(layout.parse(path.replace("a.b", "aXb"))).toBeUndefined();
  });

  test.each(["..", ".", "", "a\0", "a\n", "a\\b", "a\u0085", "\ud800"])(
    "an attribute is never %j",
    (name) => {
      expect(template("/{a}/{b}").parse(`/${name}/x`)).toBeUndefined();
      expect(template("/{a}/{b}").parse(`/x/${name}`)).toBeUndefined();
      expect(template("/*/{b:.*}").parse(`/${name}/${name}`)).toBeUndefined();
    },
  );

  test("attributes may be called like what every object has", () => {
    const layout = template("/{constructor}/{toString}", { toString: "x" });
    expect(layout.parse("/a/x")?.attributes).toEqual({ constructor: "a", toString: "x" });
    expect(refusal(() => template("/{constructor}").format({ attributes: {} }))).toContain("constructor");
  });

  test("a long hostile name is answered, not pondered", () => {
    const layout = template("/*_{yyyy}_{a}_{b}.{c}");
    for (const filler of ["_", "2025_", "a", "_2025_a.", "0"]) {
      expect(layout.parse(`/${filler.repeat(100_000 / filler.length)}!`)).toBeUndefined();
      expect(layout.parse(`/${filler.repeat(Math.floor(4000 / filler.length))}\t`)).toBeUndefined();
    }
    expect(layout.parse(`/${"_".repeat(4000)}2025_a_b.c`)).toBeDefined();
  });
});

describe("enters", () => {
  const layout = template(RADAR, { radar: "RMA1" });
  const [slot] = layout.slots(range("2025-01-01T18:00Z", "2025-01-01T19:00Z"));

  test.each([
    ["/L2/RMA1/2025/01/01/18/3020", true],
    ["/L2/RMA1/2025/01/01/18/9920", false],
    ["/L2/RMA1/2025/01/01/18/302", false],
    ["/L2/RMA1/2025/01/01/18/3020/more", false],
    ["/L2/RMA1/2025/01/01/18", false],
    ["/L2/RMA1/2025/01/01/19/3020", false],
    ["/L2/RMA1/2025/01/01/183020", false],
    ["/L2/RMA1/2025/01/01/18/..", false],
    ["/", false],
  ])("%s: %s", (directory, expected) => {
    expect(layout.enters(slot!, directory)).toBe(expected);
  });

  test("prunes by dates that contradict the slot, and by attributes that contradict each other", () => {
    const deep = template("/{yyyy}/{MM}/{site:[A-Z]+}/{DDD}/{site}/{epoch}/{name}");
    const [february] = deep.slots(range("2025-02-01T00:00Z", "2025-03-01T00:00Z"));
    const enters = (below: string) => deep.enters(february!, `/2025/02/${below}`);
    expect(enters("RMA")).toBe(true);
    expect(enters("rma")).toBe(false);
    expect(enters("RMA/032")).toBe(true);
    expect(enters("RMA/031")).toBe(false);
    expect(enters("RMA/032/RMA")).toBe(true);
    expect(enters("RMA/032/ARM")).toBe(false);
    expect(enters("RMA/032/RMA/1738368000")).toBe(true);
    expect(enters("RMA/032/RMA/1738367999")).toBe(false);
  });

  test("from a slot at the root every fitting directory is entered", () => {
    const wide = template("/{site}/{yyyy}/{name}");
    const [root] = wide.slots(range("2025-01-01T00:00Z"));
    expect(wide.enters(root!, "/abmf")).toBe(true);
    expect(wide.enters(root!, "/abmf/2025")).toBe(true);
    expect(wide.enters(root!, "/abmf/20x5")).toBe(false);
  });
});

describe("root", () => {
  test.each([
    [RADAR, { radar: "RMA1" }, "/L2/RMA1"],
    [RADAR, {}, "/L2"],
    ["/{yyyy}/a/x", {}, "/"],
    ["/x", {}, "/"],
    ["/a/b/x.nc", {}, "/a/b"],
    ["/a/b{yyyy}/x.nc", {}, "/a"],
  ])("of %s with %j is %s", (text, constants, root) => {
    expect(template(text, constants as Record<string, string>).root).toBe(root);
  });
});

describe("format", () => {
  const layout = template(RADAR, { radar: "RMA1" });

  test("writes the path that parse reads", () => {
    expect(layout.format(layout.parse(PATH)!)).toBe(PATH);
    expect(
      layout.format({
        ...layout.parse(PATH)!,
        attributes: { strategy: "0315", volume: "01", field: "DBZH" },
      }),
    ).toBe(PATH);
  });

  test("writes a value that only its first place has to delimit", () => {
    const twice = template("/{site}/{site}_{kind}.nc");
    expect(twice.format({ attributes: { site: "a_b", kind: "c" } })).toBe("/a_b/a_b_c.nc");
  });

  test("cuts time to what the template says, and leaves out attributes it doesn't have", () => {
    const observation = {
      observedAt: new Date("2025-01-01T18:30:20.5Z"),
      attributes: { name: "x", other: "y" },
    };
    expect(template("/{yyyy}/{DDD}/{name}").format(observation)).toBe("/2025/001/x");
  });

  test.each([
    ["/{a}", {}, undefined, /column 2|no a/],
    ["/{a}", { a: "x/y" }, undefined, /"x\/y"/],
    ["/{a}_{b}", { a: "x_y", b: "z" }, undefined, /"x_y".*pattern/],
    ["/{a:\\d+}", { a: "x" }, undefined, /"x".*\\d\+/],
    ["/{a}", { a: ".." }, undefined, /stricter patterns/],
    ["/{a}", { a: "x\n" }, undefined, /stricter patterns/],
    ["/{a:\\d+}{b:\\d+}", { a: "1", b: "23" }, undefined, /stricter patterns/],
    ["/{yyyy}", {}, undefined, /needs a time/],
    ["/{yyyy}", {}, new Date(NaN), /needs a time/],
    ["/{yy}", {}, new Date("1979-12-31T00:00Z"), /can't say 1979/],
    ["/{epoch}", {}, new Date("1969-12-31T00:00Z"), /can't say 1969/],
    ["/{yyyy}/*", {}, new Date(0), /"\*"/],
  ])("refuses %s with %j at %s", (text, attributes, observedAt, message) => {
    expect(
      refusal(() => template(text).format({ observedAt, attributes: attributes as Record<string, string> })),
    ).toMatch(message);
  });

  test("refuses an observation of another constant", () => {
    expect(refusal(() => layout.format({ ...layout.parse(PATH)!, attributes: { radar: "RMA5" } }))).toContain(
      '"RMA5"',
    );
  });
});
