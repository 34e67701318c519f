import { setImmediate } from "node:timers/promises";

/** Steps that are done in one go: some milliseconds. Counted, not timed, so that a simulation does the same each time. */
const STEPS = 100;

/** Lets others have their turn in the middle of a long loop: a listing may have ten thousand entries. */
export class Breath {
  #steps = 0;

  /** Asked once a step. */
  get due(): boolean {
    return ++this.#steps % STEPS === 0;
  }

  async take(): Promise<void> {
    await setImmediate();
  }
}
