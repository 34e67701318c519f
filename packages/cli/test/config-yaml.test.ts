import { loadConfig } from "daybook";
import { expect, test } from "vitest";
import { problems, changed, NAME, START, withStart } from "./config-problems.js";

test("broken YAML is told with its line, and never quoted: it may hold a password", async () => {
  for (const password of [
    "*hunter2",
    "@hunter2",
    "!hunter2 x",
    '"hunter2',
    "[hunter2",
    "{ a: hunter2",
    "`hunter2",
  ]) {
    const found = await problems(`destination:\n  use: local\n  password: ${password}\nsources: []\n`);
    expect(found.filter((line) => /^daybook\.yaml:\d+: (\S+: )?not valid YAML: /.test(line))).toHaveLength(1);
    expect(found.join("\n")).not.toContain("hunter2");
  }
});

test("a bracket or quote that is never closed is told at its own line", async () => {
  const never = (line: number, what: string) => [
    `daybook.yaml:${line}: not valid YAML: the ${what} that is opened here is never closed`,
  ];
  const each = (text: string) => changed(NAME, `  - name: "{radar}"\n    each: ${text}`);
  expect(await problems(each("{ radar: [RMA1, RMA5 }"))).toEqual(never(5, "bracket ["));
  expect(await problems(each("{ radar: [RMA1, RMA5]"))).toEqual(never(5, "bracket {"));
  expect(await problems(withStart("inspect: [\n      bufr"))).toEqual(never(8, "bracket ["));
  expect(await problems(each('{ radar: "RMA1 }'))).toEqual(never(5, 'quote "'));
  expect(await problems("destination:\n  use: local\n path: d\nsources: []\n")).toEqual([
    "daybook.yaml:3: not valid YAML: the indentation doesn't fit the lines above",
  ]);
});

test("a value that came from the environment is shown as it is written in the file", async () => {
  const text = changed(START, '    start: "${START}"');
  expect(await problems(text, { START: "hunter2" })).toEqual([
    'daybook.yaml:7: sources[0].start: "${START}" is no time: write it like 2025-01-01T00:00Z',
  ]);
});

test("a file that isn't there says what to do", async () => {
  const { problems: found } = await loadConfig("/nowhere/daybook.yaml");
  expect(found).toEqual([
    "/nowhere/daybook.yaml: there is no such file. Write one (docs/configuration.md shows how), or name yours with --config",
  ]);
});

test("aliases that multiply are refused at once, with their line", async () => {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const name = String.fromCharCode(97 + i);
    const inner = i === 0 ? "x" : `*${String.fromCharCode(96 + i)}`;
    return `  ${name}: &${name} [${Array.from({ length: 10 }, () => inner).join(", ")}]`;
  });
  const found = await problems(`lists:\n${levels.join("\n")}\nsources: []\n`);
  expect(found).toEqual([
    "daybook.yaml:6: lists.e[2]: aliases make more than 50000 values of this: write out what is meant",
  ]);
});

test("an alias within itself, one of nothing and many of one are told or read, none of them slowly", async () => {
  expect(await problems("destination: &a [*a]\n")).toContainEqual(expect.stringContaining("not valid YAML"));
  expect(await problems("destination: [*b]\n")).toContainEqual(expect.stringContaining("not valid YAML"));
  const many = Array.from({ length: 40_000 }, () => "*a").join(",");
  expect(await problems(`x: &a 1\ny: [${many}]\n`)).toContainEqual(
    expect.stringContaining("unknown key `y`"),
  );
});

test("an alias means the last that was named so before it", async () => {
  const text = changed(START, "    start: &s 2025-01-01T00:00Z\n    end: *s");
  expect(await problems(text)).toEqual([expect.stringMatching(/^daybook\.yaml:8: sources\[0\]\.end/)]);
  const twice = changed(START, "    poll: &s 5s\n    start: &s 2025-01-01T00:00Z\n    retry_delay: *s");
  expect(await problems(twice)).toEqual([expect.stringContaining("2025-01-01T00:00Z")]);
});

test.each([
  ["brackets", "[".repeat(200_000)],
  ["closed brackets", "[".repeat(5_000) + "]".repeat(5_000)],
  ["maps", "{a: ".repeat(200_000)],
  ["lists", Array.from({ length: 1_000 }, (_, i) => `\n${" ".repeat(i)}-`).join("")],
])("%s nested without end are refused in a sentence", async (_what, text) => {
  const found = await problems(`sources: ${text}\n`);
  expect(found.length).toBeLessThan(3);
  expect(found[0]).toMatch(/bracket|not valid YAML/);
});

test("a file that is no configuration is refused for its size, and a device that has no end too", async () => {
  expect((await loadConfig("/dev/zero")).problems).toEqual([
    "/dev/zero: has more than 4 MB: is it the configuration?",
  ]);
});
