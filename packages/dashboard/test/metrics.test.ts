import { ClockToken, DaybookError, ObserverToken, type CrawlEvent, type Observer } from "@daybook/core";
import { FakeClock, memoryTransport, RemoteTree, type MemoryFaults } from "@daybook/testing";
import { expect, test } from "vitest";
import { place, sourceOf } from "./support/place.js";
import { yearLayout } from "../tools/year.mjs";

const START = new Date("2025-01-01T00:00:00Z");
const NOW = new Date("2025-01-01T06:30:00Z");
const TEN_MINUTES = 600_000;
const ENDPOINT = "ftp://radar:21";

/** A radar's first hours with a file every ten minutes, on a clock that is moved by hand, and what a crawl told of them. */
async function crawled(faults: MemoryFaults, parallelism: number) {
  const tree = new RemoteTree();
  const paths: string[] = [];
  for (const { path, start } of yearLayout("RMA1").slots({ start: START, end: NOW })) {
    const hour = start.getUTCHours();
    if (hour === 2) continue;
    tree.makeDirectory(path);
    for (let at = start.getTime(); hour !== 3 && at < start.getTime() + 6 * TEN_MINUTES; at += TEN_MINUTES) {
      const time = new Date(at);
      if (time >= NOW) break;
      paths.push(`${path}/RMA1_${time.toISOString().replace(/[-:]|\.\d+/g, "")}.BUFR`);
      tree.put(paths.at(-1)!, Buffer.alloc(100 + paths.length), new Date(at + 60_000));
    }
  }
  // Too young to be fetched.
  tree.put(paths.at(-1)!, "half", NOW);
  const clock = new FakeClock(NOW);
  const events: CrawlEvent[] = [];
  const there = await place({
    fill: false,
    sources: [
      {
        ...sourceOf("RMA1", { start: START }),
        plugins: [memoryTransport({ tree, faults, endpoint: ENDPOINT, capabilities: { parallelism } })],
      },
    ],
    plugins: [
      { name: "clock", provides: ClockToken, create: () => clock },
      {
        name: "seen",
        provides: ObserverToken,
        create: (): Observer => ({ on: (event) => events.push(event) }),
      },
    ],
  });
  /** By name and labels, of those that these names begin with. */
  const measured = async (...names: string[]) => {
    const text = await (await there.get("/metrics")).text();
    const found = [...text.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm)].map(([, key, value]) => [
      key!,
      Number(value),
    ]);
    return Object.fromEntries(found.filter(([key]) => names.some((name) => String(key).startsWith(name))));
  };
  return { ...there, clock, events, paths, measured };
}

const count = <T>(all: Iterable<T>, key: (one: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of all) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
};
const ofSource = 'source="RMA1"';

test("after a crawl that went wrong here and there, metrics say what ledger and events say", async () => {
  let asked = 0;
  const { daybook, clock, events, measured } = await crawled(
    {
      onRead: (path, start) => {
        if (path.endsWith("T000000Z.BUFR") && start === 0) return { dropAfter: 10 };
        if (path.endsWith("T001000Z.BUFR") && asked++ === 0)
          return { fail: new DaybookError("timeout", "no answer", { operation: "read" }) };
        if (path.endsWith("T012000Z.BUFR")) return { fail: new DaybookError("permission", "not for you") };
        return undefined;
      },
      onList: (directory) =>
        directory.endsWith("/04") ? { fail: new DaybookError("protocol", "what is that?") } : undefined,
    },
    40,
  );
  await clock.runUntil(daybook.run({ once: true }));

  const files = [];
  for await (const file of daybook.files({ source: "RMA1" })) files.push(file);
  const slots = [];
  for await (const slot of daybook.slots()) slots.push(slot);
  const states = count(slots, ({ state }) => state);
  const stored = events.filter((event) => event.type === "file-stored");
  const failed = count(
    events.filter((event) => event.type === "file-failed"),
    ({ error }) => error.kind,
  );
  const statuses = count(files, ({ status }) => status);
  const [host] = daybook.hosts();
  const of = (name: string, value: number | undefined, more = "") => ({
    [`daybook_${name}{${ofSource}${more}}`]: value ?? 0,
  });
  const expected = {
    ...of("fetched_files_total", statuses["stored"]),
    ...of(
      "fetched_bytes_total",
      stored.reduce((sum, { file }) => sum + file.size!, 0),
    ),
    ...of("retries_total", failed["cut-short"], ',class="cut-short"'),
    ...of("retries_total", failed["timeout"], ',class="timeout"'),
    ...of("given_up_total", statuses["quarantined"], ',class="permission"'),
    ...of("queue_files", statuses["pending"]),
    ...Object.assign(
      {},
      ...["missing", "empty", "incomplete", "partial", "failed", "unseen"].map((reason) =>
        of("gap_hours", states[reason], `,reason="${reason}"`),
      ),
    ),
    [`daybook_connections_open{host="${ENDPOINT}"}`]: host!.open,
    [`daybook_connections_limit{host="${ENDPOINT}"}`]: 40,
    [`daybook_connections_waiting{host="${ENDPOINT}",lane="live"}`]: 0,
    [`daybook_connections_waiting{host="${ENDPOINT}",lane="backfill"}`]: 0,
  };
  const names = [...new Set(Object.keys(expected).map((key) => key.split("{")[0]! + "{"))];
  // What the page shows may be a second old.
  await expect.poll(() => measured(...names), { timeout: 10_000 }).toEqual(expected);
  // None of it agrees by being nothing.
  expect(states).toEqual({ complete: 1, partial: 2, missing: 1, empty: 1, failed: 1, open: 1 });
  expect(statuses).toEqual({ stored: 17, quarantined: 1, pending: 3 });
  expect(failed).toEqual({ "cut-short": 1, timeout: 1 });
  expect(stored.length).toBe(statuses["stored"]);
  expect(host!.open).toBeLessThan(40);

  // The newest stored is real years behind: the page's time is the real one.
  const newest = Math.max(...stored.map(({ file }) => file.observedAt!.getTime()));
  const before = Date.now();
  const lag = (await measured("daybook_source_lag_seconds"))[`daybook_source_lag_seconds{${ofSource}}`]!;
  expect(lag * 1000).toBeGreaterThanOrEqual(before - newest);
  expect(lag * 1000).toBeLessThanOrEqual(Date.now() - newest);
});

test("while files are on their way, metrics count their connections and those in line for one", async () => {
  let release = () => {};
  const wait = new Promise<void>((resolve) => (release = resolve));
  const { daybook, clock, measured } = await crawled({ onRead: () => ({ wait }) }, 2);
  const run = daybook.run({ once: true });
  // What is written to the ledger waits a moment for company.
  await clock.advance(1_000);
  const [host] = daybook.hosts();
  expect(host!.open).toBe(2);
  expect(host!.waiting.live + host!.waiting.backfill).toBeGreaterThan(0);
  expect(await measured("daybook_connections", "daybook_transfers")).toEqual({
    [`daybook_connections_open{host="${ENDPOINT}"}`]: 2,
    [`daybook_connections_limit{host="${ENDPOINT}"}`]: 2,
    [`daybook_connections_waiting{host="${ENDPOINT}",lane="live"}`]: host!.waiting.live,
    [`daybook_connections_waiting{host="${ENDPOINT}",lane="backfill"}`]: host!.waiting.backfill,
    [`daybook_transfers{${ofSource}}`]: expect.any(Number),
  });
  release();
  await clock.runUntil(run);
});
