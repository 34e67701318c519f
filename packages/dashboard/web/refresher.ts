import { api, type Changed } from "./api.js";
import type { Days, Overview } from "./types.js";
import { dayNumber, dayText } from "./words.js";

type Span = readonly [first: string, last: string] | null;

const DAY = 86_400_000;
/** Without news, what another process may have written is looked for this often, in ms. */
const LOOK_EVERY = 10_000;
const LEAST_BETWEEN = 1_000;
/** Days of late are asked for at every look. */
const RECENT = 3;

/** Asks again for what may have changed: soon after news, and now and then without. */
export class Refresher {
  readonly #took: (overview: Overview, days: Days[], sources: readonly string[]) => void;
  #changed = new Map<string, Span>();
  #heardAt = 0;
  /** When all days were asked for, or 0 where any of them may have changed since. */
  #askedAllAt = Date.now();
  #timer: number | undefined;
  #busy = false;

  constructor(took: (overview: Overview, days: Days[], sources: readonly string[]) => void) {
    this.#took = took;
  }

  hear(sources: Changed): void {
    for (const [name, days] of Object.entries(sources)) this.#note(name, days);
    this.#heardAt = Date.now();
    this.#soon(250);
  }

  /** Something may have happened of which there was no news. */
  look(): void {
    this.#askedAllAt = 0;
    this.hear({});
  }

  tick(now: number): void {
    if (now - this.#heardAt > LOOK_EVERY) this.look();
  }

  #note(name: string, days: Span): void {
    const known = this.#changed.get(name);
    if (!known || !days) return void this.#changed.set(name, known ?? days);
    const [first, last] = [known[0] < days[0] ? known[0] : days[0], known[1] > days[1] ? known[1] : days[1]];
    this.#changed.set(name, [first, last]);
  }

  #soon(ms: number): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      void this.#refresh();
    }, ms);
  }

  async #refresh(): Promise<void> {
    if (this.#busy) return this.#soon(LEAST_BETWEEN);
    this.#busy = true;
    const changed = this.#changed;
    this.#changed = new Map();
    // Other processes write to old days too, however much there is to hear of this one.
    const all = Date.now() - this.#askedAllAt > LOOK_EVERY;
    if (all) this.#askedAllAt = Date.now();
    try {
      const since = dayText(Math.floor(Date.now() / DAY) - RECENT);
      const asked = [...changed].map(([source, days]) =>
        days && !all && days[0] < since
          ? api.availability(source, days[0], dayText(dayNumber(days[1]) + 1))
          : [],
      );
      const [overview, ...days] = await Promise.all([
        api.overview(),
        api.availability(undefined, all ? undefined : since),
        ...asked,
      ]);
      this.#took(overview, days.flat(), [...changed.keys()]);
      // The answer may be older than the news.
      if (changed.size > 0 && Date.parse(overview.asOf) < this.#heardAt) {
        for (const source of changed.keys()) this.#note(source, null);
        this.#soon(LEAST_BETWEEN);
      }
    } catch {
      // That the connection is lost is told elsewhere; what was to be asked is asked again.
      for (const [source, days] of changed) this.#note(source, days);
      if (all) this.#askedAllAt = 0;
      this.#soon(5 * LEAST_BETWEEN);
    } finally {
      this.#busy = false;
    }
  }
}
