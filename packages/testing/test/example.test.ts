import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClockToken, createDaybook, localDestination, memoryStore, radarLayout } from "@daybook/core";
import { FakeClock, memoryTransport, radarTree } from "@daybook/testing";
import { expect, test } from "vitest";

test("our radar's day comes home whole, though the link drops", async () => {
  const start = new Date("2025-01-01T00:00:00Z");
  const { tree, files } = radarTree({
    radars: ["RMA1"],
    start,
    hours: 24,
    volumesPerHour: 2,
    fields: ["DBZH"],
  });
  const clock = new FakeClock(new Date("2025-01-03T00:00:00Z"));
  const path = await mkdtemp(join(tmpdir(), "pipeline-"));
  let drops = 3;
  const faults = { onRead: () => (drops-- > 0 ? { dropAfter: 1000 } : undefined) };

  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path, sync: false }),
      { name: "clock", provides: ClockToken, create: () => clock },
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [memoryTransport({ tree, faults })],
        layout: radarLayout("RMA1"),
        start,
        end: "2025-01-02T00:00:00Z",
      },
    ],
  });
  const result = await clock.runUntil(daybook.run());
  expect(result.outcome).toBe("complete");
  expect(result.sources[0]?.fetched.files).toBe(files.length);
  await daybook.close();
  await rm(path, { recursive: true });
});
