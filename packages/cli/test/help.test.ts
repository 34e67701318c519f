import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { daybook } from "./workspace.js";

const help = async (...command: string[]) => (await daybook([...command, "--help"])).stdout;
const commands = [...(await help()).matchAll(/^ {2}([a-z-]+)(?= .*)/gm)]
  .map(([, name]) => name!)
  .filter((name) => name !== "help");

test("there are commands", () => {
  expect(commands).toEqual(
    expect.arrayContaining(["init", "check", "run", "import", "completion", "config-schema"]),
  );
});

test.each(commands)(
  "the help of %s has examples, of options and commands that are there",
  async (command) => {
    const text = await help(command);
    const [about, examples] = text.split("Examples:\n");
    const lines = [...(examples ?? "").matchAll(/^ {2}daybook (.*)$/gm)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const [name, ...rest] = line.split(" | ")[0]!.split(" > ")[0]!.split(" ");
      expect(name).toBe(command);
      for (const option of rest.filter((word) => word.startsWith("-")))
        expect(about).toMatch(new RegExp(`(^|[ ,])${option}\\b`, "m"));
    }
  },
);

test("the README names the commands that take no --json", async () => {
  const without: string[] = [];
  for (const command of commands) if (!/^ {2}--json\b/m.test(await help(command))) without.push(command);
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [said] = /^All but .* take `--json`/m.exec(readme)!;
  const named = [...said.matchAll(/`([a-z][a-z-]*)`/g)].map(([, name]) => name);
  expect(named.sort()).toEqual(without.sort());
});
