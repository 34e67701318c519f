import { setImmediate } from "node:timers/promises";

/** How long one piece of work may keep all others waiting, ms. */
const TURN = 5;

/** Lets others have their turn in the middle of a long loop: a listing may have ten thousand entries. */
export class Breath {
  #since = performance.now();

  get due(): boolean {
    return performance.now() - this.#since > TURN;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
