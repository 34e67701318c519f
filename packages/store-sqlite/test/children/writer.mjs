// Records one file after the other, `count` of them, and prints each one's number once it is acknowledged.
// Usage: writer.mjs <ledger> <prefix> <count> [leave-open]
import { SqliteStore } from "@daybook/store-sqlite";

const [path, prefix, count, leaveOpen] = process.argv.slice(2);
const store = new SqliteStore({ path });
await store.open();

const start = new Date("2025-01-01T00:00:00Z");
const slot = "/data/2025010100";
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
    ...{
      source: "radar",
      path: `${slot}/${prefix}-${i}`,
      slot,
      observedAt: start,
      status: "stored",
      size: 1,
    },
    ...{ firstSeenAt: start, version: 1, attempts: 0 },
  };
  await store.record([
    { kind: "visit", visit: { ...visit, skipped: nothing, unreadable: nothing } },
    { kind: "file", file },
  ]);
  process.stdout.write(`${i}\n`);
}
if (!leaveOpen) await store.close();
