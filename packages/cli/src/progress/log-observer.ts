import type { CrawlEvent, Observer } from "@daybook/core";
import type { Output } from "../output.js";
import { logLine } from "./event-lines.js";

/** A crawl as lines of a log, each with its time. That a source is idle is told once, until there is news of it. */
export class LogObserver implements Observer {
  readonly #output: Output;
  readonly #idle = new Set<string>();

  constructor(options: { output: Output }) {
    this.#output = options.output;
  }

  on(event: CrawlEvent): void {
    const { type, source, at } = event;
    const told = type === "source-idle" && this.#idle.has(source);
    const line = told ? undefined : logLine(event);
    if (line !== undefined) this.#output.line(`${at.toISOString()} ${line}`);
    if (type === "source-idle") this.#idle.add(source);
    else if (line !== undefined || type === "file-stored") this.#idle.delete(source);
  }
}
