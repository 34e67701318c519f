import type { LedgerChange } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { CountingStore } from "./support/counting-store.js";
import { HOUR, MINUTE, Mirror, put, radarPath } from "./support/mirror.js";

/** What downloaders of this kind were seen to get wrong where only time and the ledger matter. */
describe("over time", () => {
  it("a file that lands three hours late in an hour that was given up as a gap comes home, and closes the gap", async () => {
    const mirror = new Mirror({
      now: "2025-01-01T00:00:00Z",
      source: { end: undefined, revisit: [4 * HOUR] },
    });
    const gaps = async () => (await mirror.gaps()).map(({ kind, slot }) => `${kind} ${slot.slice(-2)}`);
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    for (const hour of ["01", "02", "03"]) mirror.tree.makeDirectory(`/L2/RMA1/2025/01/01/${hour}`);
    await mirror.clock.set(new Date("2025-01-01T03:50:00Z"));
    expect(await gaps()).toEqual(["missing 00", "empty 01", "empty 02"]);

    put(mirror, "2025-01-01T03:40:10Z", "newer than the late one");
    mirror.tree.put(radarPath("2025-01-01T00:35:10Z"), "late", mirror.clock.now());
    await mirror.clock.set(new Date("2025-01-01T05:05:00Z"));
    expect(mirror.home()).toEqual(mirror.remote());
    expect(await gaps()).toEqual(["empty 01", "empty 02"]);
    const [hour] = await mirror.daybook.explain("/L2/RMA1/2025/01/01/00");
    expect(hour!.events.map(({ what }) => what)).toEqual(["gap-closed"]);
    const settled = (path: string) =>
      mirror
        .of("slot-settled")
        .filter(({ slot }) => slot.path === path)
        .map(({ slot, before }) => [before, slot.state]);
    expect(settled("/L2/RMA1/2025/01/01/00")).toEqual([
      [undefined, "missing"],
      ["missing", "complete"],
    ]);
    // Files that come late to an hour that was complete are told of as well, once; a visit that finds none isn't.
    mirror.tree.put(radarPath("2025-01-01T03:45:10Z"), "late", mirror.clock.now());
    await mirror.clock.set(new Date("2025-01-01T12:00:00Z"));
    expect(settled("/L2/RMA1/2025/01/01/03")).toEqual([
      [undefined, "complete"],
      ["complete", "complete"],
    ]);
    stop.abort();
    await mirror.clock.runUntil(running);
  });

  it("the last of six fields that lands one poll later comes home, and the hour is told complete once", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:10:00Z", source: { end: "2025-01-01T02:00:00Z" } });
    const fields = ["DBZH", "DBZV", "ZDR", "RHOHV", "PHIDP", "KDP"];
    for (const field of fields.slice(0, 5)) put(mirror, "2025-01-01T00:05:10Z", field, field);
    const running = mirror.daybook.run();
    await mirror.clock.advance(MINUTE / 2);
    expect(Object.values(mirror.home()).sort()).toEqual(fields.slice(0, 5).sort());
    put(mirror, "2025-01-01T00:05:10Z", "KDP", "KDP");
    await mirror.clock.advance(MINUTE);
    expect(mirror.home()).toEqual(mirror.remote());
    // The hour is listed many times more after that, since the next one isn't over.
    put(mirror, "2025-01-01T01:05:10Z");
    expect(await mirror.clock.runUntil(running, { maxTime: 3 * HOUR })).toMatchObject({
      outcome: "complete",
    });
    expect(mirror.of("slot-settled").map(({ slot }) => [slot.state, slot.files.stored])).toEqual([
      ["complete", 6],
      ["complete", 1],
    ]);
    expect(mirror.of("file-stored")).toHaveLength(7);
  });

  it("a range that ends in the future isn't over before then and its grace, though all there is has come", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:30:00Z", source: { end: "2025-01-01T03:30:00Z" } });
    put(mirror, "2025-01-01T00:05:10Z");
    let over = false;
    const running = mirror.daybook.run();
    void running.then(() => (over = true));
    await mirror.clock.set(new Date("2025-01-01T03:39:59Z"));
    expect(over).toBe(false);
    mirror.tree.put(radarPath("2025-01-01T03:29:50Z"), "the very last", new Date("2025-01-01T03:30:30Z"));
    await mirror.clock.runUntil(running, { maxTime: 2 * MINUTE });
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("a time without a zone is refused at the door, and one with a zone means the instant it says", async () => {
    for (const source of [
      { start: "2025-01-01T00:00:00" },
      { end: "2025-01-01T02:00" },
      { start: "2025-01-01 00:00:00" },
      { start: new Date(NaN) },
    ])
      expect(() => new Mirror({ source })).toThrow(
        expect.objectContaining({ name: "DaybookError", kind: "config" }),
      );
    const mirror = new Mirror({
      source: { start: "2024-12-31T22:30:00-03:00", end: "2025-01-01T08:00:00+05:30" },
    });
    for (const time of ["01:29:59", "01:30:00", "02:29:59", "02:30:00"]) put(mirror, `2025-01-01T${time}Z`);
    await mirror.run();
    expect(Object.keys(mirror.home()).map((path) => /T(\d+)Z/.exec(path)![1])).toEqual(["013000", "022959"]);
    // A restart in another notation of the same range has nothing left to do.
    mirror.restart({ source: { start: "2025-01-01T01:30:00Z", end: "2025-01-01T02:30:00Z" } });
    expect(await mirror.run()).toMatchObject({ outcome: "complete", sources: [{ fetched: { files: 0 } }] });
  });

  it("a file that grows between its listing and the end of its read is not accepted until it is stable", async () => {
    const mirror = new Mirror({ now: "2025-01-01T00:06:00Z", source: { end: "2025-01-01T01:00:00Z" } });
    const path = radarPath("2025-01-01T00:05:10Z");
    // Its time stands still while it grows: only its size and its bytes tell.
    const modifiedAt = new Date("2025-01-01T00:05:30Z");
    let written = "first part,";
    mirror.tree.put(path, written, modifiedAt);
    const seen = new Set<string>();
    let reads = 0;
    mirror.transport.faults = {
      onList: () => {
        for (const content of Object.values(mirror.home())) seen.add(content);
        return undefined;
      },
      onRead: () => {
        if (++reads <= 3) mirror.tree.put(path, (written += ` part ${reads + 1},`), modifiedAt);
        return undefined;
      },
    };
    await mirror.run();
    expect(reads).toBe(4);
    expect([...seen]).toEqual([written]);
    expect(Object.values(mirror.home())).toEqual([written]);
    expect(mirror.of("file-failed").map(({ error }) => error.kind)).toEqual([
      "changed",
      "changed",
      "changed",
    ]);
    expect(await mirror.files()).toMatchObject([{ version: 1, status: "stored", size: written.length }]);
  });
});

