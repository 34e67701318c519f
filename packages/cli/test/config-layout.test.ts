import { loadConfig } from "daybook";
import { expect, test } from "vitest";
import { temporaryFolder, writeConfig } from "./workspace.js";

async function load(layout: string, each = "") {
  const text = `state: { use: memory }
destination: { use: local, path: ./downloads }
sources:
  - name: A
    ${each}
    transport: { use: ftp, host: ftp.example.com }
    layout: ${layout}
    start: 2025-01-01T00:00Z
`;
  return loadConfig(await writeConfig(text, await temporaryFolder()), { env: {} });
}

async function layoutOf(layout: string, each?: string) {
  const { options, problems } = await load(layout, each);
  expect(problems).toBeUndefined();
  return options!.sources[0]!.layout;
}

test("a template's clock, the begin of its days and its tolerance reach the layout", async () => {
  const text =
    '{ template: "/{yyyy}{MM}{dd}/{yyyy}{MM}{dd}_{HH}{mm}.x", zone: Europe/Berlin, tolerance: 10m }';
  const local = await layoutOf(text);
  expect(local.parse("/20250702/20250702_0000.x")?.observedAt).toEqual(new Date("2025-07-01T22:00Z"));
  expect(local.parse("/20250702/20250701_2351.x")?.observedAt).toEqual(new Date("2025-07-01T21:51Z"));
  expect(local.parse("/20250702/20250701_2349.x")).toBeUndefined();
  const nights = await layoutOf('{ template: "/{yyyy}{MM}{dd}/{HH}.x", day_starts: "12:00" }');
  expect(nights.parse("/20250702/03.x")?.observedAt).toEqual(new Date("2025-07-03T03:00Z"));
});

test("an object's template takes the values of each", async () => {
  const layout = await layoutOf('{ template: "/{site}/%Y/%j.x", zone: UTC }', "each: { site: [A1] }");
  expect(layout.root).toBe("/A1");
});

test.each([
  ['{ template: "/{yyyy}/x", zone: Mars/Olympus }', /no time zone "Mars\/Olympus"/],
  ['{ template: "/{yyyy}{MM}{dd}/x", day_starts: noon }', /no time of day/],
  ['{ template: "/{yyyy}/x", day_starts: "12:00" }', /only days can begin/],
  ['{ template: "/{yyyy}/x", tolerance: 10 }', /10s/],
  ['{ template: "/{yyyy}/x", zon: UTC }', /zon/],
  ["{ zone: UTC }", /with `template` or with `use`/],
])("%s is refused with what to write", async (layout, message) => {
  const { problems } = await load(layout);
  expect(problems?.join(" ")).toMatch(message);
});

async function withExpect(expected: string) {
  const text = `state: { use: memory }
destination: { use: local, path: ./downloads }
sources:
  - name: A
    transport: { use: ftp, host: ftp.example.com }
    layout: /{yyyy}{MM}{dd}/{field}_{HH}{mm}.x
    start: 2025-01-01T00:00Z
    expect: ${expected}
`;
  return loadConfig(await writeConfig(text, await temporaryFolder()), { env: {} });
}

test("what a slot owes reaches the source", async () => {
  const all =
    "{ every: 10m, tolerance: 2m, files: { min: 6, per: hour }, values: { field: [DBZH, 01] }, size: { min: 1kB } }";
  expect((await withExpect(all)).options!.sources[0]!.expect).toEqual({
    every: 600_000,
    tolerance: 120_000,
    files: { min: 6, per: "hour" },
    values: { field: ["DBZH", 1] },
    size: { min: 1000 },
  });
  expect((await withExpect("{ files: 144 }")).options!.sources[0]!.expect).toEqual({
    files: { min: 144, max: 144 },
  });
});

test.each([
  ["{}", /it is empty/],
  ["{ every: 7m }", /must divide a day/],
  ["{ values: { lead: [1] } }", /the layout reads no lead/],
  ["{ size: { min: 1000 } }", /1000B/],
  ["{ evry: 10m }", /evry/],
])("expect: %s is refused with what to write", async (expected, message) => {
  expect((await withExpect(expected)).problems?.join(" ")).toMatch(message);
});
