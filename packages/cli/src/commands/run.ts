import type { Observer, RunResult, SourceStatus } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { runExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { toJson } from "../format/json.js";
import { withDaybook } from "../open-daybook.js";
import { JsonObserver } from "../progress/json-observer.js";
import { LiveObserver } from "../progress/live-observer.js";
import { LogObserver } from "../progress/log-observer.js";
import { StopSignals } from "../stop-signals.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export interface RunCommandOptions extends ScopeOptions {
  readonly once?: boolean;
  readonly json?: boolean;
}

export function runCommand(context: CommandContext): Command {
  const command = new Command("run")
    .description("crawl until every slot in range is settled, or for ever where there is no end")
    .option("--once", "visit every due slot once and exit");
  return withJson(withScope(command), "print events as JSON, one a line").action(
    async (options: RunCommandOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      await run(context, config, options);
    },
  );
}

/** Crawls as a configuration file says; the exit code is left in the context. */
export async function run(
  context: CommandContext,
  config: string,
  options: RunCommandOptions,
): Promise<RunResult | undefined> {
  const display = new Display(context, options.json === true);
  const stop = new StopSignals({ onFirst: (message) => display.print(message) }).listen();
  let result: RunResult | undefined;
  try {
    await withDaybook(context, { config, source: options.source, observer: display }, async (daybook) => {
      const scope = scopeOf(options);
      await display.start(() => daybook.status(scope));
      result = await daybook.run({ ...scope, signal: stop.signal, once: options.once });
      display.close();
      display.finish(result);
      return runExitCode(result.outcome, stop.received);
    });
  } finally {
    display.close();
    stop.close();
  }
  return result;
}

/** What a run shows: JSON, a live block on a terminal, or a log. */
class Display implements Observer {
  readonly #context: CommandContext;
  readonly #json: boolean;
  #live: LiveObserver | undefined;
  #observer: Observer;

  constructor(context: CommandContext, json: boolean) {
    this.#context = context;
    this.#json = json;
    this.#observer = json
      ? new JsonObserver({ output: context.stdout })
      : new LogObserver({ output: context.stderr });
  }

  async start(status: () => Promise<readonly SourceStatus[]>): Promise<void> {
    if (this.#json || !this.#context.stderr.isTerminal) return;
    this.#live = new LiveObserver({ output: this.#context.stderr, status: await status() });
    this.#observer = this.#live;
    this.#live.start();
  }

  on(event: Parameters<Observer["on"]>[0]): void {
    this.#observer.on(event);
  }

  print(line: string): void {
    if (this.#live === undefined) this.#context.stderr.line(line);
    else this.#live.print(line);
  }

  close(): void {
    this.#live?.close();
    this.#live = undefined;
  }

  finish(result: RunResult): void {
    if (this.#json) {
      this.#context.stdout.line(toJson({ type: "run-finished", at: new Date(), ...result }));
      return;
    }
    for (const { name, outcome, fetched, summary } of result.sources) {
      const brought = `${count(fetched.files, "file")} fetched, ${formatBytes(fetched.bytes)}`;
      const held = `${count(summary.files.stored, "file")} in the ledger`;
      this.#context.stderr.line(`${name}: ${OUTCOMES[outcome]}; ${brought}; ${held}`);
    }
  }
}

const OUTCOMES: Record<RunResult["outcome"], string> = {
  complete: "complete",
  gaps: "finished, but gaps remain (daybook gaps lists them)",
  failed: "failed",
  stopped: "stopped",
};
