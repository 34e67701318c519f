import { bench, describe } from "vitest";
import { fill, SOURCE } from "./filled-ledger.js";
import { ledgers } from "./ledgers.js";

const range = { start: new Date("2025-01-01T00:00:00Z"), end: new Date("2025-04-01T00:00:00Z") };
const day = { start: new Date("2025-02-01T00:00:00Z"), end: new Date("2025-02-02T00:00:00Z") };

const filled = await ledgers();
let paths: string[] = [];
for (const store of filled.values()) paths = await fill(store, { range, filesPerSlot: 120 });

const middle = Math.floor(paths.length / 2);
const neighbours = paths.slice(middle, middle + 1000);
const scattered = paths.filter((_, i) => i % Math.floor(paths.length / 1000) === 0).slice(0, 1000);
const unknown = neighbours.map((path) => `${path}.new`);

for (const [name, store] of filled) {
  describe(`a ledger of ${paths.length.toLocaleString("en")} files in ${name}`, () => {
    bench("1,000 paths of a few hours", async () => void (await store.files(SOURCE, neighbours)));
    bench("1,000 paths from all over", async () => void (await store.files(SOURCE, scattered)));
    bench("1,000 paths it doesn't know", async () => void (await store.files(SOURCE, unknown)));
    bench("the 24 slots of a day", async () => {
      for await (const _ of store.slots(SOURCE, day));
    });
    bench("counts and bytes of everything", async () => void (await store.summarize({ source: SOURCE })));
  });
}
