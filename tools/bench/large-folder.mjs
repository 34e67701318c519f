/**
 * node tools/bench/large-folder.mjs [FILES] [SECONDS]
 *
 * One folder of a million small files (or FILES): lists, judges and records them all, then fetches for 20 s (or SECONDS), and
 * tells the most memory it took and how long the event loop was held at most. The listing is made up as it is read, so
 * that all the memory is Daybook's. Build first.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Readable } from "node:stream";
import { createDaybook, flat, localDestination, ObserverToken, TransportToken } from "@daybook/core";
import { sqliteStore } from "@daybook/store-sqlite";

const [files = 1_000_000, seconds = 20] = process.argv.slice(2).map(Number);
const TIME = new Date("2025-01-01T00:00:00Z");
const BATCH = 1000;

const transport = {
  capabilities: Object.freeze({ endpoint: "made-up://", modifiedAt: "second", resume: true, parallelism: 8 }),
  async list(_directory, { take }) {
    for (let from = 0; from < files; from += BATCH) {
      const names = Array.from({ length: Math.min(BATCH, files - from) }, (_, i) => `file-${from + i}.dat`);
      await take(names.map((name) => ({ name, type: "file", size: 8, modifiedAt: TIME })));
    }
    return { entries: [], complete: true };
  },
  read: async (_path, { start = 0 } = {}) => Readable.from([Buffer.alloc(8 - start)]),
  close: async () => undefined,
};

const folder = await mkdtemp(join(tmpdir(), "daybook-large-folder-"));
const began = Date.now();
const since = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
const loop = monitorEventLoopDelay({ resolution: 5 });
const stop = new AbortController();
let home = 0;
const tell = (what) => {
  const held = (loop.max / 1e6).toFixed(0);
  const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(`${since()}  ${what}; at most ${rss} MB, the loop held ${held} ms`);
  loop.reset();
};
const on = (event) => {
  if (event.type === "slot-visited") {
    tell(`listed and recorded ${event.found} files`);
    setTimeout(() => stop.abort(), seconds * 1000);
  } else if (event.type === "file-stored") home++;
};
const daybook = createDaybook({
  plugins: [
    sqliteStore({ path: join(folder, "state.db") }),
    localDestination({ path: join(folder, "files"), sync: false }),
    { name: "observer", provides: ObserverToken, create: () => ({ on }) },
  ],
  sources: [
    {
      name: "large",
      plugins: [{ name: "made-up", provides: TransportToken, create: () => transport }],
      layout: flat("/in"),
      start: "2025-01-01T00:00:00Z",
    },
  ],
});
loop.enable();
try {
  await daybook.run({ signal: stop.signal, once: true });
  tell(`fetched ${home} files`);
} finally {
  await daybook.close();
  await rm(folder, { recursive: true });
}
