import { DaybookError, MemoryStore, slotState, type LedgerChange, type SourceOptions } from "@daybook/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, Mirror, put } from "./support/mirror.js";

const TEN = { every: 10 * MINUTE };
const FIELDS = ["DBZH", "VRAD"];

/** Three hours of observations every ten minutes, but for what is lost. */
function fill(mirror: Mirror, lost: (time: string, field: string) => boolean = () => false): void {
  for (let at = Date.parse("2025-01-01T00:00Z"); at < Date.parse("2025-01-01T03:00Z"); at += 10 * MINUTE)
    for (const field of FIELDS) {
      const time = new Date(at).toISOString().slice(0, 19);
      if (!lost(time.slice(11, 16), field)) put(mirror, `${time}Z`, undefined, field);
    }
}

const mirrorOf = (expected: SourceOptions["expect"], source: Partial<SourceOptions> = {}) =>
  new Mirror({ source: { expect: expected, ...source } });

describe("an hour that has less than is expected", () => {
  test("is a gap of its own kind, settled, with what is lacking by name", async () => {
    const mirror = mirrorOf({ ...TEN, values: { field: FIELDS } });
    fill(mirror, (time, field) => time === "01:20" || (time === "01:40" && field === "VRAD"));
    expect(await mirror.run()).toMatchObject({ outcome: "gaps" });
    expect(await mirror.gaps()).toEqual([
      {
        source: "RMA1",
        kind: "incomplete",
        slot: "/L2/RMA1/2025/01/01/01",
        start: new Date("2025-01-01T01:00Z"),
        end: new Date("2025-01-01T02:00Z"),
        reason: "01:20, 01:40 VRAD",
        lacking: { count: 2, names: ["01:20", "01:40 VRAD"] },
      },
    ]);
    const [status] = await mirror.daybook.status();
    expect(status!.summary).toMatchObject({ settled: 3, slots: { complete: 2, incomplete: 1 } });
  });

  test("is complete once what was lacking came late", async () => {
    const mirror = mirrorOf(TEN, { end: undefined, start: "2025-01-19T21:00:00Z" });
    const stop = new AbortController();
    for (let minute = 0; minute < 60; minute += 10)
      if (minute !== 30) put(mirror, `2025-01-19T21:${String(minute).padStart(2, "0")}:00Z`);
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(10 * MINUTE);
    expect(await mirror.gaps()).toMatchObject([{ kind: "incomplete", reason: "21:30" }, {}, {}]);
    put(mirror, "2025-01-19T21:30:00Z");
    await mirror.clock.advance(4 * HOUR);
    expect((await mirror.gaps()).filter(({ kind }) => kind === "incomplete")).toEqual([]);
    expect(mirror.of("slot-settled").find(({ before }) => before === "incomplete")).toMatchObject({
      before: "incomplete",
      slot: { state: "complete" },
    });
    stop.abort();
    await mirror.clock.runUntil(running);
  });

  test("is never told complete before it is judged, whenever the run dies", async () => {
    const writes: LedgerChange[][] = [];
    class Recorded extends MemoryStore {
      override async record(...given: Parameters<MemoryStore["record"]>): Promise<void> {
        writes.push([...given[0]]);
        await super.record(...given);
      }
    }
    const mirror = new Mirror({ store: new Recorded(), source: { expect: TEN } });
    fill(mirror, (time) => time === "01:20");
    await mirror.run();
    for (let until = 1; until <= writes.length; until++) {
      const store = new MemoryStore();
      await store.open();
      for (const changes of writes.slice(0, until)) await store.record(changes);
      for await (const slot of store.slots("RMA1", { start: new Date(0) }))
        if (slot.path.endsWith("/01")) expect(slotState(slot)).not.toBe("complete");
    }
  });

  test("counts files that are there and couldn't be fetched as there", async () => {
    const mirror = new Mirror({
      faults: {
        onRead: (path) =>
          path.includes("T012000") ? { fail: new DaybookError("permission", "not for you") } : undefined,
      },
      source: { expect: TEN },
    });
    fill(mirror);
    await mirror.run();
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["quarantined", "quarantined"]);
  });
});

