import type { RunResult } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { runExitCode } from "../exit-code.js";
import { withDaybook } from "../open-daybook.js";
import { Display } from "../progress/display.js";
import { StopSignals } from "../stop-signals.js";
import { startLog, withLog } from "./log-options.js";
import type { LogCommandOptions } from "./log-options.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export interface RunCommandOptions extends ScopeOptions, LogCommandOptions {
  readonly once?: boolean;
  readonly json?: boolean;
}

export function runCommand(context: CommandContext): Command {
  const command = new Command("run")
    .description("crawl until every slot in range is settled, or for ever where there is no end")
    .option("--once", "visit every due slot once and exit");
  return withLog(withJson(withScope(command), "print events as JSON, one a line")).action(
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
  const display = new Display(context, options.json === true, startLog(context, options));
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
