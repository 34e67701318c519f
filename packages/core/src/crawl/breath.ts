import { setImmediate } from "node:timers/promises";

/** Steps that are done in one go: some milliseconds. Counted, not timed, so that a simulation does the same each time. */
const STEPS = 100;

/** Lets others have their turn in the middle of a long loop: a listing may have ten thousand entries. */
export class Breath {
  readonly #each: number;
  #steps = 0;

  /** `each`: steps done in one go, where one isn't as short as a line of a listing. */
  constructor(each = STEPS) {
    this.#each = each;
  }

  /** Asked once a step. */
  get due(): boolean {
    return ++this.#steps % this.#each === 0;
  }

  async take(): Promise<void> {
    await setImmediate();
  }
}
