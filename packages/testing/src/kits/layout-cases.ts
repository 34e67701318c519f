import assert from "node:assert/strict";
import { contains, overlaps, type PathLayout, type Slot, type TimeRange } from "@daybook/core";
import type { ContractCase } from "./contract-case.js";
import { hostilePaths } from "./hostile-paths.js";

export interface LayoutSample {
  readonly path: string;
  /** Left out where the path says nothing of time. */
  readonly observedAt?: Date;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface LayoutTraits {
  /** The one under test; layouts are pure, so all cases share it. */
  readonly layout: PathLayout;
  /** Paths of the layout and what is to be read from them, within `range` where they have a time. At least one. */
  readonly samples: readonly LayoutSample[];
  /** Paths that look much like the layout's and aren't. At least one. */
  readonly foreign: readonly string[];
  /** With an end; best a few slots long, beginning and ending inside one. */
  readonly range: TimeRange & { readonly end: Date };
}

/** What every `PathLayout` keeps to. The cases need no fixture. */
export function layoutCases({ layout, samples, foreign, range }: LayoutTraits): ContractCase<void>[] {
  const slots = (start: Date | number, end: Date | number) => [
    ...layout.slots({ start: new Date(start), end: new Date(end) }),
  ];
  const ofRange = () => slots(range.start, range.end);
  const home = ({ path, observedAt }: LayoutSample): Slot => {
    const around = observedAt ? slots(observedAt, observedAt.getTime() + 1) : ofRange();
    const holding = around.filter((slot) => isBelow(slot.path, path));
    assert.equal(holding.length, 1, `${path} lies in ${holding.length} slots, not one`);
    return holding[0]!;
  };

  const cases: Record<string, () => void> = {
    "the kit is given samples, foreign paths, and a range that has slots"() {
      assert.ok(samples.length > 0, "no samples");
      assert.ok(foreign.length > 0, "no foreign paths");
      assert.ok(ofRange().length > 0, "no slots in the range");
      for (const { path, observedAt } of samples) {
        assert.ok(observedAt === undefined || contains(range, observedAt), `${path} lies outside the range`);
      }
    },
    "slots come oldest first, without overlap or hole"() {
      const all = ofRange();
      for (const [i, slot] of all.entries()) {
        assert.ok(slot.end === undefined || slot.end > slot.start, `${slot.path} is over before it begins`);
        const next = all[i + 1];
        if (next)
          assert.deepEqual(slot.end, next.start, `${next.path} doesn't begin where ${slot.path} ends`);
      }
    },
    "slots cover the whole range and nothing that shares no instant with it"() {
      const all = ofRange();
      for (const slot of all) assert.ok(overlaps(slot, range), `${slot.path} lies outside the range`);
      assert.ok(all[0]!.start <= range.start, "the range begins before its first slot");
      const end = all.at(-1)!.end;
      assert.ok(end === undefined || end >= range.end, "the range goes on after its last slot");
    },
    "an empty range has no slots"() {
      assert.deepEqual(slots(range.start, range.start), []);
    },
    "adjacent ranges share no slot but the one their border runs through"() {
      const all = ofRange();
      const edges = all.flatMap(({ start, end }) => [
        start.getTime(),
        start.getTime() + 1,
        (end ?? start).getTime() - 1,
      ]);
      const middle = (range.start.getTime() + range.end.getTime()) / 2;
      for (const border of [...edges, Math.floor(middle)]) {
        if (border <= range.start.getTime() || border >= range.end.getTime()) continue;
        const before = slots(range.start, border);
        const after = slots(border, range.end);
        const at = new Date(border).toISOString();
        const shared = before.filter(({ path }) => after.some((slot) => slot.path === path));
        const through = all.filter(
          ({ start, end }) => start.getTime() < border && !(end && end.getTime() <= border),
        );
        assert.deepEqual(shared, through, `ranges that meet at ${at} share other slots`);
        const joined = [...before, ...after.filter(({ path }) => !shared.some((slot) => slot.path === path))];
        assert.deepEqual(joined, all, `ranges that meet at ${at} have other slots than the whole`);
      }
    },
    "an endless range has the same slots, and gives them one at a time"() {
      const all = ofRange();
      const taken: Slot[] = [];
      for (const slot of layout.slots({ start: range.start })) {
        taken.push(slot);
        if (taken.length === all.length) break;
      }
      assert.deepEqual(taken, all);
    },
    "slots have absolute paths below the root, each its own"() {
      const paths = ofRange().map(({ path }) => path);
      assert.equal(new Set(paths).size, paths.length, "two slots have the same path");
      const root = layout.root ?? "/";
      for (const path of paths) {
        assert.match(path, /^\/$|^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/, `${path} is no normalised path`);
        assert.ok(path === root || isBelow(root, path), `${path} isn't below ${root}`);
      }
    },
    "asked twice, a layout says the same, whatever was done to its answers"() {
      const iterable = layout.slots(range);
      const first = [...iterable];
      const copy = structuredClone(first);
      assert.deepEqual([...iterable], copy, "slots() can't be gone through twice");
      if (iterable.length !== undefined)
        assert.equal(iterable.length, copy.length, "slots() says another number of slots than it gives");
      if (iterable.gapless)
        for (const [i, { start }] of copy.slice(1).entries())
          assert.deepEqual(start, copy[i]!.end, "slots() says that it leaves no gap, and leaves one");
      for (const { start, end } of first) for (const date of [start, end]) date?.setTime(1);
      assert.deepEqual(ofRange(), copy, "slots() gives other slots the second time");
      for (const { path } of samples) {
        const read = layout.parse(path);
        const kept = structuredClone(read);
        read?.observedAt?.setTime(1);
        if (read && !Object.isFrozen(read.attributes)) Object.assign(read.attributes, { kit: "was here" });
        assert.deepEqual(layout.parse(path), kept, `parse() says otherwise of ${path} the second time`);
      }
    },
    "every sample is read: its time and its attributes, as they are written"() {
      for (const { path, observedAt, attributes } of samples) {
        const read = layout.parse(path);
        assert.ok(read, `${path} is taken for foreign`);
        assert.deepEqual(read.observedAt, observedAt, `the time of ${path}`);
        assert.deepEqual({ ...read.attributes }, { ...attributes }, `the attributes of ${path}`);
      }
    },
    "every sample belongs to one slot, which contains its time"() {
      for (const sample of samples) {
        const slot = home(sample);
        const { observedAt } = sample;
        if (observedAt === undefined) continue;
        assert.ok(contains(slot, observedAt), `${sample.path} wasn't observed in ${slot.path}`);
        const inRange = ofRange().filter(({ path }) => isBelow(path, sample.path));
        assert.deepEqual(inRange, [slot], `${sample.path} has another slot in the whole range`);
      }
    },
    "every directory between a slot and its sample is entered"() {
      for (const sample of samples) {
        const slot = home(sample);
        for (const directory of between(slot.path, sample.path)) {
          assert.equal(layout.enters(slot, directory), true, `${directory} isn't entered`);
          if (sample.observedAt === undefined) continue;
          const moment = { start: sample.observedAt, end: new Date(sample.observedAt.getTime() + 1) };
          const why = `${directory} isn't entered for the moment of ${sample.path}`;
          assert.equal(layout.enters(slot, directory, moment), true, why);
        }
      }
    },
    "no directory outside the slot is entered"() {
      for (const sample of samples) {
        const slot = home(sample);
        const others = ofRange().filter(({ path }) => path !== slot.path);
        for (const other of others) {
          for (const directory of [slot.path, ...between(slot.path, sample.path)]) {
            assert.equal(layout.enters(other, directory), false, `${other.path} enters ${directory}`);
          }
        }
        if (slot.path === "/") continue;
        for (const directory of ["/", `${slot.path}x`, `${slot.path}x/y`]) {
          assert.equal(layout.enters(slot, directory), false, `${slot.path} enters ${directory}`);
        }
      }
    },
    "foreign paths are skipped"() {
      for (const path of foreign)
        assert.equal(layout.parse(path), undefined, `${path} is taken for the layout's`);
    },
    "hostile paths are answered, never thrown at"() {
      const slot = home(samples[0]!);
      for (const path of samples.flatMap((sample) => hostilePaths(sample.path))) {
        assert.doesNotThrow(() => layout.parse(path), `parse(${JSON.stringify(path.slice(0, 100))})`);
        assert.doesNotThrow(() => layout.enters(slot, path), `enters(${JSON.stringify(path.slice(0, 100))})`);
      }
    },
  };
  return Object.entries(cases).map(([name, run]) => ({ name, run: async () => run() }));
}

function isBelow(directory: string, path: string): boolean {
  return path.startsWith(directory === "/" ? "/" : `${directory}/`);
}

/** The directories below the first path on the way to the second. */
function between(directory: string, path: string): string[] {
  const names = path.slice(directory === "/" ? 1 : directory.length + 1).split("/");
  const base = directory === "/" ? "" : directory;
  return names.slice(0, -1).map((_, i) => `${base}/${names.slice(0, i + 1).join("/")}`);
}
