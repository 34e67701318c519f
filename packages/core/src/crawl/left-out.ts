import type { Observation } from "../layout/path-layout.js";
import type { Source } from "./source.js";

/** Counts files that the layout knows and the source doesn't want, by why. */
export class LeftOut {
  #before = 0;
  #after = 0;
  #unselected = 0;

  add({ observedAt }: Observation, { range }: Pick<Source, "range">): void {
    if (observedAt !== undefined && observedAt < range.start) this.#before++;
    else if (observedAt !== undefined && range.end !== undefined && observedAt >= range.end) this.#after++;
    else this.#unselected++;
  }

  /** Of other times than the range's. */
  get outside(): number {
    return this.#before + this.#after;
  }

  /** In words; undefined where there are none. */
  get words(): string | undefined {
    const said = [
      [this.#before, "before `start`"],
      [this.#after, "not before `end`"],
      [this.#unselected, "left out by `select`"],
    ] as const;
    const some = said.filter(([count]) => count > 0);
    if (some.length === 0) return undefined;
    return some.map(([count, why]) => `${count} ${count === 1 ? "file" : "files"} ${why}`).join(", ");
  }
}
