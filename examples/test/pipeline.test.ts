// How to test a pipeline of your own: a tree, a server, a ledger, a disk's worth of time, all in memory. A day passes in
// milliseconds, and the link drops when you say so.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ClockToken,
  createDaybook,
  localDestination,
  memoryStore,
  ObserverToken,
  radarLayout,
} from "@daybook/core";
import type { CrawlEvent } from "@daybook/core";
import { FakeClock, memoryTransport, radarTree } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";

/** The pipeline under test: it counts, for each hour, the files that came home. */
class HourlyCounts {
  readonly counts: Record<string, number> = {};

  on(event: CrawlEvent): void {
    if (event.type !== "file-stored") return;
    const hour = event.file.observedAt!.toISOString().slice(11, 13);
    this.counts[hour] = (this.counts[hour] ?? 0) + 1;
  }
}

test("hours are counted once, also when a link drops and a file comes six hours late", async () => {
  const path = mkdtempSync(join(tmpdir(), "pipeline-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  const { tree, files } = radarTree({
    radars: ["RMA1"],
    start: new Date("2025-01-01T00:00:00Z"),
    hours: 3,
    volumesPerHour: 4,
    fields: ["DBZH"],
  });
  const late = files[5]!.path;
  const bytes = tree.bytes(late)!;
  tree.remove(late);

  const clock = new FakeClock(new Date("2025-01-01T03:30:00Z"));
  const pipeline = new HourlyCounts();
  let drops = 3;
  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path, sync: false }),
      { name: "clock", provides: ClockToken, create: () => clock },
      { name: "pipeline", provides: ObserverToken, create: () => pipeline },
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [
          memoryTransport({
            tree,
            faults: { onRead: () => (drops-- > 0 ? { dropAfter: 1000 } : undefined) },
          }),
        ],
        layout: radarLayout("RMA1"),
        start: "2025-01-01T00:00:00Z", // no end: what is late is waited for
      },
    ],
  });
  onTestFinished(() => daybook.close());

  const stop = new AbortController();
  const running = daybook.run({ signal: stop.signal });
  await clock.advance(10 * 60_000);
  expect(pipeline.counts).toEqual({ "00": 4, "01": 3, "02": 4 });

  await clock.set(new Date("2025-01-01T07:30:00Z"));
  tree.put(late, bytes, clock.now());
  await clock.advance(24 * 3_600_000);
  expect(pipeline.counts).toEqual({ "00": 4, "01": 4, "02": 4 });

  stop.abort();
  await clock.runUntil(running);
});
