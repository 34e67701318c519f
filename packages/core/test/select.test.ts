import { describe, expect, test } from "vitest";
import { checkSelect, radarLayout, selectBy, type SelectSpec } from "@daybook/core";

const observed = (attributes: Record<string, string>) => ({ attributes });
const file = (strategy: string, volume: string, field: string) => observed({ strategy, volume, field });

describe("selectBy", () => {
  test("by attribute: each one named has to have one of its values", () => {
    const wanted = selectBy({ field: ["DBZH", "VRAD"], strategy: ["0315"] });
    expect(wanted(file("0315", "01", "DBZH"))).toBe(true);
    expect(wanted(file("0315", "02", "VRAD"))).toBe(true);
    expect(wanted(file("0315", "01", "KDP"))).toBe(false);
    expect(wanted(file("0516", "01", "DBZH"))).toBe(false);
    expect(wanted(observed({ field: "DBZH" }))).toBe(false);
  });

  test("by strategy and volume: only the fields of that volume", () => {
    const wanted = selectBy({ "0315": { "01": ["DBZH"], "02": ["VRAD"] } });
    expect(wanted(file("0315", "01", "DBZH"))).toBe(true);
    expect(wanted(file("0315", "02", "VRAD"))).toBe(true);
    expect(wanted(file("0315", "02", "DBZH"))).toBe(false);
    expect(wanted(file("0315", "03", "DBZH"))).toBe(false);
    expect(wanted(file("0516", "01", "DBZH"))).toBe(false);
    expect(wanted(observed({ strategy: "0315", field: "DBZH" }))).toBe(false);
  });

  test("digits compare as numbers, since archives write volume 1 as 1 and as 01", () => {
    expect(selectBy({ "1000": { "01": ["DBZH"] } })(file("1000", "1", "DBZH"))).toBe(true);
    expect(selectBy({ volume: [1] })(file("0315", "01", "DBZH"))).toBe(true);
    expect(selectBy({ strategy: ["315"] })(file("0315", "01", "DBZH"))).toBe(true);
    expect(selectBy({ volume: ["0"] })(file("0315", "00", "DBZH"))).toBe(true);
    expect(selectBy({ volume: ["10"] })(file("0315", "01", "DBZH"))).toBe(false);
    expect(selectBy({ field: ["0A"] })(file("0315", "01", "A"))).toBe(false);
  });

  test("nothing asked for takes everything", () => {
    expect(selectBy({})(observed({}))).toBe(true);
  });

  test("what every object has is no attribute", () => {
    expect(selectBy({ constructor: [String(Object)] } as SelectSpec)(observed({}))).toBe(false);
  });

  test.each([
    [{ field: [] }, /field is empty/],
    [{ "0315": {} }, /0315 is empty/],
    [{ "0315": { "01": [] } }, /0315 → 01 is empty/],
    [{ field: "DBZH" }, /lists of values/],
    [{ field: ["DBZH"], "0315": { "01": ["DBZH"] } }, /lists of values/],
    [{ "0315": { "01": "DBZH" } }, /lists of values/],
    [{ field: [null] }, /texts and numbers/],
  ])("%j is refused", (spec, message) => {
    expect(() => selectBy(spec as unknown as SelectSpec)).toThrow(
      expect.objectContaining({ kind: "config", detail: expect.stringMatching(message) }),
    );
  });
});

describe("checkSelect", () => {
  const { attributes } = radarLayout("RMA1");

  test("passes what the layout reads", () => {
    expect(() => checkSelect({ field: ["DBZH"], radar: ["RMA1"] }, attributes)).not.toThrow();
    expect(() => checkSelect({ "0315": { "01": ["DBZH"] } }, attributes)).not.toThrow();
  });

  test.each([
    [{ fields: ["DBZH"] }, attributes, /no fields.*radar, strategy, volume, field/],
    [{ "0315": { "01": ["DBZH"] } }, ["name", "field"], /no strategy, volume.*name, field/],
    [{ field: ["DBZH"] }, [], /no attributes/],
  ])("refuses %j for a layout that reads %j", (spec, names, message) => {
    expect(() => checkSelect(spec as SelectSpec, names)).toThrow(
      expect.objectContaining({ kind: "config", detail: expect.stringMatching(message) }),
    );
  });
});
