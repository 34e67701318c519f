// Holds a lease and records one file after the other under it, until it has lost it; prints what comes of each.
// Usage: fenced.mjs <ledger> <ttl in ms>
import { SqliteStore } from "@daybook/store-sqlite";

const [path, ttl] = process.argv.slice(2);
const store = new SqliteStore({ path });
await store.open();
const start = new Date("2025-01-01T00:00:00Z");
const nothing = { count: 0, names: [] };
const slot = {
  source: "radar",
  path: "/data",
  start,
  listing: "entries",
  visitedAt: start,
  closed: true,
  failures: 0,
};
const fence = { lease: "crawl", holder: "first" };
const record = (changes) => store.record(changes, { fence, now: new Date() });
await store.lease("crawl", "first", Number(ttl), new Date());
await record([{ kind: "visit", visit: { ...slot, skipped: nothing, unreadable: nothing } }]);
process.stdout.write("ready\n");
for (let i = 0; ; i++) {
  try {
    // What is under way when the process is stopped was asked for before.
    const file = { source: "radar", path: `/data/${i}`, slot: "/data", status: "stored", firstSeenAt: start };
    await record([{ kind: "file", file: { ...file, version: 1, attempts: 0 } }]);
    process.stdout.write(`${i}\n`);
  } catch (error) {
    process.stdout.write(`${error.kind} ${error.code} ${error.path}\n`);
    break;
  }
}
await store.close();
