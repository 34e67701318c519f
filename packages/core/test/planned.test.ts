import {
  MemoryStore,
  RADAR_TEMPLATE,
  template,
  type LedgerChange,
  type PathLayout,
  type SourceOptions,
} from "@daybook/core";
import { describe, expect, it } from "vitest";
import { CountingStore } from "./support/counting-store.js";
import { HOUR, Mirror, put } from "./support/mirror.js";

const NOW = "2025-06-01T00:30:00Z";
const SELECTION = "all there is";

/** A mirror whose ledger holds so many hours up to now, complete and not due again, and what a run has noted of them. */
async function withHistory(hours: number, end?: string): Promise<{ mirror: Mirror; store: CountingStore }> {
  const last = Math.floor(Date.parse(NOW) / HOUR) * HOUR;
  const store = new CountingStore();
  const start = new Date(last - hours * HOUR);
  const mirror = new Mirror({ now: NOW, store, source: { start, end, selection: SELECTION } });
  await store.open();
  const changes: LedgerChange[] = [];
  for (let back = hours; back > 0; back--) changes.push(...anHour(new Date(last - back * HOUR)));
  await store.record(changes);
  mirror.tree.makeDirectory("/L2/RMA1/2025/06/01/00");
  // The disk has none of what the ledger says to be stored.
  await mirror.run({ once: true, adopt: true });
  mirror.restart();
  store.counts.clear();
  return { mirror, store };
}

function anHour(start: Date): LedgerChange[] {
  const path = `/L2/RMA1/${start.toISOString().slice(0, 13).replaceAll(/[-T]/g, "/")}`;
  const end = new Date(start.getTime() + HOUR);
  const none = { count: 0, names: [] };
  const facts = { source: "RMA1", path, start, end, visitedAt: end, listedAt: end, selection: SELECTION };
  return [
    {
      kind: "visit",
      visit: { ...facts, listing: "entries", closed: true, failures: 0, skipped: none, unreadable: none },
    },
    {
      kind: "file",
      file: {
        source: "RMA1",
        path: `${path}/0000/RMA1_0315_01_DBZH_${path.slice(-13).replaceAll("/", "")}.BUFR`,
        slot: path,
        observedAt: start,
        status: "stored",
        size: 1,
        firstSeenAt: end,
        version: 1,
        attempts: 0,
      },
    },
  ];
}

describe("what was planned whole is noted, so that", () => {
  it.each([undefined, NOW.replace("00:30", "00:00")])(
    "a start costs the same, whether history is a day, a month or a year, with the end %s",
    async (end) => {
      const costs: Record<string, number>[] = [];
      for (const days of [1, 30, 365]) {
        const { mirror, store } = await withHistory(days * 24, end);
        await mirror.run({ once: true });
        const { list } = mirror.transport.calls;
        costs.push({ ...Object.fromEntries(store.counts), lists: list.length });
      }
      expect(costs[1]).toEqual(costs[0]);
      expect(costs[2]).toEqual(costs[0]);
      expect(costs[0]!["rows slots"]).toBeLessThan(20);
    },
  );

  it("gaps reads only what is amiss", async () => {
    const { mirror, store } = await withHistory(8760, NOW);
    const [hour] = anHour(new Date("2025-03-01T07:00:00Z"));
    if (hour?.kind !== "visit") throw new Error("an hour begins with its visit");
    await store.record([{ kind: "visit", visit: { ...hour.visit, listing: "failed", reason: "cut" } }]);
    expect(await mirror.gaps()).toMatchObject([{ kind: "failed", reason: "cut", start: hour.visit.start }]);
    expect(store.counts.get("rows slots")).toBeLessThan(5);
  });
});

