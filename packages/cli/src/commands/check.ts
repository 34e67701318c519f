import { printable } from "@daybook/core";
import type { CheckFinding, CheckReport } from "@daybook/core";
import { Command } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { count } from "../format/count.js";
import { toJson } from "../format/json.js";
import { withDaybook } from "../open-daybook.js";
import { StopSignals } from "../stop-signals.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export function checkCommand(context: CommandContext): Command {
  const command = new Command("check").description(
    "test the configuration against the server: connects, logs in, and compares what is there with the layout",
  );
  return withJson(withScope(command), "print what was found as JSON, a line for each source").action(
    async (options: ScopeOptions & { json?: boolean }, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const stop = new StopSignals({ onFirst: (message) => context.stderr.line(message) }).listen();
      try {
        await withDaybook(context, { config, source: options.source }, async (daybook) => {
          let failed = 0;
          for await (const report of daybook.check({ ...scopeOf(options), signal: stop.signal })) {
            if (!report.ok) failed++;
            for (const line of options.json ? [toJson(report)] : reportLines(report))
              context.stdout.line(line);
          }
          if (failed > 0 && !options.json)
            context.stderr.line(`daybook: ${count(failed, "source")} would bring nothing home as configured`);
          return failed > 0 ? ExitCode.failed : ExitCode.complete;
        });
      } catch (error) {
        if (stop.received === undefined) throw error;
        context.exitCode = ExitCode[stop.received];
      } finally {
        stop.close();
      }
    },
  );
}

const MARKS: Record<CheckFinding["outcome"], string> = { ok: "ok  ", warning: "look", failed: "BAD " };

function reportLines({ source, endpoint, findings }: CheckReport): string[] {
  const lines = findings.flatMap(({ step, outcome, detail, advice }) => [
    `  ${MARKS[outcome]}  ${step.padEnd("connection".length)}  ${printable(inConfigWords(detail))}`,
    ...(advice === undefined ? [] : [`${" ".repeat(2 + 4 + 2 + 12)}→ ${printable(advice)}`]),
  ]);
  return [`${source}  ${printable(endpoint)}`, ...lines];
}
