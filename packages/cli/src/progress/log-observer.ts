import type { CrawlEvent, Observer } from "@daybook/core";
import type { Output } from "../output.js";
import { logEntry, type LogEntry } from "./log-entry.js";
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
    // Nothing more comes that slots could wait for; what they have to tell is news, too.
    if (type === "source-idle" && this.#write(this.#fold.flush(source))) this.#idle.delete(source);
    const known = type === "source-idle" && this.#idle.has(source);
    const news = this.#write(this.#entries(event).filter((entry) => !known || entry.event !== type));
    if (type === "source-idle") this.#idle.add(source);
    else if (news || type === "file-stored") this.#idle.delete(source);
  }

  /** A log of everything folds nothing: its lines are in the order of what happened. */
  #entries(event: CrawlEvent): readonly LogEntry[] {
    if (!this.#log.takes("debug")) return this.#fold.entries(event);
    const entry = logEntry(event);
    return entry === undefined ? [] : [entry];
  }

  /** Whether there was anything but details. */
  #write(entries: readonly LogEntry[]): boolean {
    for (const entry of entries) this.#log.write(entry);
    return entries.some(({ level }) => level !== "debug");
  }

  /** Writes what waited for company. */
  close(): void {
    for (const entry of this.#fold.flushAll(new Date())) this.#log.write(entry);
  }
}
