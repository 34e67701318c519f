import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configJsonSchema, loadConfig } from "daybook";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { temporaryFolder, writeConfig } from "./workspace.js";

const DOCS = new URL("../../../docs/", import.meta.url);
const page = await readFile(new URL("configuration.md", DOCS), "utf8");
const hooks = await readFile(new URL("hooks.md", DOCS), "utf8");
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const samples = [...`${page}\n${readme}\n${hooks}`.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text]) => text!,
);
const schemaText = await readFile(new URL("config.schema.json", DOCS), "utf8");
const validator = z.fromJSONSchema(JSON.parse(schemaText) as Parameters<typeof z.fromJSONSchema>[0]);

test("the published JSON Schema is the one the command prints", () => {
  // If not: node packages/cli/bin/daybook.js config-schema > docs/config.schema.json
  expect(JSON.parse(schemaText)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});

test("there are samples", () => {
  expect(samples.length).toBeGreaterThanOrEqual(3);
});

test.each(samples)("sample %# is accepted by the command and by the JSON Schema", async (sample) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "ftp-password"), "secret\n");
  await writeFile(join(folder, "hook-secret"), "a secret of some length\n");
  const file = await writeConfig(sample, folder);
  const { problems, options } = await loadConfig(file, {
    env: { FTP_USER: "u", FTP_PASSWORD: "p", ALARM_TOKEN: "t" },
  });
  expect(problems).toBeUndefined();
  expect(options!.sources[0]!.name).toBe("RMA1");
  expect(validator.safeParse(parse(sample)).error).toBeUndefined();
});

interface Sample {
  sources: [Record<string, unknown> & { transport: Record<string, unknown> }];
}

const change = (edit: (source: Sample["sources"][0]) => void) => {
  const config = parse(samples[0]!) as Sample;
  edit(config.sources[0]);
  return validator.safeParse(config).success;
};

test("the JSON Schema refuses what the command refuses", () => {
  expect(change(() => {})).toBe(true);
  expect(change((source) => (source["pol"] = "5s"))).toBe(false);
  expect(change((source) => (source["poll"] = 5))).toBe(false);
  expect(change((source) => (source.transport["conections"] = 5))).toBe(false);
  expect(change((source) => delete source["start"])).toBe(false);
  expect(change((source) => (source.transport = { use: "./mine.js", anything: [1] }))).toBe(true);
});

test("every key of the JSON Schema is on the page", () => {
  const keys = new Set<string>();
  const walk = (schema: unknown): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, inner] of Object.entries(schema)) {
      if (key === "properties") Object.keys(inner as object).forEach((name) => keys.add(name));
      walk(inner);
    }
  };
  walk(configJsonSchema());
  const missing = [...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(page));
  expect(missing).toEqual([]);
});
