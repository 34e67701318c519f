import type { CrawlEvent, Observer } from "@daybook/core";
import type { Output } from "../output.js";
import { Log } from "./log.js";
import { SlotFold } from "./slot-fold.js";

/** A crawl as a log. That a source is idle is told once, until there is news of it. */
export class LogObserver implements Observer {
  readonly #log: Log;
  readonly #fold = new SlotFold();
  readonly #idle = new Set<string>();

  /** An `output` alone is given lines for people. */
  constructor(options: { log: Log } | { output: Output }) {
    this.#log =
      "log" in options ? options.log : new Log({ output: options.output, format: "human", level: "info" });
  }

  on(event: CrawlEvent): void {
    const { type, source } = event;
    if (type === "source-idle" && this.#idle.has(source)) return;
    const entries = this.#fold.entries(event);
    for (const entry of entries) this.#log.write(entry);
    if (type === "source-idle") this.#idle.add(source);
    else if (type === "file-stored" || entries.some(({ level }) => level !== "debug"))
      this.#idle.delete(source);
  }

  /** Writes what waited for company. */
  close(): void {
    for (const entry of this.#fold.flush()) this.#log.write(entry);
  }
}
