import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { BandwidthLimit, isDaybookError, withBandwidth } from "@daybook/core";
import type { Lane, RateLimit, Transport } from "@daybook/core";
import { FakeClock } from "@daybook/testing";
import { expect, onTestFinished, test } from "vitest";

const CHUNK = Buffer.alloc(50_000);
const start = () => new FakeClock(new Date("2025-01-06T07:59:50Z"), { quietTurns: 5 });

/** A server that never runs out of bytes. */
const endless: Transport = {
  capabilities: { endpoint: "test://endless", modifiedAt: "none", resume: true, parallelism: 100 },
  list: async () => ({ entries: [], complete: true }),
  read: async () =>
    new Readable({
      read: function () {
        this.push(CHUNK);
      },
    }),
  close: async () => {},
};

interface Reader {
  bytes: number;
  stream: Readable;
}

/** Streams that are read as fast as they come. */
async function readers(limits: BandwidthLimit[], count = 1, lane: Lane = "live"): Promise<Reader[]> {
  const transport = withBandwidth(endless, limits);
  return Promise.all(
    Array.from({ length: count }, async () => {
      const reader: Reader = { bytes: 0, stream: await transport.read("/endless", { lane }) };
      reader.stream.on("data", (chunk: Buffer) => void (reader.bytes += chunk.length));
      onTestFinished(() => void reader.stream.destroy());
      return reader;
    }),
  );
}

const sum = (all: readonly Reader[]) => all.reduce((bytes, reader) => bytes + reader.bytes, 0);
const within5Percent = (bytes: number, expected: number) => {
  expect(bytes).toBeGreaterThan(expected * 0.95);
  expect(bytes).toBeLessThan(expected * 1.05);
};

test.each([
  ["1kB/s", 1, 10e3],
  ["64kB/s", 7, 640e3],
  ["5MB/s", 1, 50e6],
  ["5MB/s", 64, 50e6],
  ["80Mbit/s", 3, 100e6],
])("%s by %i streams is within 5 % over 10 s", async (rate, count, expected) => {
  const clock = start();
  const all = await readers([new BandwidthLimit({ limit: { rate }, clock })], count);
  await clock.advance(10_000);
  within5Percent(sum(all), expected);
  const before = sum(all);
  await clock.advance(10_000);
  within5Percent(sum(all) - before, expected);
});

test("what was not used is not made up for later", async () => {
  const clock = start();
  const limit = new BandwidthLimit({ limit: { rate: "1MB/s" }, clock });
  await clock.advance(3_600_000);
  const all = await readers([limit]);
  await clock.advance(10_000);
  within5Percent(sum(all), 10e6);
});

test("timers that are late do not make it slower", async () => {
  const clock = start();
  const late = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms + 15, signal),
  };
  const all = await readers([new BandwidthLimit({ limit: { rate: "2MB/s" }, clock: late })], 4);
  await clock.advance(10_000);
  within5Percent(sum(all), 20e6);
});

test("the rate changes with the timetable, to the minute", async () => {
  const clock = start();
  const limit: RateLimit = {
    rate: "2MB/s",
    hours: [{ from: "08:00", to: "18:00", rate: "500kB/s", days: ["mon-fri"] }],
  };
  const all = await readers([new BandwidthLimit({ limit, clock })], 3);
  await clock.advance(10_000);
  within5Percent(sum(all), 20e6);
  const before = sum(all);
  await clock.advance(10_000);
  within5Percent(sum(all) - before, 5e6);
});

test("streams share alike, and several limits hold at once", async () => {
  const clock = start();
  const host = new BandwidthLimit({ limit: { rate: "3MB/s" }, clock });
  const narrow = new BandwidthLimit({ limit: { rate: "1MB/s" }, clock });
  const [one, two] = [await readers([host, narrow], 5), await readers([host], 5)];
  await clock.advance(10_000);
  within5Percent(sum(one), 10e6);
  within5Percent(sum(two), 20e6);
  for (const reader of two) expect(reader.bytes / sum(two)).toBeCloseTo(1 / 5, 1);
});

test("live goes before backfill, which still gets a little", async () => {
  const clock = start();
  const limits = [new BandwidthLimit({ limit: { rate: "1MB/s" }, clock })];
  const backfill = await readers(limits, 4, "backfill");
  await clock.advance(10_000);
  within5Percent(sum(backfill), 10e6);
  const live = await readers(limits, 2);
  const before = sum(backfill);
  await clock.advance(90_000);
  within5Percent(sum(live), 90e6);
  for (const reader of backfill) expect(reader.bytes).toBeGreaterThan(before / 4);
  for (const reader of live) reader.stream.destroy();
  const after = sum(backfill);
  await clock.advance(10_000);
  within5Percent(sum(backfill) - after, 10e6);
});

test("a stream that ends while it waits leaves the line, and no timer behind", async () => {
  const clock = start();
  const limit = new BandwidthLimit({ limit: { rate: "10kB/s" }, clock });
  const [first, second] = await readers([limit], 2);
  await clock.advance(1000);
  expect(limit.waiting).toBe(2);
  first!.stream.destroy();
  expect(limit.waiting).toBe(1);
  const before = second!.bytes;
  await clock.advance(10_000);
  within5Percent(second!.bytes - before, 100e3);
  second!.stream.destroy();
  expect([limit.waiting, clock.pending]).toEqual([0, 0]);
});

