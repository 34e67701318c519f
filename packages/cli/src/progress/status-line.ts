import type { Output } from "../output.js";
import { truncate } from "../format/text-width.js";

const DRAW_EVERY_MS = 100;

/** One line at the bottom of a terminal that tells how far something is; nothing at all where it is no terminal. */
export class StatusLine {
  readonly #output: Output;
  #drawnAt = -Infinity;
  #drawn = false;

  constructor(options: { output: Output }) {
    this.#output = options.output;
  }

  /** Draws it anew, if it is time to. */
  update(text: () => string): void {
    const now = performance.now();
    if (!this.#output.isTerminal || now - this.#drawnAt < DRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#drawn = true;
    this.#output.write(`\r\u001b[K${truncate(text(), this.#output.columns - 1)}`);
  }

  /** Makes room for other lines; the next update draws it again. */
  clear(): void {
    if (this.#drawn) this.#output.write("\r\u001b[K");
    this.#drawn = false;
  }
}
