import { createDaybook, localDestination, memoryStore, MemoryStore, template } from "@daybook/core";
import { expect, it, onTestFinished } from "vitest";

const MINUTE = 60_000;
const BEGIN = Date.parse("2025-01-01T12:00Z");
const FIRST_LOOK = new Date("2025-03-01T00:00:30Z");

/** What is told of a file a minute, all history, that arrived as given. */
async function delaysOf(arrivals: readonly ((observedAt: number) => Date | undefined)[]) {
  const store = new MemoryStore();
  const layout = template("/s/{yyyy}/{MM}/{dd}/{HH}/{yyyy}{MM}{dd}T{HH}{mm}.BUFR");
  const range = { start: new Date(BEGIN), end: new Date(BEGIN + arrivals.length * MINUTE) };
  const daybook = createDaybook({
    plugins: [memoryStore(store), localDestination({ path: "/nowhere" })],
    sources: [{ name: "s", plugins: [], layout, ...range }],
  });
  onTestFinished(() => daybook.close());
  await store.open();
  const slots = [...layout.slots(range)];
  const files = arrivals.map((arrival, i) => {
    const observedAt = new Date(BEGIN + i * MINUTE);
    const slot = slots.find(({ start, end }) => start <= observedAt && observedAt < end!)!.path;
    return { path: `${slot}/${i}.BUFR`, slot, observedAt, modifiedAt: arrival(observedAt.getTime()) };
  });
  const none = { count: 0, names: [] };
  const visit = {
    source: "s",
    listing: "entries",
    visitedAt: FIRST_LOOK,
    closed: true,
    failures: 0,
  } as const;
  await store.record(
    slots.map((slot) => ({ kind: "visit", visit: { ...visit, ...slot, skipped: none, unreadable: none } })),
  );
  const stored = { source: "s", status: "stored", version: 1, attempts: 0, firstSeenAt: FIRST_LOOK } as const;
  await store.record(files.map((file) => ({ kind: "file", file: { ...stored, ...file } })));
  return (await daybook.delays())[0]!;
}

const after = (ms: number) => (observedAt: number) => new Date(observedAt + ms);
const dayOnly = (observedAt: number) =>
  new Date(Math.floor((observedAt + 12 * 60 * MINUTE) / 86_400_000) * 86_400_000);
const repeated = <T>(times: number, ...of: T[]): T[] => Array.from({ length: times }, () => of).flat();

it("measures no file whose time at the server is exact to the day, and suggests nothing by it", async () => {
  const onItsDay = (observedAt: number) => new Date(Math.floor(observedAt / 86_400_000) * 86_400_000);
  const found = await delaysOf(repeated(60, onItsDay, dayOnly));
  expect(found).toMatchObject({ files: 0, unknown: 120 });
  expect(found.since).toBeUndefined();
  expect(found.median).toBeUndefined();
  expect(found.suggestedLookback).toBeUndefined();
});

it("measures files among others of which nothing is known", async () => {
  const times = [dayOnly, () => undefined, after(7 * MINUTE), after(9 * MINUTE)];
  const found = await delaysOf(repeated(50, ...times));
  expect(found).toMatchObject({ files: 100, unknown: 100, median: 7 * MINUTE, longest: 9 * MINUTE });
  expect(found.since).toEqual(new Date(BEGIN + 2 * MINUTE));
  expect(found.suggestedLookback).toBe(10 * MINUTE);
});

it("takes what came before its observation for unknown, unless a clock or a listing without seconds explains it", async () => {
  const found = await delaysOf([after(-60 * MINUTE), after(-3 * MINUTE), after(-MINUTE), after(5 * MINUTE)]);
  expect(found).toMatchObject({ files: 2, unknown: 2, median: 0, longest: 5 * MINUTE });
});
