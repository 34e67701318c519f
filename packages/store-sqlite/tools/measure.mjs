// Fills a ledger and measures what a crawl and its reports ask of it, the way to the worker thread and back included:
//   npm run build && node packages/store-sqlite/tools/measure.mjs [files = 1000000] [folder]
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_POLICY, gaps } from "@daybook/core";
import { SqliteStore } from "@daybook/store-sqlite";
import {
  FIRST,
  fillLedger,
  hoursOf,
  layoutOf,
  neighbouringPaths,
  scatteredPaths,
  SELECTION,
  SOURCES,
} from "./ledger-of.mjs";

const files = Number(process.argv[2] ?? 1_000_000);
const folder = process.argv[3] ?? mkdtempSync(join(tmpdir(), "daybook-measure-"));
const path = join(folder, "state.db");
const YEAR = 365 * 24 * 3_600_000;

let store = new SqliteStore({ path });
const filled = existsSync(path);
await store.open();
if (!filled) {
  const start = performance.now();
  await fillLedger(store, files, (part) => process.stderr.write(`\r${(part * 100).toFixed(0)} % filled`));
  const seconds = (performance.now() - start) / 1_000;
  console.log(`\nrecorded ${files.toLocaleString("en")} files: ${(files / seconds).toFixed(0)} files/s`);
}
await store.close();
const bytes = statSync(path).size;
console.log(`${(bytes / 1e9).toFixed(2)} GB, ${(bytes / files).toFixed(0)} bytes a file`);

store = new SqliteStore({ path });
await store.open();
const source = SOURCES[1];
const end = new Date(FIRST + hoursOf(files) * 3_600_000);
const year = { start: new Date(Math.max(FIRST, end.getTime() - YEAR)), end };
const policy = { ...DEFAULT_POLICY, selection: SELECTION };
const gapsOf = (layout) =>
  gaps({ source, layout, store, range: year, policy, now: new Date(end.getTime() + YEAR) });
const layout = layoutOf(source);
const keyless = {
  root: layout.root,
  slots: (range) => layout.slots(range),
  enters: (slot, directory) => layout.enters(slot, directory),
  parse: (file) => layout.parse(file),
};

await measure(
  "1,000 scattered paths",
  async () => (await store.files(source, scatteredPaths(files, source))).size,
);
await measure(
  "1,000 neighbouring paths",
  async () => (await store.files(source, neighbouringPaths(files, source))).size,
);
await measure("a year's gaps", () => count(gapsOf(layout)));
await measure("a year's gaps, compared slot by slot", () => count(gapsOf(keyless)));
await measure("a year's summary", async () => (await store.summarize({ source, range: year })).settled);
await measure("what is due in a year", () => count(store.slots(source, year, { dueBy: end })));
await measure("what isn't settled in a year", () => count(store.slots(source, year, { unsettled: true })));
await measure("the planned stretch", async () => (await store.planned(source))?.slots);
await store.close();
if (process.argv[3] === undefined) rmSync(folder, { recursive: true });

async function measure(title, work) {
  const times = [];
  let found;
  for (let i = 0; i < 31; i++) {
    const start = performance.now();
    found = await work();
    times.push(performance.now() - start);
  }
  const [first] = times;
  times.sort((a, b) => a - b);
  const ms = (time) => time.toFixed(2).padStart(8);
  console.log(
    `${title.padEnd(38)} first ${ms(first)} median ${ms(times[15])} (${ms(times[0])} – ${ms(times.at(-1))}) ms  ${found} found`,
  );
}

async function count(items) {
  let n = 0;
  for await (const _item of items) n++;
  return n;
}
