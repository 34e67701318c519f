import { setTimeout as sleep } from "node:timers/promises";
import type { Availability, Daybook, Scope } from "@daybook/core";
import type { Change } from "../live/live-state.js";
import { Cached, SHARE } from "./cached.js";

const DAY = 86_400_000;
/** Days that may change at any time: those of live slots. */
const RECENT_DAYS = 3;
/** Whoever asks waits at most so long for the days that something happened in to be read again, in ms. */
const LONGEST_PAUSE = 1_000;

/** A day's letters, and in which turn they were asked for. */
interface Day {
  readonly letters: string;
  readonly turn: number;
}

interface Days {
  readonly from: number;
  readonly days: readonly Day[];
  readonly timeless: boolean;
}

/**
 * All sources' hours, kept so that a page with years on it opens at once. Read whole from the ledger once and now and
 * then, since other processes write to it too; the days of late, and those that something happened in, at every look.
 */
export class Calendar {
  readonly #daybook: Pick<Daybook, "availability" | "sources">;
  readonly #sources: ReadonlySet<string>;
  readonly #known = new Map<string, Days>();
  /** The days that something happened in, by source, and the turn in which it did. */
  readonly #touched = new Map<string, Map<number, number>>();
  readonly #whole: Cached<void>;
  readonly #recent: Cached<void>;
  /** Counts what happened and what was asked for, so that it is known which came first. */
  #turn = 0;
  #loaded = false;
  #looking: Promise<unknown> = Promise.resolve();
  #nextLook: Promise<void> | undefined;

  constructor(daybook: Pick<Daybook, "availability" | "sources">) {
    this.#daybook = daybook;
    this.#sources = new Set(daybook.sources().map(({ name }) => name));
    this.#whole = new Cached(() => this.#load(), 10_000);
    this.#recent = new Cached(() => this.#look(this.#latest()), 1_000);
  }

  touch({ source, days }: Change): void {
    if (days === undefined || !this.#sources.has(source)) return;
    const touched = this.#touched.get(source) ?? new Map<number, number>();
    this.#touched.set(source, touched);
    const turn = ++this.#turn;
    for (let day = days.first; day <= days.last; day++) touched.set(day, turn);
  }

  /** Every source's days, all of them or those from `range.start` until before `range.end`. */
  async get(sources?: readonly string[], range: Scope["range"] = {}): Promise<Availability[]> {
    const whole = this.#whole.get();
    if (this.#loaded) whole.catch(() => undefined);
    else await whole;
    await this.#recent.get();
    await this.#lookAtTouched();
    return [...this.#known]
      .filter(([name]) => sources?.includes(name) ?? true)
      .map(([source, days]) => cut(source, days, range));
  }

  async #load(): Promise<void> {
    // Two at a time: the ledger reads for one while the other's hours are told apart. No more, so that whoever waits
    // for something else gets a turn.
    const names = [...this.#sources];
    const next = async () => {
      for (let name; (name = names.shift()) !== undefined;) await this.#look({ sources: [name] });
    };
    await Promise.all([next(), next()]);
    this.#loaded = true;
  }

  /**
   * A look under way may have missed what happened since it began: whoever asks gets the next one, which all who ask
   * until then share.
   */
  #lookAtTouched(): Promise<void> {
    return (this.#nextLook ??= this.#looking.then(() => {
      this.#nextLook = undefined;
      const began = performance.now();
      const look = this.#readTouched();
      const pause = () => Math.min(LONGEST_PAUSE, (performance.now() - began) * (1 / SHARE - 1));
      this.#looking = look.then(
        () => sleep(pause(), undefined, { ref: false }),
        () => undefined,
      );
      return look;
    }));
  }

  async #readTouched(): Promise<void> {
    for (const [source, touched] of [...this.#touched])
      for (const { first, last } of runs([...touched.keys()])) {
        const range = { start: new Date(first * DAY), end: new Date((last + 1) * DAY) };
        await this.#look({ sources: [source], range });
      }
  }

  #latest(): Scope {
    return { range: { start: new Date(Date.now() - RECENT_DAYS * DAY) } };
  }

  /** Takes what the ledger says of these days, unless it was asked for some of them later and has answered that already. */
  async #look(scope: Scope): Promise<void> {
    const turn = ++this.#turn;
    for (const { source, from, days, timeless } of await this.#daybook.availability(scope)) {
      const known = this.#known.get(source);
      const fresh = {
        from: from.getTime(),
        days: days.map((letters) => ({ letters, turn })),
        timeless,
      };
      this.#known.set(source, known === undefined ? fresh : merge(known, fresh));
      this.#untouch(source, turn, scope.range);
    }
  }

  #untouch(source: string, turn: number, { start, end }: NonNullable<Scope["range"]> = {}): void {
    const touched = this.#touched.get(source);
    if (touched === undefined) return;
    const [from, to] = [(start?.getTime() ?? -Infinity) / DAY, (end?.getTime() ?? Infinity) / DAY];
    for (const [day, at] of touched) if (at < turn && day + 1 > from && day < to) touched.delete(day);
    if (touched.size === 0) this.#touched.delete(source);
  }
}

/** Stretches of days in a row. */
function runs(days: number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const day of days.sort((a, b) => a - b)) {
    const run = found.at(-1);
    if (run?.last === day - 1) run.last = day;
    else found.push({ first: day, last: day });
  }
  return found;
}

/** Each day as it was asked for last. */
function merge(old: Days, fresh: Days): Days {
  if (fresh.days.length === 0) return old;
  if (old.days.length === 0) return fresh;
  const at = Math.round((fresh.from - old.from) / DAY);
  if (at < 0 || at > old.days.length) return old;
  const days = [...old.days];
  for (const [i, day] of fresh.days.entries())
    if (days[at + i] === undefined || days[at + i]!.turn < day.turn) days[at + i] = day;
  return { ...old, days };
}

function cut(
  source: string,
  { from, days, timeless }: Days,
  { start, end }: NonNullable<Scope["range"]>,
): Availability {
  const first = start === undefined ? 0 : Math.max(0, Math.floor((start.getTime() - from) / DAY));
  const last = end === undefined ? days.length : Math.max(0, Math.ceil((end.getTime() - from) / DAY));
  const letters = days.slice(first, last).map((day) => day.letters);
  return { source, from: new Date(from + first * DAY), days: letters, timeless };
}
