import type { Observer, RunResult, SourceStatus } from "@daybook/core";
import type { CommandContext } from "../context.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { OUTCOMES } from "../format/outcome.js";
import { JsonObserver } from "./json-observer.js";
import { LiveObserver } from "./live-observer.js";
import type { Log } from "./log.js";
import { LogObserver } from "./log-observer.js";

/** What a run shows: its events as JSON, a live block on a terminal, or a log. */
export class Display implements Observer {
  readonly #context: CommandContext;
  readonly #json: boolean;
  readonly #log: Log;
  readonly #lines: LogObserver;
  #live: LiveObserver | undefined;
  #observer: Observer;

  constructor(context: CommandContext, json: boolean, log: Log) {
    this.#context = context;
    this.#json = json;
    this.#log = log;
    this.#lines = new LogObserver({ log });
    this.#observer = json ? new JsonObserver({ output: context.stdout }) : this.#lines;
  }

  async start(status: () => Promise<readonly SourceStatus[]>): Promise<void> {
    const log = this.#log;
    if (this.#json || !this.#context.stderr.isTerminal || log.format === "json" || !log.takes("info")) return;
    this.#live = new LiveObserver({ output: this.#context.stderr, status: await status() });
    this.#observer = this.#live;
    this.#live.start();
  }

  on(event: Parameters<Observer["on"]>[0]): void {
    this.#observer.on(event);
  }

  print(line: string): void {
    if (this.#live === undefined) this.#log.say("info", line);
    else this.#live.print(line);
  }

  close(): void {
    this.#live?.close();
    this.#live = undefined;
    this.#lines.close();
  }

  finish(result: RunResult): void {
    if (this.#json) {
      this.#context.stdout.json({ type: "run-finished", at: new Date(), ...result });
      return;
    }
    for (const { name, outcome, fetched, summary } of result.sources) {
      // Why it failed was told as it did.
      if (outcome === "failed" && fetched.files === 0) continue;
      const brought = `${count(fetched.files, "file")} fetched, ${formatBytes(fetched.bytes)}`;
      const held = `${count(summary.files.stored, "file")} in the ledger`;
      const fields = { source: name, event: "run-finished", outcome, fetched, held: summary.files.stored };
      this.#log.say("info", `${name}: ${OUTCOMES[outcome]}; ${brought}; ${held}`, fields);
    }
  }
}
