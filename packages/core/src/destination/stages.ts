import { SpareMemory } from "../transport/spare-memory.js";

/** Small files are gathered whole and written by one call. */
export const SMALL = 256 * 1024;

/** Of large ones so much is gathered: fewer and larger writes. */
export const LARGE = 1024 * 1024;

/** Memory in which bytes are gathered before they are written, handed from file to file. */
export class Stages {
  readonly #small = new SpareMemory();
  readonly #large = new SpareMemory();

  take(small: boolean): Buffer {
    return small ? this.#small.take(SMALL) : this.#large.take(LARGE);
  }

  giveBack(stage: Buffer): void {
    (stage.length === SMALL ? this.#small : this.#large).giveBack(stage);
  }
}
