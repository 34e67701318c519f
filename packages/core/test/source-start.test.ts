import {
  DaybookError,
  DestinationToken,
  InspectorToken,
  MemoryStore,
  TransportToken,
  type LocalDestination,
  type LocalFs,
  type StateStore,
} from "@daybook/core";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { HOUR, Mirror, MINUTE, threeHours } from "./support/mirror.js";

const TWO = [{ name: "one" }, { name: "two" }];

/** A disk that is in trouble from the start, while told so. */
function onDisk(mirror: Mirror, trouble: () => string | undefined): void {
  const fail = (name: "mkdirSync" | "openSync") =>
    ((...args: never[]) => {
      const code = trouble();
      if (code) throw Object.assign(new Error(code), { code });
      return (mirror.fs[name] as (...all: never[]) => unknown)(...args);
    }) as never;
  const fs: LocalFs = { ...bound(mirror.fs), mkdirSync: fail("mkdirSync"), openSync: fail("openSync") };
  mirror.restart({ fs });
}

describe("a destination that can't be opened when a run begins", () => {
  it.each(["ENOSPC", "EACCES", "EROFS", "EIO"])(
    "(%s) makes all its sources wait, is told once, and heals by itself",
    async (code) => {
      let away = true;
      const mirror = new Mirror({ sources: TWO });
      onDisk(mirror, () => (away ? code : undefined));
      threeHours(mirror);
      const running = mirror.daybook.run();
      await mirror.clock.advance(HOUR);
      expect(mirror.of("source-failed")).toEqual([]);
      expect(mirror.of("source-paused")).toMatchObject([{ because: "destination" }]);
      expect(mirror.transport.calls.list).toEqual([]);
      away = false;
      await mirror.clock.advance(5 * MINUTE);
      expect((await mirror.clock.runUntil(running)).outcome).toBe("complete");
      expect(mirror.of("source-resumed")).toMatchObject([{ because: "destination" }]);
      expect(Object.keys(mirror.home())).toHaveLength(12);
    },
  );

  it("fails a run that looks once, which says why", async () => {
    const mirror = new Mirror();
    onDisk(mirror, () => "ENOSPC");
    const { sources } = await mirror.run({ once: true });
    expect(sources).toMatchObject([{ outcome: "failed", error: { kind: "no-space" } }]);
    expect(mirror.of("source-paused")).toEqual([]);
  });

  it("lets go of the source when the run is stopped meanwhile", async () => {
    const mirror = new Mirror();
    onDisk(mirror, () => "ENOSPC");
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(MINUTE);
    stop.abort();
    expect((await mirror.clock.runUntil(running)).outcome).toBe("stopped");
    expect(await mirror.store.leaseHolder("crawl:RMA1", mirror.clock.now())).toBeUndefined();
  });
});

describe("a ledger that fails when a source begins", () => {
  const withLedger = (failing: () => boolean) => {
    const inner = new MemoryStore();
    const lease: StateStore["lease"] = async (...args) => {
      if (failing()) throw new DaybookError("store", "made up: away");
      return inner.lease(...args);
    };
    return new Mirror({ store: { ...bound<StateStore>(inner), lease } });
  };

  it("makes it wait, is told once, and heals by itself", async () => {
    let away = true;
    const mirror = withLedger(() => away);
    threeHours(mirror);
    const running = mirror.daybook.run();
    await mirror.clock.advance(HOUR);
    expect(mirror.of("source-paused")).toMatchObject([{ source: "RMA1", because: "ledger" }]);
    away = false;
    await mirror.clock.advance(2 * MINUTE);
    expect((await mirror.clock.runUntil(running)).outcome).toBe("complete");
    expect(mirror.of("source-resumed")).toMatchObject([{ source: "RMA1", because: "ledger" }]);
  });

  it("fails a run that looks once", async () => {
    const { sources } = await withLedger(() => true).run({ once: true });
    expect(sources).toMatchObject([{ outcome: "failed", error: { kind: "store", detail: "made up: away" } }]);
  });
});

describe("an adapter that can't be made", () => {
  it.each([
    ["transport", TransportToken],
    ["destination", DestinationToken],
    ["inspector", InspectorToken],
  ])("(%s) fails its own source, and no other", async (_what, provides) => {
    const mirror = new Mirror({ sources: TWO });
    threeHours(mirror);
    const create = () => {
      throw new TypeError("made up: can't be made");
    };
    const [one, two] = mirror.sourceOptions();
    const others = one!.plugins.filter((plugin) => plugin.provides !== provides);
    const broken = { name: "broken", provides, create };
    mirror.restart({ sources: [{ ...one!, plugins: [...others, broken] }, two!] });
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("failed");
    expect(sources.map(({ name, outcome: own }) => [name, own]).sort()).toEqual([
      ["one", "failed"],
      ["two", "complete"],
    ]);
    expect(mirror.of("source-failed")).toMatchObject([
      { source: "one", error: { detail: "made up: can't be made" } },
    ]);
    expect(Object.keys(mirror.home())).toHaveLength(6);
  });

  it("fails the run where there is nothing else to do", async () => {
    const mirror = new Mirror();
    const [source] = mirror.sourceOptions();
    const broken = {
      name: "broken",
      provides: DestinationToken,
      create: (): LocalDestination => {
        throw new DaybookError("config", "made up: no such place");
      },
    };
    mirror.restart({ sources: [{ ...source!, plugins: [...source!.plugins, broken] }] });
    await expect(mirror.run()).rejects.toMatchObject({ kind: "config", detail: "made up: no such place" });
  });
});
