import { createHash } from "node:crypto";
import {
  ClockToken,
  createDaybook,
  localDestination,
  MemoryStore,
  StateStoreToken,
  template,
  type FileStatus,
  type LedgerChange,
  type ListingOutcome,
  type PathLayout,
  type SlotGlimpse,
  type StateStore,
} from "@daybook/core";
import { FakeClock } from "@daybook/testing";
import { expect, it } from "vitest";
import { CountingStore } from "./support/counting-store.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BEGIN = Date.parse("2025-02-20T00:00Z");
const NOW = BEGIN + 10 * DAY + 0.5 * HOUR;
const TEMPLATES = ["/a/{yyyy}/{MM}/{dd}/{HH}/{n}", "/a/{yy}{DDD}/{HH}h{HH}/{n}", "/a/{yyyy}/{DDD}/{n}"];
const LISTINGS: readonly ListingOutcome[] = ["entries", "empty", "missing", "failed", "truncated"];

/** Numbers from 0 to below 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Hours that were listed one way or the other or not at all, and records that are none of the layout's. */
function* randomChanges(layout: PathLayout, random: () => number): Iterable<LedgerChange> {
  const none = { count: 0, names: [] };
  const chance = (p: number) => random() < p;
  const visit = (path: string, start: Date, end: Date | undefined): LedgerChange => ({
    kind: "visit",
    visit: {
      source: "s",
      path,
      start,
      end,
      listing: LISTINGS[Math.floor(random() * LISTINGS.length)]!,
      visitedAt: new Date(NOW),
      listedAt: new Date(NOW),
      closed: chance(0.8),
      failures: 0,
      selection: chance(0.9) ? "all" : "less",
      skipped: none,
      unreadable: none,
    },
  });
  const holes = random() * 0.3;
  for (const { path, start, end } of layout.slots({ start: new Date(BEGIN), end: new Date(NOW) })) {
    if (chance(holes)) continue;
    const moved = chance(0.05) ? Math.floor((random() - 0.5) * DAY) : 0;
    yield visit(path, new Date(start.getTime() + moved), chance(0.05) ? undefined : end);
    if (chance(0.05)) yield visit(`/other${path}`, start, end);
    for (const status of ["stored", "quarantined", "gone", "pending"] as const) {
      if (!chance(0.3)) continue;
      yield fileOf(path, status, start);
    }
  }
}

const START = new Date(BEGIN + HOUR / 2);

function daybookOf(store: StateStore, layout: PathLayout, end: Date | undefined, start = START) {
  return createDaybook({
    plugins: [
      { name: "store", provides: StateStoreToken, create: () => store },
      localDestination({ path: "/nowhere" }),
      { name: "clock", provides: ClockToken, create: () => new FakeClock(new Date(NOW)) },
    ],
    sources: [{ name: "s", plugins: [], layout, start, end, selection: "all" }],
  });
}

/** The same ledger, whose glimpses come in no order that helps. */
class Backwards extends MemoryStore {
  override async *glimpses(...query: Parameters<StateStore["glimpses"]>): AsyncIterable<SlotGlimpse> {
    const all: SlotGlimpse[] = [];
    for await (const one of super.glimpses(...query)) all.push(one);
    yield* all.reverse();
  }
}

const WORSE = "-.coempuf";

/** The letters by what is told of each slot. */
async function bySlots(
  daybook: ReturnType<typeof daybookOf>,
  end: Date | undefined,
  start = START,
): Promise<string> {
  const begin = Math.floor(start.getTime() / DAY) * DAY;
  const letters = Array.from(
    { length: Math.ceil((Math.min(end?.getTime() ?? NOW, NOW) - begin) / DAY) * 24 },
    () => "-",
  );
  const mark = (start: number, end: number, letter: string) => {
    for (const i of letters.keys())
      if (begin + i * HOUR < end && begin + (i + 1) * HOUR > start)
        if (WORSE.indexOf(letters[i]!) < WORSE.indexOf(letter)) letters[i] = letter;
  };
  if (end === undefined || end.getTime() > NOW) mark(NOW, end?.getTime() ?? Infinity, ".");
  for await (const { start, end, state, over, record } of daybook.slots()) {
    const lost = (record?.files.gone ?? 0) + (record?.files.quarantined ?? 0) > 0;
    const waits = state === "unseen" || state === "open";
    const said = waits ? (over ? "unseen" : "open") : state === "complete" && lost ? "partial" : state;
    mark(start.getTime(), end!.getTime(), said[0]!);
  }
  return letters.join("");
}

