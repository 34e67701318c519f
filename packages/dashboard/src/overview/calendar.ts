import type { Availability, Daybook, Scope } from "@daybook/core";
import type { Change } from "../live/live-state.js";
import { Cached } from "./cached.js";

const DAY = 86_400_000;
/** Days that may change at any time: those of live slots. */
const RECENT_DAYS = 3;

type Days = Omit<Availability, "source" | "from"> & { readonly from: number };

/**
 * All sources' hours, kept so that a page with years on it opens at once. Read whole from the ledger once and now and
 * then, since other processes write to it too; the days of late, and those that something happened in, at every look.
 */
export class Calendar {
  readonly #daybook: Pick<Daybook, "availability" | "sources">;
  readonly #known = new Map<string, Days>();
  /** The days that something happened in, by source. */
  readonly #touched = new Map<string, Set<number>>();
  readonly #whole: Cached<void>;
  readonly #recent: Cached<void>;
  #loaded = false;

  constructor(daybook: Pick<Daybook, "availability" | "sources">) {
    this.#daybook = daybook;
    this.#whole = new Cached(() => this.#load(), 10_000);
    this.#recent = new Cached(() => this.#look(this.#latest()), 1_000);
  }

  touch({ source, days }: Change): void {
    if (days === undefined) return this.#recent.expire();
    const touched = this.#touched.get(source) ?? new Set();
    this.#touched.set(source, touched);
    for (let day = days.first; day <= days.last; day++) touched.add(day);
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
    const touched = [...this.#touched];
    this.#touched.clear();
    try {
      // Two at a time: the ledger reads for one while the other's hours are told apart. No more, so that whoever waits
      // for something else gets a turn.
      const names = this.#daybook.sources().map(({ name }) => name);
      const next = async () => {
        for (let name; (name = names.shift()) !== undefined;) await this.#look({ sources: [name] }, true);
      };
      await Promise.all([next(), next()]);
    } catch (error) {
      for (const [source, days] of touched) this.#touched.set(source, days);
      throw error;
    }
    this.#loaded = true;
  }

  async #lookAtTouched(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const [source, days] of touched) {
      const start = new Date(Math.min(...days) * DAY);
      const end = new Date((Math.max(...days) + 1) * DAY);
      await this.#look({ sources: [source], range: { start, end } });
    }
  }

  #latest(): Scope {
    return { range: { start: new Date(Date.now() - RECENT_DAYS * DAY) } };
  }

  async #look(scope: Scope, whole = false): Promise<void> {
    for (const { source, from, ...found } of await this.#daybook.availability(scope)) {
      const known = this.#known.get(source);
      const fresh = { ...found, from: from.getTime() };
      this.#known.set(source, known === undefined || whole ? fresh : merge(known, fresh));
    }
  }
}

/** The older days with the newer ones in their places. */
function merge(old: Days, fresh: Days): Days {
  if (fresh.days.length === 0) return old;
  if (old.days.length === 0) return fresh;
  const at = Math.round((fresh.from - old.from) / DAY);
  if (at < 0 || at > old.days.length) return old;
  const days = [...old.days.slice(0, at), ...fresh.days, ...old.days.slice(at + fresh.days.length)];
  return { ...old, days };
}

function cut(
  source: string,
  { from, days, timeless }: Days,
  { start, end }: NonNullable<Scope["range"]>,
): Availability {
  const first = start === undefined ? 0 : Math.max(0, Math.floor((start.getTime() - from) / DAY));
  const last = end === undefined ? days.length : Math.max(0, Math.ceil((end.getTime() - from) / DAY));
  return { source, from: new Date(from + first * DAY), days: days.slice(first, last), timeless };
}
