import { describe, expect, test } from "vitest";
import { template } from "@daybook/core";
import { refusal } from "./support/templates.js";

describe("a template is refused, with its text, the column and what to do,", () => {
  test.each([
    ["", 1, /start with "\/"/],
    ["a/{yyyy}", 1, /start with "\/"/],
    ["/", 1, /file name/],
    ["/a/{yyyy}/", 10, /file name/],
    ["/a//b", 4, /one "\/"/],
    ["/a/../b", 4, /"\.\."/],
    ["/./b", 2, /"\."/],
    ["/a/..", 4, /"\.\."/],
    ["/a\\b", 3, /write "\/"/],
    ["/a\0b", 3, /control/],
    ["/a/b\u009f", 5, /control/],
    ["/{YYYY}", 2, /did you mean \{yyyy\}\?/],
    ["/{yyy}", 2, /did you mean \{yyyy\}\?/],
    ["/{YY}", 2, /did you mean \{yy\}\?/],
    ["/{DD}", 2, /did you mean \{dd\}\?/],
    ["/{DDDD}", 2, /did you mean \{DDD\}\?/],
    ["/{hh}", 2, /did you mean \{HH\}\?/],
    ["/{HHH}", 2, /did you mean \{HH\}\?/],
    ["/{SS}", 2, /did you mean \{ss\}\?/],
    ["/{yyyyMMdd}", 2, /did you mean \{yyyy\}\{MM\}\{dd\}\?/],
    ["/{yyyymmdd}", 2, /did you mean \{yyyy\}\{MM\}\{dd\}\?/],
    ["/{HHmm}", 2, /did you mean \{HH\}\{mm\}\?/],
    ["/{yyyy-MM-dd}", 2, /did you mean \{yyyy\}-\{MM\}-\{dd\}\?/],
    ["/{YYYY:\\d+}", 2, /takes no pattern/],
    ["/x{a", 3, /never closed/],
    ["/x{a:[}]", 3, /never closed/],
    ["/x}", 3, /closes nothing/],
    ["/{}", 2, /no placeholder/],
    ["/{%Y}", 2, /no placeholder/],
    ["/{a_b}", 2, /no placeholder/],
    ["/{a/b}", 2, /no placeholder/],
    ["/{yyyy:\\d+}", 2, /takes no pattern/],
    ["/{a:}", 2, /empty/],
    ["/{a:[z-a]}", 2, /no regular expression/],
    ["/{a:x)(y}", 2, /no regular expression/],
    ["/{a:\\1}", 2, /no regular expression/],
    ["/{a:(x|y)}", 2, /capturing group/],
    ["/{a:(?<n>x)}", 2, /capturing group/],
    ["/{a:x}/{a:y}", 8, /another pattern/],
    ["/{a}{b}", 2, /nothing shows where \{a\} ends.*pattern/],
    ["/{a}{yyyy}", 2, /nothing shows where \{a\} ends.*pattern/],
    ["/{a}*", 2, /nothing shows where \{a\} ends.*pattern/],
    ["/*{a}", 2, /nothing shows where "\*" ends/],
    ["/*{epoch}", 2, /nothing shows where "\*" ends/],
    ["/*a*", 4, /one "\*"/],
    ["/{yyyy}/{dd}", 9, /\{dd\}.*\{MM\}/],
    ["/{yyyy}/{MM}/{HH}", 14, /\{HH\}.*\{dd\}/],
    ["/{yyyy}{MM}{dd}{mm}", 16, /\{mm\}.*\{HH\}/],
    ["/{yyyy}{MM}{dd}{HH}{ss}", 20, /\{ss\}.*\{mm\}/],
  ])("%j", (text, column, message) => {
    const detail = refusal(() => template(text));
    expect(detail).toContain(`column ${column}:`);
    expect(detail).toMatch(message);
    expect(detail).toMatch(/^layout "/);
  });

  test.each([
    ["/{a}", { b: "x" }, /no \{b\}.*attributes are a/],
    ["/x", { b: "x" }, /no attributes/],
    ["/{yyyy}", { yyyy: "2025" }, /date/],
    ["/{a}", { a: "" }, /one name/],
    ["/{a}", { a: "x/y" }, /one name/],
    ["/{a}", { a: "x\\y" }, /one name/],
    ["/{a}", { a: "x\n" }, /one name/],
    ["/{a}", { a: ".." }, /one name/],
    ["/{a}", { a: 5 }, /one name/],
    ["/{a:\\d+}", { a: "x" }, /doesn't fit the pattern/],
    ["/{a}{b}/x", { a: ".", b: "." }, /one name/],
    ["/.{a}/x", { a: "." }, /one name/],
  ])("%j with the constants %j", (text, constants, message) => {
    expect(refusal(() => template(text, constants as Record<string, string>))).toMatch(message);
  });

  test("but attributes that merely resemble dates are fine", () => {
    const names = ["day", "sh", "mode", "h2", "site-id", "md"];
    expect(template(`/${names.map((name) => `{${name}}`).join("/")}`).attributes).toEqual(names);
  });

  test("but neighbours are fine where a constant, a pattern or a second occurrence shows the end", () => {
    expect(template("/{a}{b}", { b: "x" }).parse("/1x")?.attributes).toEqual({ a: "1", b: "x" });
    expect(template("/{a:[A-Z]+}{yyyy}").parse("/AB2025")?.attributes).toEqual({ a: "AB" });
    expect(template("/{site}/{site}{yyyy}").parse("/A1/A12025")?.attributes).toEqual({ site: "A1" });
    expect(template("/{site}/*{site}").parse("/A1/xA1")?.attributes).toEqual({ site: "A1" });
    expect(template("/*{yyyy}.nc").parse("/x12025.nc")?.observedAt).toEqual(new Date("2025-01-01T00:00Z"));
  });
});
