import type { Observation } from "../layout/path-layout.js";
import { comparable } from "../layout/select.js";
import type { TimeRange } from "../time/range.js";
import type { Expectation } from "./expectation.js";

/** Something that a slot owes and hasn't got. */
export interface Lack {
  /** When it should have been observed; where it is a count, the begin of the hour or slot. UTC. */
  readonly at: Date;
  /** What, in a few words: "12:40", "12:40 VRAD", "13:00 to 14:00: 1 of 12 files". */
  readonly what: string;
}

/** A file that is at the source, whether it is home yet or not. */
export interface JudgedFile {
  readonly observation: Observation;
  /** Absolute remote path. */
  readonly path: string;
  /** Bytes. */
  readonly size?: number;
}

interface Group {
  readonly at: number;
  readonly common: readonly string[];
  readonly there: Set<string>;
}

const HOUR = 3_600_000;

/** Judges one slot: takes its files, one by one, and then tells what is lacking. */
export class Judge {
  readonly #expectation: Expectation;
  readonly #window: { readonly start: Date; readonly end: Date };
  #count = 0;
  readonly #hours = new Map<number, number>();
  /** Steps at which something was observed. */
  readonly #steps = new Set<number>();
  readonly #groups = new Map<string, Group>();
  readonly #odd: Lack[] = [];

  /** Only what lies in `window` is judged: what a range leaves out is owed by nobody. */
  constructor(expectation: Expectation, window: { readonly start: Date; readonly end: Date }) {
    this.#expectation = expectation;
    this.#window = window;
  }

  add({ observation, path, size }: JudgedFile): void {
    const { observedAt } = observation;
    const at = observedAt?.getTime();
    if (at !== undefined) this.#noteStep(at);
    // What lies beyond may be a step of this slot, seen a little early or late; all else of it is a neighbour's.
    if (at !== undefined && (at < this.#window.start.getTime() || at >= this.#window.end.getTime())) return;
    this.#count++;
    if (at !== undefined) {
      const hour = Math.floor(at / HOUR);
      if (this.#expectation.files?.per === "hour") this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
    }
    this.#noteValue(observation, at ?? this.#window.start.getTime());
    this.#noteSize(path, at, size);
  }

  /** What is lacking, in the order of time. */
  lacks(): Lack[] {
    const all = [...this.#odd, ...this.#missingSteps(), ...this.#missingValues(), ...this.#miscounted()];
    return all.sort((a, b) => a.at.getTime() - b.at.getTime() || (a.what < b.what ? -1 : 1));
  }

  #noteStep(at: number): void {
    const { every, tolerance } = this.#expectation;
    if (every === undefined) return;
    const step = Math.round(at / every) * every;
    if (Math.abs(at - step) <= tolerance) this.#steps.add(step);
  }

  #noteValue({ attributes }: Observation, at: number): void {
    const { attributes: names, combinations } = this.#expectation;
    if (combinations.length === 0 || names.some((name) => attributes[name] === undefined)) return;
    const common = Object.keys(attributes)
      .filter((name) => !names.includes(name))
      .sort()
      .map((name) => attributes[name]!);
    const key = JSON.stringify([at, ...common]);
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = { at, common, there: new Set() }));
    group.there.add(combined(names.map((name) => attributes[name]!)));
  }

  #noteSize(path: string, at: number | undefined, size: number | undefined): void {
    const { min, max } = this.#expectation.size;
    if (size === undefined || (size >= min && size <= max)) return;
    const name = path.slice(path.lastIndexOf("/") + 1);
    const bound = size < min ? `at least ${min}` : `at most ${max}`;
    const what = `${name} has ${size} bytes, where ${bound} are expected`;
    this.#odd.push({ at: new Date(at ?? this.#window.start), what });
  }

  #missingSteps(): Lack[] {
    const { every } = this.#expectation;
    if (every === undefined) return [];
    const [start, end] = [this.#window.start.getTime(), this.#window.end.getTime()];
    const lacks: Lack[] = [];
    for (let step = Math.ceil(start / every) * every; step < end; step += every)
      if (!this.#steps.has(step)) lacks.push({ at: new Date(step), what: clock(step) });
    return lacks;
  }

  #missingValues(): Lack[] {
    const { combinations } = this.#expectation;
    if (combinations.length === 0) return [];
    const several = countBy([...this.#groups.values()], ({ at }) => at);
    return [...this.#groups.values()].flatMap(({ at, common, there }) =>
      combinations
        .filter((values) => !there.has(combined(values)))
        .map((values) => {
          // Where one time has several observations it has to be said of which.
          const of = several.get(at)! > 1 ? ` of ${common.join(" ")}` : "";
          return { at: new Date(at), what: `${clock(at)} ${values.join(" ")}${of}` };
        }),
    );
  }

  #miscounted(): Lack[] {
    const { files } = this.#expectation;
    if (files === undefined) return [];
    const { start, end } = this.#window;
    if (files.per === "slot") return this.#counted(this.#count, start.getTime(), end.getTime());
    const lacks: Lack[] = [];
    const [from, to] = [start.getTime(), end.getTime()];
    for (let hour = Math.floor(from / HOUR); hour * HOUR < to; hour++) {
      const whole = hour * HOUR >= from && (hour + 1) * HOUR <= to;
      // Of an hour that the range cuts nobody knows how much is owed.
      if (!whole) continue;
      for (const lack of this.#counted(this.#hours.get(hour) ?? 0, hour * HOUR, (hour + 1) * HOUR))
        lacks.push(lack);
    }
    return lacks;
  }

  #counted(count: number, from: number, to: number): Lack[] {
    const { min, max } = this.#expectation.files!;
    if (count >= min && count <= max) return [];
    const when = `${clock(from)} to ${clock(to)}`;
    const what =
      count < min ? `${count} of ${min} files` : `${count} files, where at most ${max} are expected`;
    return [{ at: new Date(from), what: `${when}: ${what}` }];
  }
}

/** Whether an expectation can be judged over a window: one without an end owes nothing that could be counted. */
export function isJudged(window: TimeRange): window is TimeRange & { readonly end: Date } {
  return window.end !== undefined;
}

const combined = (values: readonly string[]): string => JSON.stringify(values.map(comparable));

function countBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

/** "12:40", and with seconds where there are any. */
function clock(time: number): string {
  const text = new Date(time).toISOString().slice(11, 19);
  return text.endsWith(":00") ? text.slice(0, 5) : text;
}
