import type { Observation, Slot } from "../layout/path-layout.js";
import type { Source } from "./source.js";
import { Tally } from "./tally.js";

/** Counts files that the layout knows and the source doesn't want, by why. */
export class LeftOut {
  #before = 0;
  #after = 0;
  #unselected = 0;
  /** Files whose names are of another time than their slot, such as 24:00, and so beyond the range's edge. */
  readonly strays = new Tally();

  add({ observedAt }: Observation, { range }: Pick<Source, "range">): void {
    if (observedAt !== undefined && observedAt < range.start) this.#before++;
    else if (observedAt !== undefined && range.end !== undefined && observedAt >= range.end) this.#after++;
    else this.#unselected++;
  }

  /** The same for a file of a slot. */
  addFrom(slot: Slot, path: string, observation: Observation, source: Pick<Source, "range">): void {
    const { outside } = this;
    this.add(observation, source);
    const { observedAt } = observation;
    if (this.outside === outside || observedAt === undefined || slot.end === undefined) return;
    if (observedAt >= slot.start && observedAt < slot.end) return;
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.strays.add(
      `${name} (it is of ${observedAt.toISOString().replace(".000Z", "Z")}, out of the source's range)`,
    );
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
