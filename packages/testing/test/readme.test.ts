import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("the README's example is the one that is run", async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");
  expect(await read("../README.md")).toContain(`\`\`\`ts\n${await read("./example.test.ts")}\`\`\``);
});
