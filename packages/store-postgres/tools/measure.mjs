// Fills a ledger on a PostgreSQL of its own, measures it, and writes the plans of the hot queries into docs/postgres.md:
//   npm run build && node packages/store-postgres/tools/measure.mjs [files = 1000000] [--write]
import { readFile, writeFile } from "node:fs/promises";
import pg from "pg";
import { PostgresStore } from "@daybook/store-postgres";
import { startServer } from "../test/support/embedded-server.mjs";
import { hotQueries, neighbouringPaths, scatteredPaths } from "./hot-queries.mjs";
import { fillLedger, FIRST } from "./ledger-of.mjs";

const files = Number(process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? 1_000_000);
const PAGE = new URL("../../../docs/postgres.md", import.meta.url);

const drain = async (items) => {
  for await (const _ of items);
};

const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** `count` files in batches of one slot each, as visits record them. */
async function recordFiles(store, count, perBatch) {
  const time = new Date();
  for (let done = 0; done < count; done += perBatch) {
    const path = `/recorded/${perBatch}/${done}`;
    const visit = {
      source: "recorded",
      path,
      start: time,
      end: time,
      listing: "entries",
      visitedAt: time,
      closed: true,
      failures: 0,
      skipped: { count: 0, names: [] },
      unreadable: { count: 0, names: [] },
    };
    const changes = Array.from({ length: perBatch }, (_, i) => ({
      kind: "file",
      file: {
        source: "recorded",
        path: `${path}/${String(i % 50).padStart(4, "0")}/RMA1_0315_01_DBZH_20250101T1830${i}Z.BUFR`,
        slot: path,
        observedAt: new Date(done + i),
        status: "stored",
        size: 1_000_000,
        modifiedAt: time,
        firstSeenAt: time,
        sha256: "0f".repeat(32),
        location: `${path}/${i}`,
        storedAt: time,
        version: 1,
        attempts: 0,
      },
    }));
    await store.record([{ kind: "visit", visit }, ...changes]);
  }
}

const server = await startServer({ durable: true });
const schema = "daybook";
const store = new PostgresStore({ connectionString: server.url(), schema });
await store.open();
const pool = new pg.Pool({ connectionString: server.url(), max: 1 });
pool.on("error", () => {});
console.log(`filling: ${(await timed(() => fillLedger(pool, schema, files))).toFixed(0)} ms`);

for (const perBatch of [5_000, 500])
  console.log(
    `recording 100,000 files, ${perBatch} a call: ` +
      `${(100_000 / ((await timed(() => recordFiles(store, 100_000, perBatch))) / 1_000)).toFixed(0)} files/s`,
  );
console.log(
  `recording 2,000 files one by one: ${(2_000 / ((await timed(() => recordFiles(store, 2_000, 1))) / 1_000)).toFixed(0)} files/s`,
);

for (const [title, paths] of [
  ["1,000 neighbouring paths", neighbouringPaths(files)],
  ["1,000 scattered paths", scatteredPaths(files)],
]) {
  const times = [];
  for (let i = 0; i < 50; i++) times.push(await timed(() => store.files("RMA2", paths)));
  console.log(
    `${title}: first ${times[0].toFixed(1)} ms, best ${Math.min(...times).toFixed(1)} ms, median ${times.sort((a, b) => a - b)[25].toFixed(1)} ms`,
  );
}

const range = { start: new Date(FIRST), end: new Date(FIRST + 365 * 24 * 3_600_000) };
const yearly = [
  ["a year's flawed slots", () => drain(store.slots("RMA2", range, { flawed: true }))],
  ["a year's unsettled slots", () => drain(store.slots("RMA2", range, { unsettled: true }))],
  ["a year's summary", () => store.summarize({ source: "RMA2", range })],
];
for (const [title, work] of yearly) {
  const runs = [];
  for (let i = 0; i < 15; i++) runs.push(await timed(work));
  console.log(
    `${title}: first ${runs[0].toFixed(1)} ms, median ${runs.sort((a, b) => a - b)[7].toFixed(1)} ms`,
  );
}

const { rows } = await pool.query(
  `SELECT relname, reltuples::bigint AS rows, pg_size_pretty(pg_table_size(oid)) AS table, pg_size_pretty(pg_indexes_size(oid)) AS indexes
   FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC LIMIT 3`,
  [schema],
);
console.table(rows);

const queries = await hotQueries(server.url(), schema, files);
const plans = queries.map(
  ({ title, rows: found, sql, plan }) =>
    `### ${title}\n\n${found.toLocaleString("en")} rows.\n\n\`\`\`sql\n${sql.replace(/^\n/, "")}\n\`\`\`\n\n\`\`\`text\n${plan}\n\`\`\`\n`,
);
if (process.argv.includes("--write")) {
  const page = await readFile(PAGE, "utf8");
  const [before, after] = [page.split("<!-- plans -->")[0], page.split("<!-- end of plans -->")[1]];
  const intro = `With ${files.toLocaleString("en")} files:`;
  await writeFile(
    PAGE,
    `${before}<!-- plans -->\n\n${intro}\n\n${plans.join("\n")}\n<!-- end of plans -->${after}`,
  );
} else console.log(plans.join("\n"));

await pool.end();
await store.close();
await server.close();