describe("remote files of different hours that would have one local path", () => {
  const HOURS = ["00", "01", "02"];

  it.each([
    ["all at once", 4, "2025-01-20T00:00:00Z", false],
    ["one after the other", 1, "2025-01-20T00:00:00Z", false],
    ["before they are ready", 4, "2025-01-01T03:00:00Z", true],
  ])(
    "found %s: one is stored and stays, the others are named with the reason",
    async (_when, connections, now, young) => {
      const mirror = new Mirror({ now, connections, destinationLayout: "{source}/{field}" });
      const modified = young ? mirror.clock.now() : new Date("2025-01-01T03:00:00Z");
      HOURS.forEach((hour, i) =>
        mirror.tree.put(
          radarPath(`2025-01-01T${hour}:05:10Z`),
          `content of ${hour}`,
          new Date(modified.getTime() - i * 1000),
        ),
      );
      const whole = async () => {
        const [stored, ...more] = (await mirror.files()).filter(({ status }) => status === "stored");
        expect(more).toEqual([]);
        expect(mirror.home()).toEqual({ "RMA1/DBZH": `content of ${stored!.path.slice(20, 22)}` });
        return stored!.path;
      };
      expect((await mirror.run()).outcome).toBe("gaps");
      const first = await whole();
      const gaps = await mirror.gaps();
      expect(gaps.map(({ kind }) => kind)).toEqual(["quarantined", "quarantined"]);
      for (const { reason } of gaps) expect(reason).toMatch(/RMA1\/DBZH/);
      // Trying again changes nothing: the place is taken.
      await mirror.daybook.retry();
      mirror.restart();
      expect((await mirror.run()).outcome).toBe("gaps");
      expect(await whole()).toBe(first);
    },
  );

  it("don't take each other's place, though it was free when all were found", async () => {
    const mirror = new Mirror({
      destinationLayout: "{source}/{field}",
      // One file at a time, while hours are listed beside it.
      transport: (inner) => ({
        capabilities: { ...inner.capabilities, parallelism: 1 },
        list: (directory, options) => inner.list(directory, options),
        read: (path, options) => inner.read(path, options),
        close: () => inner.close(),
      }),
    });
    const first = put(mirror, "2025-01-01T00:05:10Z", "of the first hour");
    const between = put(mirror, "2025-01-01T01:05:10Z", "between", "AAAA");
    put(mirror, "2025-01-01T01:05:10Z", "of the second hour");
    put(mirror, "2025-01-01T02:05:10Z", "of the third hour");
    const turns = (until: () => boolean) =>
      (async () => {
        while (!until()) await new Promise((resolve) => setImmediate(resolve));
      })();
    mirror.transport.faults = {
      onRead: (path) => {
        if (path === first) return { wait: turns(() => mirror.of("slot-visited").length === 3) };
        return path === between ? { wait: turns(() => mirror.of("file-stored").length === 1) } : undefined;
      },
    };
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(mirror.home()).toEqual({ "RMA1/AAAA": "between", "RMA1/DBZH": "of the first hour" });
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["quarantined", "quarantined"]);
  });
});

