import { type DaybookError, doneMarker, template, type ReadinessRule } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { CountingBatches } from "./support/counting-batches.js";
import { error } from "./support/made-up.js";
import { collect, Mirror } from "./support/mirror.js";

const HOUR = "/L/2025/01/01/00";
const layout = template("/L/{yyyy}/{MM}/{dd}/{HH}/{name}.dat");
const source = { layout, end: "2025-01-01T01:00:00Z" };
const T = new Date("2025-01-01T00:30:00Z");

const never: ReadinessRule = () => "it never is";
const name = (i: number) => `n${String(i).padStart(6, "0")}`;

function files(mirror: Mirror, count: number, folder = HOUR): void {
  for (let i = 0; i < count; i++) mirror.tree.put(`${folder}/${name(i)}.dat`, `data ${i}`, T);
}

function planted(mirror: Mirror, count: number): void {
  const entries = Array.from({ length: count }, (_, i) => ({
    name: `${name(i)}.dat`,
    type: "file" as const,
    size: 5,
    modifiedAt: T,
  }));
  mirror.tree.plant(HOUR, entries);
}

describe("a folder of very many files", () => {
  it("is judged, looked up and recorded a thousand at a time", async () => {
    const store = new CountingBatches();
    const mirror = new Mirror({ store, source: { ...source, ready: never } });
    planted(mirror, 130_000);
    await mirror.run({ once: true });
    const { slots, files } = await store.summarize({ source: "RMA1" });
    expect({ slots, files }).toMatchObject({ files: { pending: 130_000 }, slots: { partial: 1 } });
    expect(store.largest.files).toBeLessThanOrEqual(1000);
    expect(store.largest.record).toBeLessThanOrEqual(2000);
  });

  it("is planned without being kept", async () => {
    const mirror = new Mirror({ source });
    planted(mirror, 130_000);
    const [slot] = await collect(mirror.daybook.plan());
    expect(slot).toMatchObject({ files: 130_000, bytes: 650_000, waiting: 0 });
    expect(slot!.fetch).toHaveLength(1000);
  });

  it("comes home whole, each file asked for once", async () => {
    const mirror = new Mirror({ source });
    files(mirror, 3_456);
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
    expect(mirror.transport.calls.read).toHaveLength(3_456);
    expect(Object.keys(mirror.home())).toHaveLength(3_456);
    expect(mirror.transport.calls.list).toHaveLength(1);
  });

  it.each([1, 2, 3])("costs nothing when the program is killed at its record %d", async (records) => {
    const store = new CountingBatches();
    const mirror = new Mirror({ store, source });
    files(mirror, 3_456);
    store.records = records;
    expect(await mirror.run()).toMatchObject({ outcome: "failed" });
    expect((await store.summarize({ source: "RMA1" })).settled).toBe(0);
    const [slot] = await collect(store.slots("RMA1", { start: T }));
    expect(slot!.nextVisitAt!.getTime()).toBeLessThanOrEqual(mirror.clock.now().getTime());
    store.records = Infinity;
    mirror.restart();
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
    expect(Object.keys(mirror.home())).toHaveLength(3_456);
  });

  it("is counted once though its entries come twice", async () => {
    const mirror = new Mirror({
      source,
      transport: (inner) => ({
        capabilities: inner.capabilities,
        async list(directory, options) {
          await inner.list(directory, options);
          return inner.list(directory, options);
        },
        read: (path, options) => inner.read(path, options),
        close: () => inner.close(),
      }),
    });
    files(mirror, 2_500);
    expect(await mirror.run()).toMatchObject({
      outcome: "complete",
      sources: [{ fetched: { files: 2_500 } }],
    });
    expect(mirror.of("slot-visited")[0]).toMatchObject({ found: 2_500 });
    expect(mirror.transport.calls.read).toHaveLength(2_500);
  });

  it("waits for no marker that comes later in the same listing", async () => {
    const mirror = new Mirror({ source: { ...source, ready: doneMarker(".ok") } });
    files(mirror, 1_500);
    for (let i = 0; i < 1_500; i++) mirror.tree.put(`${HOUR}/${name(i)}.dat.ok`, "", T);
    await mirror.run({ once: true });
    expect(Object.keys(mirror.home())).toHaveLength(1_500);
  });

  it("lets none of two files have one place, however far apart they are listed", async () => {
    const below = template("/L/{yyyy}/{MM}/{dd}/{HH}/{part}/{name}.dat");
    const mirror = new Mirror({ source: { ...source, layout: below }, destinationLayout: "{source}/{name}" });
    files(mirror, 1_200, `${HOUR}/a`);
    for (const part of ["a", "b"]) mirror.tree.put(`${HOUR}/${part}/n000000.dat`, `of ${part}`, T);
    expect(await mirror.run()).toMatchObject({ outcome: "gaps" });
    const refused = (await mirror.gaps()).filter(({ kind }) => kind === "quarantined");
    expect(refused.map(({ path }) => path)).toEqual([`${HOUR}/a/n000000.dat`, `${HOUR}/b/n000000.dat`]);
    expect(Object.keys(mirror.home())).toHaveLength(1_199);
  });

  it("tells thousands that left it before they could be fetched", async () => {
    const store = new CountingBatches();
    const mirror = new Mirror({ store, source: { ...source, ready: never } });
    files(mirror, 2_500);
    await mirror.run({ once: true });
    for (let i = 1; i < 2_500; i++) mirror.tree.remove(`${HOUR}/${name(i)}.dat`);
    await mirror.clock.advance(60_000);
    await mirror.run({ once: true });
    expect((await store.summarize({ source: "RMA1" })).files).toMatchObject({ pending: 1, gone: 2_499 });
    expect(store.largest.record).toBeLessThanOrEqual(2001);
  });
});