test("a clock that is put back stops nothing", async () => {
  const clock = start();
  let back = 0;
  // Its timers run on, as those of a machine do.
  const machine = {
    now: () => new Date(clock.now().getTime() - back),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
  };
  const all = await readers([new BandwidthLimit({ limit: { rate: "1MB/s" }, clock: machine })]);
  await clock.advance(1000);
  back = 3_600_000;
  const before = sum(all);
  await clock.advance(10_000);
  within5Percent(sum(all) - before, 10e6);
});

test("the source waits while its bytes may not pass", async () => {
  const clock = start();
  let given = 0;
  const counting: Transport = {
    ...endless,
    read: async () =>
      new Readable({
        read: function () {
          given += CHUNK.length;
          this.push(CHUNK);
        },
      }),
  };
  const limit = new BandwidthLimit({ limit: { rate: "10kB/s" }, clock });
  const stream = await withBandwidth(counting, [limit]).read("/endless");
  onTestFinished(() => void stream.destroy());
  stream.resume();
  await clock.advance(60_000);
  expect(given).toBeLessThan(600e3 + 4 * CHUNK.length);
});

test("bytes that wait are not those of a memory that is used again", async () => {
  const clock = start();
  const reusing: Transport = {
    ...endless,
    read: async (_, options) => {
      const memory = Buffer.from("twenty bytes of data");
      const stream = Readable.from([memory]);
      stream.on("end", () => void (options?.transient && memory.fill(0)));
      return stream;
    },
  };
  const limit = new BandwidthLimit({ limit: { rate: "1MB/s" }, clock });
  const stream = await withBandwidth(reusing, [limit]).read("/file", { transient: true });
  stream.read(0);
  await clock.advance(1000);
  expect(String(await buffer(stream))).toBe("twenty bytes of data");
});

test("a limit tells its rate of now", async () => {
  const clock = start();
  const hours = [{ from: "08:00", to: "09:00", rate: "1MB/s" }];
  const limit = new BandwidthLimit({ limit: { rate: "unlimited", hours }, clock });
  expect(limit.rate).toBe(Infinity);
  await clock.advance(10_000);
  expect(limit.rate).toBe(1e6);
});

test("one that can't be meant is refused", () => {
  const make = () => new BandwidthLimit({ limit: { rate: 0 } });
  expect(make).toThrow(/unlimited/);
  try {
    make();
  } catch (error) {
    expect(isDaybookError(error, "config")).toBe(true);
  }
});

/** A server that tells what each of its readers may read ahead, as transports ask for it. */
function askingTransport() {
  const told: (() => number)[] = [];
  const transport: Transport = {
    ...endless,
    read: async (path, options) => {
      if (path === "/missing") throw new Error("missing");
      const readAhead = options!.readAhead!;
      // A transport asks when it has a connection.
      if (path !== "/waits") readAhead();
      told.push(readAhead);
      return endless.read(path, options);
    },
  };
  return { transport, ahead: () => told.map((readAhead) => readAhead()) };
}

const closed = (stream: Readable) => new Promise((resolve) => stream.destroy().once("close", resolve));

test("streams share what may be read ahead of the rate, and give up their share when they end or fail", async () => {
  const { transport, ahead } = askingTransport();
  const wide = new BandwidthLimit({ limit: { rate: "8MB/s" } });
  const narrow = new BandwidthLimit({ limit: { rate: "1MB/s" } });
  const limited = withBandwidth(transport, [wide, narrow]);
  const first = await limited.read("/a");
  // A quarter of a second of the lower rate.
  expect(ahead()).toEqual([250_000]);
  const second = await limited.read("/b");
  expect(ahead()).toEqual([125_000, 125_000]);
  await expect(limited.read("/missing")).rejects.toThrow("missing");
  expect(ahead()).toEqual([125_000, 125_000]);
  await closed(second);
  expect(ahead()[0]).toBe(250_000);
  await closed(first);
});

test("what waits for a connection takes nobody's share", async () => {
  const { transport, ahead } = askingTransport();
  const limited = withBandwidth(transport, [new BandwidthLimit({ limit: { rate: "1MB/s" } })]);
  const streams = await Promise.all(["/a", "/waits"].map((path) => limited.read(path)));
  expect(ahead().slice(0, 1)).toEqual([250_000]);
  await Promise.all(streams.map(closed));
});

test("backfill takes nothing of what live may read ahead", async () => {
  const { transport, ahead } = askingTransport();
  const limited = withBandwidth(transport, [new BandwidthLimit({ limit: { rate: "1MB/s" } })]);
  const backfill = await limited.read("/a", { lane: "backfill" });
  expect(ahead()).toEqual([250_000]);
  const live = await limited.read("/b", { lane: "live" });
  expect(ahead()).toEqual([2048, 250_000]);
  await closed(live);
  expect(ahead()[0]).toBe(250_000);
  await closed(backfill);
});

test.each([
  ["within", "100MB/s", "200kB/s"],
  ["around", "200kB/s", "100MB/s"],
])("of limits %s each other the lower one counts", async (_where, inner, outer) => {
  const { transport, ahead } = askingTransport();
  const limit = (rate: string) => [new BandwidthLimit({ limit: { rate } })];
  const limited = withBandwidth(withBandwidth(transport, limit(inner)), limit(outer));
  const stream = await limited.read("/a");
  expect(ahead()).toEqual([50_000]);
  await closed(stream);
});