it("a version that is kept beside the old one takes no place where another program's file stands", async () => {
  const mirror = new Mirror({ source: { onChange: "keep" } });
  const path = put(mirror, "2025-01-01T00:05:10Z", "old");
  await mirror.run();
  const [place] = Object.keys(mirror.home());
  mirror.volume.fromJSON({ [`/home/${place}.v2`]: "mine, do not touch" });
  mirror.tree.put(path, "new!", new Date("2025-01-01T08:00:00Z"));
  const slot = "/L2/RMA1/2025/01/01/00";
  await mirror.store.record([{ kind: "due", source: "RMA1", path: slot, at: new Date(0) }]);
  mirror.restart();
  await mirror.run();
  expect(mirror.home()).toEqual({ [place!]: "old", [`${place}.v2`]: "mine, do not touch" });
  expect(await mirror.files()).toMatchObject([
    { status: "quarantined", reason: expect.stringContaining("another file stands at its place") },
  ]);
});

describe("with years of history", () => {
  const NOW = new Date("2025-06-01T00:30:00Z");
  const SELECTION = "all there is";

  it.each([1, 3])(
    "ten polls cost what %i open hours cost, whether history is a day or a year",
    async (open) => {
      const costs = [];
      for (const days of [1, 30, 365]) {
        const { mirror, store, stop, running } = await withHistory(days * 24, open);
        await mirror.clock.advance(2 * MINUTE);
        const before = costOf(mirror, store);
        await mirror.clock.advance(10 * MINUTE);
        const after = costOf(mirror, store);
        costs.push(
          Object.fromEntries(Object.entries(after).map(([what, n]) => [what, n - (before[what] ?? 0)])),
        );
        stop.abort();
        await mirror.clock.runUntil(running);
      }
      expect(costs[1]).toEqual(costs[0]);
      expect(costs[2]).toEqual(costs[0]);
      // The hour that isn't over, and those that ended less than `lookback` ago, each with the folder it holds.
      expect(costs[0]).toMatchObject({ "commands list": 10 * (1 + 2 * open), "commands read": 0 });
      expect(costs[0]!["rows find"] ?? 0).toBe(0);
    },
  );

  it("a start lists no hour that needs no look, and reads no hour's record more often than once", async () => {
    const { mirror, store, stop, running } = await withHistory(365 * 24, 1);
    await mirror.clock.advance(1000);
    const cost = costOf(mirror, store);
    expect(cost["commands list"]).toBe(3);
    expect(cost["rows slots"]).toBeLessThanOrEqual(365 * 24 + 10);
    expect(cost["calls slots"]).toBeLessThanOrEqual(20);
    expect(cost["rows find"] ?? 0).toBe(0);
    stop.abort();
    await mirror.clock.runUntil(running);
  });

  /** A source whose ledger holds so many hours, complete and not due again, and a run of it that has begun. */
  async function withHistory(hours: number, open: number) {
    const store = new CountingStore();
    const mirror = new Mirror({
      now: NOW.toISOString(),
      store,
      source: {
        start: new Date(Math.floor(NOW.getTime() / HOUR) * HOUR - hours * HOUR),
        end: undefined,
        lookback: open * HOUR,
        selection: SELECTION,
      },
    });
    await store.open();
    const changes: LedgerChange[] = [];
    for (let back = hours; back > 0; back--) {
      const start = new Date(Math.floor(NOW.getTime() / HOUR) * HOUR - back * HOUR);
      const path = `/L2/RMA1/${start.toISOString().slice(0, 13).replaceAll(/[-T]/g, "/")}`;
      const end = new Date(start.getTime() + HOUR);
      const facts = { source: "RMA1", path, start, end, visitedAt: end, listedAt: end };
      const none = { count: 0, names: [] };
      const visit = { ...facts, closed: true, failures: 0, skipped: none, unreadable: none };
      const nextVisitAt = back <= open ? end : undefined;
      changes.push(
        { kind: "visit", visit: { ...visit, listing: "entries", selection: SELECTION, nextVisitAt } },
        ...["DBZH", "VRAD"].map((field) => ({
          kind: "file" as const,
          file: {
            source: "RMA1",
            path: radarPath(start.toISOString(), field),
            slot: path,
            observedAt: start,
            status: "stored" as const,
            size: 1,
            firstSeenAt: end,
            version: 1,
            attempts: 0,
          },
        })),
      );
      if (back <= open) for (const field of ["DBZH", "VRAD"]) put(mirror, start.toISOString(), "x", field);
    }
    mirror.tree.makeDirectory("/L2/RMA1/2025/06/01/00");
    await store.record(changes);
    store.counts.clear();
    const stop = new AbortController();
    // The disk has none of what the ledger says to be stored.
    const running = mirror.daybook.run({ signal: stop.signal, adopt: true });
    return { mirror, store, stop, running };
  }

  function costOf(mirror: Mirror, store: CountingStore): Record<string, number> {
    const { list, read } = mirror.transport.calls;
    return {
      ...Object.fromEntries(store.counts),
      "commands list": list.length,
      "commands read": read.length,
    };
  }
});
