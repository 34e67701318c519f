// What measure-page.mjs measures: a dashboard over a ledger of twenty sources with a year each, filled if it isn't there.
// Says its address in one line, and ends when its input does.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { fillYear, yearLayout } from "./year.mjs";

const RADARS = Array.from({ length: 20 }, (_, i) => `RMA${i + 1}`);
const RANGE = { start: new Date("2025-01-01T00:00Z"), end: new Date("2026-01-01T00:00Z") };

const [checkout, folder] = process.argv.slice(2);
const built = (name) => import(pathToFileURL(join(checkout, "packages", name, "dist/index.js")));
const { createDaybook, localDestination } = await built("core");
const { SqliteStore, sqliteStore } = await built("store-sqlite");
const { Dashboard, LiveState } = await built("dashboard");

const path = join(folder, "state.db");
const live = new LiveState();
const daybook = createDaybook({
  plugins: [sqliteStore({ path }), localDestination({ path: join(folder, "downloads") })],
  sources: RADARS.map((name) => ({ name, plugins: [], layout: yearLayout(name), ...RANGE })),
});
if (!existsSync(path)) {
  const store = new SqliteStore({ path });
  await store.open();
  const selections = new Map(daybook.sources().map(({ name, policy }) => [name, policy.selection]));
  await fillYear(store, RADARS, RANGE, (name) => selections.get(name));
  await store.close();
}
const dashboard = new Dashboard({ daybook, live, address: "127.0.0.1:0" });
console.log(await dashboard.listen());
process.stdin.resume().on("end", async () => {
  await dashboard.close();
  await daybook.close();
});
