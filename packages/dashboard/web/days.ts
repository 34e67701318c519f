import type { Period } from "./carpet.js";
import type { Days } from "./types.js";
import { dayNumber } from "./words.js";

/** Every source's days, with newer ones put in the places of older. */
export class AllDays {
  readonly #days = new Map<string, Days>();

  get all(): ReadonlyMap<string, Days> {
    return this.#days;
  }

  take(all: readonly Days[]): void {
    for (const fresh of all) this.#days.set(fresh.source, merged(this.#days.get(fresh.source), fresh));
  }

  /** From the first day of any source to the last. */
  get period(): Period | undefined {
    const some = [...this.#days.values()].filter(({ days }) => days.length > 0);
    if (some.length === 0) return undefined;
    return {
      first: Math.min(...some.map(({ from }) => dayNumber(from))),
      last: Math.max(...some.map(({ from, days }) => dayNumber(from) + days.length - 1)),
    };
  }
}

function merged(old: Days | undefined, fresh: Days): Days {
  if (old === undefined || old.days.length === 0) return fresh;
  const at = dayNumber(fresh.from) - dayNumber(old.from);
  if (fresh.days.length === 0 || at < 0 || at > old.days.length) return old;
  return {
    ...old,
    days: [...old.days.slice(0, at), ...fresh.days, ...old.days.slice(at + fresh.days.length)],
  };
}