it("hours are told the same whether slots and records meet in order or not, and as slot by slot", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const layout = template(TEMPLATES[seed % TEMPLATES.length]!);
    const end = random() < 0.5 ? undefined : new Date(BEGIN + Math.ceil(random() * 12 * 24 + 1) * (HOUR / 2));
    const told: string[] = [];
    for (const store of [new MemoryStore(), new Backwards()]) {
      await store.open();
      await store.record([...randomChanges(layout, randomFrom(seed))]);
      const daybook = daybookOf(store, layout, end);
      const [found] = await daybook.availability();
      told.push(found!.days.join(""), await bySlots(daybook, end));
      await daybook.close();
    }
    for (const letter of told[0]!) seen.add(letter);
    expect(told, `seed ${seed}`).toEqual(told.map(() => told[1]));
  }
  expect([...seen].sort().join("")).toBe([...WORSE].sort().join(""));
});

const digestOf = ({ key }: PathLayout) => createHash("sha256").update(key!).digest("hex").slice(0, 12);

/** What a crawl leaves behind that has planned up to some day: a record for each slot until then, and for some after. */
function* crawled(
  layout: PathLayout,
  start: Date,
  until: Date,
  random: () => number,
): Iterable<LedgerChange> {
  const none = { count: 0, names: [] };
  let slots = 0;
  for (const slot of layout.slots({ start, end: new Date(NOW) })) {
    const { path, end } = slot;
    if (slot.start < until) slots++;
    else if (random() < 0.3) continue;
    const listing = random() < 0.9 ? "entries" : LISTINGS[Math.floor(random() * LISTINGS.length)]!;
    const times = { visitedAt: new Date(NOW), listedAt: new Date(NOW), closed: random() < 0.95, failures: 0 };
    const visit = {
      source: "s",
      path,
      start: slot.start > start ? slot.start : start,
      end,
      listing,
      ...times,
    };
    yield { kind: "visit", visit: { ...visit, selection: "all", skipped: none, unreadable: none } };
    for (const status of ["stored", "gone", "quarantined"] as const) {
      if (random() > (status === "stored" ? 0.9 : 0.1)) continue;
      yield fileOf(path, status, slot.start);
    }
  }
  const stretch = { layout: digestOf(layout), selection: "all", start, end: until, slots };
  yield { kind: "planned", source: "s", stretch };
}

it("hours of a long stretch whose slots all have records are told from those that are amiss, and are the same", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomFrom(seed);
    const layout = template(TEMPLATES[seed % TEMPLATES.length]!);
    const start = new Date(BEGIN - 90 * DAY + HOUR / 2);
    const store = new CountingStore();
    await store.open();
    await store.record([...crawled(layout, start, new Date(BEGIN), random)]);
    const daybook = daybookOf(store, layout, undefined, start);
    const [found] = await daybook.availability();
    const read = store.counts.get("rows glimpses");
    expect(found!.days.join(""), `seed ${seed}`).toBe(await bySlots(daybook, undefined, start));
    expect(read, `seed ${seed}`).toBeLessThan(0.7 * store.counts.get("rows slots")!);
    await daybook.close();
  }
});

it.each([...TEMPLATES, "/a/{yyyy}/{MM}/{n}", "/a/{yy}/{n}"])(
  "%s says how many slots there are without making them",
  (text) => {
    const random = randomFrom(7);
    for (let i = 0; i < 40; i++) {
      const start =
        Date.UTC(1979, 0, 1) + Math.floor(random() * 5) * 0.5 * HOUR + Math.floor(random() * 900) * DAY;
      const range = {
        start: new Date(start),
        end: new Date(start + Math.floor(random() * 200) * (HOUR / 2)),
      };
      const slots = template(text).slots(range);
      expect(slots.length, JSON.stringify(range)).toBe([...slots].length);
    }
    expect(template(text).slots({ start: new Date(BEGIN), end: new Date(BEGIN) })).toHaveLength(0);
  },
);

/** A slot's file, named after what has become of it. */
function fileOf(slot: string, status: FileStatus, at: Date): LedgerChange {
  const file = { source: "s", path: `${slot}/${status}`, slot, status, size: 1, version: 1, attempts: 0 };
  return { kind: "file", file: { ...file, observedAt: at, firstSeenAt: at } };
}