describe("an hour one of whose folders fails", () => {
  const below = template("/L/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/{name}.dat");
  const scans = ["0000", "0010", "0020", "0030"].map((scan) => `${HOUR}/${scan}`);

  function mirrorOf(broken: () => DaybookError | undefined, connections = 4) {
    const onList = (path: string) => {
      const fail = path === scans[1] ? broken() : undefined;
      return fail && { fail };
    };
    const mirror = new Mirror({ connections, faults: { onList }, source: { ...source, layout: below } });
    for (const scan of scans) mirror.tree.put(`${scan}/x.dat`, `of ${scan}`, T);
    return mirror;
  }

  it.each([
    ["busy", 4],
    ["timeout", 1],
    ["cut-short", 2],
    ["protocol", 1],
    ["network", 4],
  ] as const)("with %s has its neighbours' files, and is not settled", async (kind, connections) => {
    const mirror = mirrorOf(() => error(kind), connections);
    await mirror.run({ once: true });
    expect(Object.keys(mirror.home())).toHaveLength(3);
    const [gap] = await mirror.gaps();
    expect(gap).toMatchObject({ kind: "failed" });
    expect(gap!.reason).toContain(`${scans[1]} could not be listed`);
    expect(mirror.of("host-down")).toHaveLength(0);
  });

  it("is asked again soon, and complete once that folder can be listed", async () => {
    let left = 3;
    const mirror = mirrorOf(() => (left-- > 0 ? error("busy") : undefined));
    expect(await mirror.run({}, 3_600_000)).toMatchObject({ outcome: "complete" });
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect(mirror.transport.calls.read).toHaveLength(4);
  });

  it("takes no file of that folder for gone", async () => {
    let broken = false;
    const mirror = mirrorOf(() => (broken ? error("timeout") : undefined));
    mirror.transport.faults = {
      ...mirror.transport.faults,
      onRead: (path) => (path.startsWith(scans[1]!) ? { fail: error("network") } : undefined),
    };
    await mirror.run({ once: true });
    broken = true;
    await mirror.clock.advance(60_000);
    await mirror.run({ once: true });
    const [slot] = await collect(mirror.store.slots("RMA1", { start: T }));
    expect(slot).toMatchObject({
      state: "failed",
      settled: false,
      files: { stored: 3, pending: 1, gone: 0 },
    });
  });

  it("isn't asked folder by folder once the server is gone", async () => {
    let gone = false;
    const mirror = mirrorOf(() => undefined, 1);
    for (let i = 0; i < 50; i++) mirror.tree.put(`${HOUR}/01${String(i).padStart(2, "0")}/x.dat`, "x", T);
    mirror.transport.faults = {
      onList: (path) => {
        if (path === HOUR) gone = true;
        return gone && path !== HOUR ? { fail: error("timeout") } : undefined;
      },
    };
    await mirror.run({ once: true });
    expect(mirror.transport.calls.list.length).toBeLessThan(10);
  });
});
