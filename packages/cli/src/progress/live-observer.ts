import type { CrawlEvent, Observer, SourceStatus } from "@daybook/core";
import type { Output } from "../output.js";
import { entryLine, isTrouble } from "./entry-line.js";
import { Rate } from "./rate.js";
import { bytesMoved, renderProgress } from "./render.js";
import { advance, initialProgress } from "./state.js";
import type { ProgressState } from "./state.js";
import { TroubleFold } from "./trouble-fold.js";

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const DRAW_EVERY_MS = 100;

export interface LiveObserverOptions {
  /** A terminal. */
  readonly output: Output;
  /** What the ledger knows before the run. */
  readonly status: readonly SourceStatus[];
}

/** A block at the bottom of a terminal, redrawn ten times a second at most, warnings above it. Close it when done. */
export class LiveObserver implements Observer {
  readonly #output: Output;
  readonly #rate = new Rate({ windowMs: 5000 });
  readonly #restore = () => this.#output.write(SHOW_CURSOR);
  readonly #state: ProgressState;
  readonly #trouble = new TroubleFold();
  #pending: string[] = [];
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #stale = true;
  #drawnAt = 0;

  constructor(options: LiveObserverOptions) {
    this.#output = options.output;
    this.#state = initialProgress(new Date(), options.status);
  }

  start(): void {
    this.#output.write(HIDE_CURSOR);
    process.once("exit", this.#restore);
    this.#timer = setInterval(() => this.#tick(), DRAW_EVERY_MS).unref();
    this.#draw();
  }

  on(event: CrawlEvent): void {
    advance(this.#state, event);
    this.#stale = true;
    for (const entry of this.#trouble.entries(event)) if (isTrouble(entry)) this.print(entryLine(entry));
  }

  /** Puts a line above the block, with the next picture. */
  print(line: string): void {
    this.#pending.push(`${line}\n`);
    this.#stale = true;
  }

  /** Leaves the last picture standing. */
  close(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw();
    this.#restore();
    process.off("exit", this.#restore);
  }

  /** Without news once a second, for what counts down. */
  #tick(): void {
    if (this.#stale || Date.now() - this.#drawnAt >= 1000) this.#draw();
  }

  #draw(): void {
    const now = new Date();
    const bytesPerSecond = this.#rate.sample(now.getTime(), bytesMoved(this.#state));
    const { columns, rows } = this.#output;
    // The last column stays free: some terminals wrap when it is filled. What has scrolled away can't be erased.
    const lines = renderProgress(this.#state, { now, bytesPerSecond }, columns - 1).slice(0, rows - 1);
    this.#output.write(`${this.#erase()}${this.#pending.join("")}${lines.join("\n")}\n`);
    this.#pending = [];
    this.#drawn = lines.length;
    this.#drawnAt = now.getTime();
    this.#stale = false;
  }

  #erase(): string {
    return this.#drawn === 0 ? "" : `\u001b[${this.#drawn}A\r\u001b[J`;
  }
}
