import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ClockToken,
  createDaybook,
  localDestination,
  memoryStore,
  RADAR_TEMPLATE,
  SystemClock,
  template,
} from "@daybook/core";
import type { Clock, Daybook, RunOptions } from "@daybook/core";
import { FtpServer, radarTree } from "@daybook/testing";
import { ftpTransport } from "@daybook/transport-ftp";
import { expect, onTestFinished, test } from "vitest";

// Round trips are what a bad line charges for. These counts are what a crawl may cost; more of them is a regression,
// whatever the time on this machine.

const HOURS = 2;
const VOLUMES = 6;
const FIELDS = ["DBZH", "VRAD", "ZDR", "KDP", "RHOHV"];
const FILES = HOURS * VOLUMES * FIELDS.length;
const FOLDERS = HOURS * VOLUMES;

const NOW = new Date("2025-06-01T12:30:00Z");

/** Time stands still, but for those who sleep. */
class StandingClock extends SystemClock implements Clock {
  time = NOW;

  override now(): Date {
    return this.time;
  }
}

interface Archive {
  readonly style: "mlsd" | "list";
  readonly connections: number;
  readonly hours?: number;
  readonly volumesPerHour?: number;
  /** A source without an end, whose archive ended two hours ago. */
  readonly endless?: boolean;
}

async function archive({
  style,
  connections,
  hours = HOURS,
  volumesPerHour = VOLUMES,
  endless = false,
}: Archive) {
  const start = new Date(Math.floor(NOW.getTime() / 3_600_000 - hours - 2) * 3_600_000);
  const { tree } = radarTree({
    ...{ radars: ["RMA1"], start, hours, volumesPerHour, fields: FIELDS, bytes: 500 },
  });
  const clock = new StandingClock();
  // Its listings show minutes, as those of a server whose clock is right.
  const server = await FtpServer.start({ tree, style, clock });
  const path = mkdtempSync(join(tmpdir(), "daybook-budget-"));
  const daybook = createDaybook({
    plugins: [
      memoryStore(),
      localDestination({ path, sync: false }),
      { name: "clock", provides: ClockToken, create: () => clock },
    ],
    sources: [
      {
        name: "RMA1",
        plugins: [ftpTransport({ host: server.host, port: server.port, connections })],
        layout: template(RADAR_TEMPLATE, { radar: "RMA1" }),
        start,
        poll: 30_000,
        end: endless ? undefined : new Date(start.getTime() + hours * 3_600_000),
      },
    ],
  });
  onTestFinished(async () => {
    await daybook.close();
    await server.close();
    rmSync(path, { recursive: true, force: true });
  });
  return { server, daybook, clock };
}

/** The commands a run sends, by name. */
async function commandsOf(
  { server, daybook }: { server: FtpServer; daybook: Daybook },
  options?: RunOptions,
): Promise<Record<string, number>> {
  const before = server.commands.length;
  await daybook.run(options);
  const counts: Record<string, number> = {};
  for (const command of server.commands.slice(before)) {
    const name = command.split(" ")[0]!;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("a backfill costs two commands a file, two a folder, and a log-in for each connection", async () => {
  expect(await commandsOf(await archive({ style: "mlsd", connections: 1 }))).toEqual({
    ...{ USER: 1, PASS: 1, FEAT: 1, TYPE: 1, OPTS: 1 },
    RETR: FILES,
    MLSD: HOURS + FOLDERS,
    // One more than there are transfers: nobody came for the last port.
    EPSV: FILES + HOURS + FOLDERS + 1,
  });
});

test("a server that has LIST only is asked to go to a folder only where it isn't known that there is one", async () => {
  const counts = await commandsOf(await archive({ style: "list", connections: 1 }));
  expect(counts["CWD"]).toBe(HOURS);
  expect(counts["LIST"]).toBe(HOURS + FOLDERS);
  expect(counts["RETR"]).toBe(FILES);
  expect(counts["EPSV"]).toBe(FILES + HOURS + FOLDERS + 1);
});

test("ten connections add no more than what their log-ins cost", async () => {
  const counts = await commandsOf(await archive({ style: "list", connections: 10 }));
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  // Four commands to log in and a port nobody came for, each; what the server can do is asked once.
  expect(total).toBeLessThanOrEqual(2 * FILES + 2 * FOLDERS + 3 * HOURS + 10 * 5 + 1 + 10);
});

test("a run of what is settled asks the server nothing", async () => {
  const mirror = await archive({ style: "mlsd", connections: 1 });
  await mirror.daybook.run();
  expect(await commandsOf(mirror)).toEqual({});
});

test.each([2, 26])(
  "a poll with nothing new lists what isn't over yet, after %i hours of history",
  async (hours) => {
    const mirror = await archive({ style: "mlsd", connections: 1, hours, volumesPerHour: 1, endless: true });
    await mirror.daybook.run({ once: true });
    mirror.clock.time = new Date(NOW.getTime() + 31_000);
    // This hour and the one before, which have no folder, and a look whether there is an archive at all.
    expect(await commandsOf(mirror, { once: true })).toEqual({ MLSD: 3, EPSV: 3 });
  },
);
