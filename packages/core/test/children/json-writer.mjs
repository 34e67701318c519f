// Records `count` files one after the other and prints each one's number once it is acknowledged.
// Usage: json-writer.mjs <ledger> <prefix> <count>
import { JsonStore } from "@daybook/core";

const [path, prefix, count] = process.argv.slice(2);
const store = new JsonStore({ path });
await store.open();

const start = new Date("2025-01-01T00:00:00Z");
const slot = "/data";
const nothing = { count: 0, names: [] };
const visit = {
  source: "radar",
  path: slot,
  start,
  listing: "entries",
  visitedAt: start,
  closed: true,
  failures: 0,
};

for (let i = 0; i < Number(count); i++) {
  const file = {
    ...{ source: "radar", path: `${slot}/${prefix}-${i}`, slot, status: "stored", size: 1 },
    ...{ firstSeenAt: start, version: 1, attempts: 0 },
  };
  await store.record([
    { kind: "visit", visit: { ...visit, skipped: nothing, unreadable: nothing } },
    { kind: "file", file },
  ]);
  process.stdout.write(`${i}\n`);
}
await store.close();
