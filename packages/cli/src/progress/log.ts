import type { Output } from "../output.js";
import { entryLine } from "./entry-line.js";
import { LOG_LEVELS } from "./log-entry.js";
import type { LogEntry, LogLevel } from "./log-entry.js";

export type LogFormat = "human" | "json";

export interface LogOptions {
  readonly output: Output;
  readonly format: LogFormat;
  /** What is less grave than this isn't written. */
  readonly level: LogLevel;
}

/** Characters of a message: a path and what is said of it, but not all that a server may say. */
const LONGEST = 4_000;

/** Lines for people, or JSON objects for programs, one a line: `{ time, level, message, source?, event?, … }`. */
export class Log {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly #output: Output;

  constructor(options: LogOptions) {
    this.format = options.format;
    this.level = options.level;
    this.#output = options.output;
  }

  takes(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(this.level);
  }

  write(entry: LogEntry): void {
    if (!this.takes(entry.level)) return;
    if (entry.message.length > LONGEST)
      return this.write({ ...entry, message: `${entry.message.slice(0, LONGEST - 1)}…` });
    if (this.format === "human") return this.#output.line(`${entry.at.toISOString()} ${entryLine(entry)}`);
    const { at, level, message, source, event, fields } = entry;
    this.#output.json({ time: at, level, message, source, event, ...fields });
  }

  /** What isn't of the crawl itself: a plain line for people, an entry otherwise. */
  say(level: LogLevel, message: string, fields?: LogEntry["fields"]): void {
    if (this.format === "json") this.write({ at: new Date(), level, message, fields });
    else if (this.takes(level)) this.#output.line(message);
  }

  /** The log as a stream, so that messages of the command itself become entries too. */
  asOutput(level: LogLevel): Output {
    const output = this.#output;
    if (this.format === "human") return output;
    return {
      isTerminal: false,
      columns: output.columns,
      rows: output.rows,
      write: (text) => this.say(level, text.trimEnd()),
      line: (text) => this.say(level, text),
      data: (text) => this.say(level, text),
      json: (value) => output.json(value),
    };
  }
}
