import type { CrawlEvent, Observer } from "@daybook/core";
import type { Output } from "../output.js";

/** A crawl's events as JSON, one a line. */
export class JsonObserver implements Observer {
  readonly #output: Output;

  constructor(options: { output: Output }) {
    this.#output = options.output;
  }

  on(event: CrawlEvent): void {
    this.#output.json(event);
  }
}
