// A machine of its own: takes leases, then records the same slots and files as the others, in an order of its own.
import { PostgresStore } from "@daybook/store-postgres";

const [connectionString, schema, who, task] = process.argv.slice(2);
const store = new PostgresStore({ connectionString, schema });
await store.open();
process.stdout.write("ready\n");
await new Promise((resolve) => process.stdin.once("data", resolve));

const hour = (n) => new Date(Date.UTC(2025, 0, 1) + n * 3_600_000);
const SLOTS = 6;
const FILES = 30;

const shuffled = (items) =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

const visit = (n) => ({
  kind: "visit",
  visit: {
    source: "RMA1",
    path: `/slots/${n}`,
    start: hour(n),
    end: hour(n + 1),
    listing: "entries",
    visitedAt: hour(n + 2),
    closed: true,
    failures: 0,
    skipped: { count: 0, names: [] },
    unreadable: { count: 0, names: [] },
  },
});

const file = (path, slot, status) => ({
  kind: "file",
  file: { source: "RMA1", path, slot, status, size: 1, firstSeenAt: hour(0), version: 1, attempts: 0 },
});

const tasks = {
  async leases() {
    const mine = [];
    for (let i = 0; i < 100; i++) if (await store.lease(`lease ${i}`, who, 600_000, hour(0))) mine.push(i);
    return mine;
  },
  /** Everybody's batches touch the same slots and files. */
  async record() {
    const rounds = async (lane) => {
      for (let round = 0; round < 10; round++)
        await store.record(
          shuffled([
            ...numbers(SLOTS).map(visit),
            ...numbers(FILES).map((i) =>
              file(
                `/slots/${i % SLOTS}/${i}`,
                `/slots/${i % SLOTS}`,
                shuffled(["pending", "stored", "gone"])[0],
              ),
            ),
            file(`/slots/0/${who}/${lane}/${round}`, "/slots/0", "stored"),
            { kind: "event", event: { source: "RMA1", path: "/slots/0", at: hour(round), what: "late" } },
          ]),
        );
    };
    await Promise.all(numbers(3).map(rounds));
  },
  /** Records under a lease of its own until it has lost it; tells how far it got, and what it heard then. */
  async fenced() {
    await store.lease("crawl", who, 60_000, hour(0));
    const options = { fence: { lease: "crawl", holder: who } };
    await store.record([visit(0)], options);
    for (let i = 0; ; i++) {
      try {
        await store.record([file(`/slots/0/${who}/${i}`, "/slots/0", "stored")], options);
        process.stdout.write("recorded\n");
      } catch ({ kind, code, path }) {
        return [kind, code, path];
      }
    }
  },
  /** A few files move from slot to slot, by batches that have no slot in common but the one a file leaves. */
  async move() {
    const rounds = async () => {
      for (let round = 0; round < 25; round++)
        await store.record([
          file(`/moving/${shuffled(numbers(3))[0]}`, `/slots/${shuffled(numbers(SLOTS))[0]}`, "stored"),
        ]);
    };
    await store.record(numbers(SLOTS).map(visit));
    await Promise.all(numbers(3).map(rounds));
  },
};

const result = await tasks[task]();
await store.close();
process.stdout.write(`${JSON.stringify(result ?? null)}\n`);
