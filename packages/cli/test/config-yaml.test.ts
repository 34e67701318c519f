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