test("another expectation judges what was closed before, without listing it again", async () => {
  const mirror = mirrorOf(undefined);
  fill(mirror, (time) => time === "01:20");
  expect(await mirror.run()).toMatchObject({ outcome: "complete" });
  const listed = mirror.transport.calls.list.length;
  mirror.restart({ source: { expect: TEN } });
  expect(await mirror.run()).toMatchObject({ outcome: "gaps" });
  expect(await mirror.gaps()).toMatchObject([{ kind: "incomplete", reason: "01:20" }]);
  expect(mirror.transport.calls.list.length).toBe(listed);
  mirror.restart({ source: { expect: { every: 20 * MINUTE, tolerance: MINUTE, files: { min: 3 } } } });
  await mirror.run();
  expect(await mirror.gaps()).toMatchObject([{ kind: "incomplete", reason: "01:20" }]);
  mirror.restart({ source: { expect: { files: { min: 3 } } } });
  expect(await mirror.run()).toMatchObject({ outcome: "complete" });
  mirror.restart({ source: { expect: undefined } });
  expect(await mirror.run()).toMatchObject({ outcome: "complete" });
});

test("whatever is lost at the source is named, and nothing that is there, at every start of random histories", async () => {
  const seed = Number(process.env.DAYBOOK_SEED ?? Date.now() % 2 ** 31);
  const runs = Number(process.env.DAYBOOK_EXPECT_HISTORIES ?? 200);
  const steps = Array.from({ length: 18 }, (_, i) =>
    new Date(Date.parse("2025-01-01T00:00Z") + i * 10 * MINUTE).toISOString().slice(11, 16),
  );
  const situations = fc.record({
    lost: fc.uniqueArray(fc.tuple(fc.constantFrom(...steps), fc.constantFrom(...FIELDS)), { maxLength: 10 }),
    late: fc.nat(10),
  });
  await fc.assert(
    fc.asyncProperty(situations, async ({ lost, late }) => {
      const mirror = mirrorOf({ ...TEN, values: { field: FIELDS } });
      const gone = new Set(lost.map(([time, field]) => `${time} ${field}`));
      const named = async () => {
        const gaps = await mirror.gaps();
        return gaps.flatMap(({ kind, slot, lacking }) =>
          kind === "incomplete" ? lacking!.names : kind === "missing" ? [`hour ${slot.slice(-2)}`] : [],
        );
      };
      const owed = () => {
        const hours = ["00", "01", "02"].map((hour) => {
          const own = steps.filter((step) => step.startsWith(hour));
          const lacks = own.flatMap((step) => {
            const fields = FIELDS.filter((field) => gone.has(`${step} ${field}`));
            return fields.length === FIELDS.length ? [step] : fields.map((field) => `${step} ${field}`);
          });
          return lacks.length === own.length && !lacks.some((lack) => lack.includes(" "))
            ? [`hour ${hour}`]
            : lacks;
        });
        return hours.flat();
      };
      fill(mirror, (time, field) => gone.has(`${time} ${field}`));
      await mirror.run();
      expect(await named()).toEqual(owed());
      // Some of it comes late, and somebody asks for the day again.
      for (const key of [...gone].slice(0, late)) {
        gone.delete(key);
        const [time, field] = key.split(" ") as [string, string];
        put(mirror, `2025-01-01T${time}:00Z`, undefined, field);
      }
      await mirror.daybook.retry({ paths: ["00", "01", "02"].map((hour) => `/L2/RMA1/2025/01/01/${hour}`) });
      await mirror.run();
      expect(await named()).toEqual(owed());
    }),
    { seed, numRuns: runs },
  );
}, 120_000);