describe("a start looks at every slot again", () => {
  const visits = (mirror: Mirror) => mirror.of("slot-visited").length;
  const day: Partial<SourceOptions> = { end: "2025-01-02T00:00:00Z", revisit: [] };

  /** A finished day; how many slots the next start visits after a change. */
  async function visitedAfter(change: Partial<SourceOptions>, first: Partial<SourceOptions> = {}) {
    const mirror = new Mirror({ source: { ...day, ...first } });
    put(mirror, "2025-01-01T12:05:10Z");
    await mirror.run();
    const before = visits(mirror);
    mirror.restart({ source: change });
    const { outcome } = await mirror.run();
    expect(outcome).toBe("gaps");
    return { mirror, visited: visits(mirror) - before };
  }

  it("not where nothing has changed", async () => {
    expect((await visitedAfter({})).visited).toBe(0);
  });

  it("where something else is looked for", async () => {
    expect((await visitedAfter({ selection: "other" })).visited).toBe(24);
  });

  it("where the layout's constants have changed", async () => {
    const layout = template(RADAR_TEMPLATE, { radar: "RMA1", strategy: "0400" });
    expect((await visitedAfter({ layout })).visited).toBe(24);
  });

  it("where the layout has changed and says so by its key alone", async () => {
    const other = withKey("the other", template(RADAR_TEMPLATE.replace("/L2/", "/L3/"), { radar: "RMA1" }));
    const first = { layout: withKey("one", template(RADAR_TEMPLATE, { radar: "RMA1" })), selection: "same" };
    expect((await visitedAfter({ layout: other }, first)).visited).toBe(24);
  });

  it("where a layout without a key has changed", async () => {
    const other = withKey(undefined, template(RADAR_TEMPLATE.replace("/L2/", "/L3/"), { radar: "RMA1" }));
    const first = { layout: withKey(undefined, template(RADAR_TEMPLATE, { radar: "RMA1" })) };
    expect((await visitedAfter({ layout: other }, first)).visited).toBe(24);
  });

  it("that a wider range has, at either end", async () => {
    const { mirror, visited } = await visitedAfter({
      start: "2024-12-31T22:00:00Z",
      end: "2025-01-02T03:00:00Z",
    });
    expect(visited).toBe(5);
    const slots = [];
    for await (const { path } of mirror.store.slots("RMA1", { start: new Date(0) })) slots.push(path);
    expect(slots).toHaveLength(29);
  });

  it("that a run of a part of it has seen only in part", async () => {
    const mirror = new Mirror({ source: day });
    put(mirror, "2025-01-01T12:05:10Z");
    await mirror.run();
    const path = put(mirror, "2025-01-01T12:10:10Z");
    const slot = "/L2/RMA1/2025/01/01/12";
    await mirror.store.record([{ kind: "due", source: "RMA1", path: slot, at: new Date(0) }]);
    mirror.restart();
    const half = { start: new Date("2025-01-01T12:30:00Z"), end: new Date("2025-01-01T14:00:00Z") };
    await mirror.run({ range: half });
    mirror.restart();
    await mirror.run();
    expect((await mirror.files()).map((file) => file.path)).toContain(path);
    expect(Object.keys(mirror.home())).toHaveLength(2);
  });

  it("of which the ledger has lost the record", async () => {
    const store = new MemoryStore();
    const mirror = new Mirror({ source: day, store });
    await mirror.run();
    const copy = new MemoryStore();
    await copy.open();
    const kept: LedgerChange[] = [];
    for await (const { state: _, settled: __, files: ___, ...visit } of store.slots("RMA1", {
      start: new Date(0),
    }))
      if (!visit.path.endsWith("/07")) kept.push({ kind: "visit", visit });
    await copy.record([...kept, { kind: "planned", source: "RMA1", stretch: await store.planned("RMA1") }]);
    const before = visits(mirror);
    mirror.restart({ store: copy });
    await mirror.run();
    expect(visits(mirror) - before).toBe(1);
  });

  it("that a run which was stopped had not come to", async () => {
    const mirror = new Mirror({ source: day });
    const stop = new AbortController();
    mirror.transport.faults = {
      onList: (directory) => {
        if (directory.endsWith("/10")) stop.abort();
        return undefined;
      },
    };
    await mirror.run({ signal: stop.signal });
    mirror.transport.faults = {};
    mirror.restart();
    await mirror.run();
    const slots = [];
    for await (const { path } of mirror.store.slots("RMA1", { start: new Date(0) })) slots.push(path);
    expect(slots).toHaveLength(24);
  });

  it("that have passed since, when the clock was set back and forth", async () => {
    const mirror = new Mirror({ now: "2025-01-01T06:30:00Z", source: { end: undefined } });
    await mirror.run({ once: true });
    for (const now of ["2025-01-01T03:30:00Z", "2025-01-01T12:30:00Z"]) {
      const later = new Mirror({ now, store: mirror.store, source: { end: undefined } });
      put(later, "2025-01-01T09:05:10Z");
      await later.run({ once: true, adopt: true, trustClock: true });
    }
    const slots = [];
    for await (const { path } of mirror.store.slots("RMA1", { start: new Date(0) })) slots.push(path);
    expect(slots).toHaveLength(13);
  });
});

function withKey(key: string | undefined, layout: PathLayout): PathLayout {
  return {
    key,
    root: layout.root,
    slots: (range) => layout.slots(range),
    enters: (slot, directory) => layout.enters(slot, directory),
    parse: (path) => layout.parse(path),
  };
}
