import type { Daybook, RunResult } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { runExitCode, type ExitCode } from "../exit-code.js";
import { withDaybook } from "../open-daybook.js";
import { Display } from "../progress/display.js";
import { Serving } from "../serve/serving.js";
import { StopSignals } from "../stop-signals.js";
import { startLog, withLog } from "./log-options.js";
import type { LogCommandOptions } from "./log-options.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export interface RunCommandOptions extends ScopeOptions, LogCommandOptions {
  readonly once?: boolean;
  readonly adopt?: boolean;
  readonly trustClock?: boolean;
  readonly json?: boolean;
  /** Show the dashboard meanwhile: there, or where the configuration says. */
  readonly serve?: string | boolean;
}

/** What comes between the end of the crawl and that of the dashboard. */
export type Afterwards = (
  daybook: Daybook,
  stop: AbortSignal,
  result: RunResult,
) => Promise<ExitCode | undefined>;

export function runCommand(context: CommandContext): Command {
  const command = new Command("run")
    .description("crawl until every slot in range is settled, or for ever where there is no end")
    .option("--once", "visit every due slot once and exit")
    .option("--adopt", "take what stands at the destination's path for it from now on, whatever it is")
    .option(
      "--trust-clock",
      "believe the machine's clock, although the ledger and the servers know of no such time",
    )
    .option(
      "--serve [address]",
      "show the dashboard until the run ends; default serve.address, or 127.0.0.1:8470",
    );
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
  afterwards?: Afterwards,
): Promise<RunResult | undefined> {
  const display = new Display(context, options.json === true, startLog(context, options));
  const say = (line: string) => display.print(line);
  const serving = options.serve ? await Serving.prepare(config, context.secrets, say) : undefined;
  const stop = new StopSignals({ onFirst: say });
  let result: RunResult | undefined;
  try {
    const observers = [display, ...(serving ? [serving.observer] : [])];
    await withDaybook(context, { config, source: options.source, observers }, async (daybook, loaded) => {
      stop.listen(loaded);
      const scope = scopeOf(options);
      const address = typeof options.serve === "string" ? options.serve : undefined;
      const url = await serving?.start(daybook, loaded.serve, address);
      await display.start(() => daybook.status(scope));
      if (url !== undefined) say(`The dashboard is at ${url}`);
      result = await daybook.run({
        ...scope,
        signal: stop.signal,
        once: options.once,
        adopt: options.adopt,
        trustClock: options.trustClock,
      });
      display.close();
      display.finish(result);
      const code =
        (await afterwards?.(daybook, stop.signal, result)) ?? runExitCode(result.outcome, stop.received);
      await serving?.close();
      return code;
    });
  } finally {
    display.close();
    await serving?.close();
    stop.close();
  }
  return result;
}
