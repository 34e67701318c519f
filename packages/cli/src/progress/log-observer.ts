import type { CrawlEvent, Observer } from "@daybook/core";
import type { Output } from "../output.js";
import { logLine } from "./event-lines.js";

/** A crawl as lines of a log, each with its time. */
export class LogObserver implements Observer {
  readonly #output: Output;

  constructor(options: { output: Output }) {
    this.#output = options.output;
  }

  on(event: CrawlEvent): void {
    const line = logLine(event);
    if (line !== undefined) this.#output.line(`${event.at.toISOString()} ${line}`);
  }
}
