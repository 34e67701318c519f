import pg from "pg";
import { PostgresStore } from "@daybook/store-postgres";
import { DIRECTORIES, FILES, filePath, FIRST, hoursOf, SOURCES } from "./ledger-of.mjs";

const HOUR = 3_600_000;

/** A pool that remembers what was asked through it. */
class RecordingPool extends pg.Pool {
  asked = [];

  query(config, ...rest) {
    if (config.text) this.asked.push({ text: config.text, values: config.values });
    return super.query(config, ...rest);
  }
}

const drain = async (items) => {
  let count = 0;
  for await (const _ of items) count++;
  return count;
};

/** A thousand paths from all over the source's history. */
export function scatteredPaths(files, source = SOURCES[1], count = 1_000) {
  const hours = hoursOf(files);
  return Array.from({ length: count }, (_, i) => {
    const at = (i * 7_919) % hours;
    return filePath(source, at, i % DIRECTORIES, (i * 3) % FILES);
  });
}

/** A thousand paths of hours next to each other, as visits look them up. */
export function neighbouringPaths(files, source = SOURCES[1], count = 1_000) {
  const first = Math.floor(hoursOf(files) / 2);
  return Array.from({ length: count }, (_, i) => {
    const directory = Math.floor(i / FILES);
    return filePath(source, first + Math.floor(directory / DIRECTORIES), directory % DIRECTORIES, i % FILES);
  });
}

/**
 * The four queries a crawl lives on, as the store asks them of a ledger that `fillLedger` filled, each with the server's
 * plan and its time in ms.
 */
export async function hotQueries(connectionString, schema, files) {
  const pool = new RecordingPool({ connectionString, max: 1 });
  pool.on("error", () => {});
  const store = new PostgresStore({ pool, schema });
  await store.open();
  const source = SOURCES[1];
  const end = new Date(FIRST + hoursOf(files) * HOUR);
  const range = { start: new Date(FIRST), end };
  const lastWeek = { start: new Date(end.getTime() - 7 * 24 * HOUR), end };
  const queries = [
    ["A thousand scattered paths", async () => (await store.files(source, scatteredPaths(files))).size],
    ["Slots that are due", () => drain(store.slots(source, range, { dueBy: lastWeek.end }))],
    [
      "Gaps by state",
      () => drain(store.slots(source, range, { states: ["failed", "partial", "empty", "missing"] })),
    ],
    [
      "A week of files by observation time",
      () => drain(store.find({ source, range: lastWeek, limit: 2_000 })),
    ],
  ];
  const found = [];
  for (const [title, run] of queries) {
    pool.asked = [];
    const rows = await run();
    const { text, values } = pool.asked[0];
    const { rows: lines } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS) ${text}`, values);
    const { rows: trees } = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
    found.push({
      title,
      rows,
      sql: text,
      plan: lines.map((line) => line["QUERY PLAN"]).join("\n"),
      nodes: nodesOf(trees[0]["QUERY PLAN"][0].Plan),
    });
  }
  await store.close();
  await pool.end();
  return found;
}

/** Every node of a plan, flat: "Seq Scan files", "Index Scan files files_by_time" … */
function nodesOf(plan) {
  const own = [plan["Node Type"], plan["Relation Name"], plan["Index Name"]].filter(Boolean).join(" ");
  return [own, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
