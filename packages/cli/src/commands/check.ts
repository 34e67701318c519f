import { printable } from "@daybook/core";
import type { CheckFinding, CheckReport } from "@daybook/core";
import { Command } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { count } from "../format/count.js";
import { withDaybook } from "../open-daybook.js";
import { StopSignals } from "../stop-signals.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export function checkCommand(context: CommandContext): Command {
  const command = new Command("check").description(
    "test the configuration against the server: connects, logs in, and compares what is there with the layout",
  );
  command.option(
    "--read",
    "also read one small file of each source, in part and whole: can what is cut off be continued?",
  );
  return withJson(withScope(command), "print what was found as JSON, a line for each source and host").action(
    async (options: ScopeOptions & { json?: boolean; read?: boolean }, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const stop = new StopSignals({ onFirst: (message) => context.stderr.line(message) });
      try {
        await withDaybook(context, { config, source: options.source }, async (daybook) => {
          stop.listen();
          const oks = new Map<string, boolean[]>();
          for await (const report of daybook.check({
            ...scopeOf(options),
            read: options.read,
            signal: stop.signal,
          })) {
            oks.set(report.source, [...(oks.get(report.source) ?? []), report.ok]);
            if (options.json) context.stdout.json(report);
            else for (const line of reportLines(report)) context.stdout.line(line);
          }
          const verdicts = verdictLines([...oks.values()]);
          if (!options.json) for (const line of verdicts) context.stderr.line(`daybook: ${line}`);
          return verdicts.length > 0 ? ExitCode.failed : ExitCode.complete;
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

/** What can't work, of whether each host of each source is usable. */
function verdictLines(sources: readonly (readonly boolean[])[]): string[] {
  const lost = sources.filter((hosts) => !hosts.includes(true)).length;
  const lame = sources
    .filter((hosts) => hosts.includes(true))
    .flat()
    .filter((ok) => !ok).length;
  return [
    ...(lost > 0 ? [`${count(lost, "source")} would bring nothing home as configured`] : []),
    ...(lame > 0 ? [`${count(lame, "host")} of sources with several can't be used as configured`] : []),
  ];
}

const MARKS: Record<CheckFinding["outcome"], string> = { ok: "ok  ", warning: "look", failed: "BAD " };

function reportLines({ source, endpoint, findings }: CheckReport): string[] {
  const lines = findings.flatMap(({ step, outcome, detail, advice }) => [
    `  ${MARKS[outcome]}  ${step.padEnd("connection".length)}  ${printable(inConfigWords(detail))}`,
    ...(advice === undefined ? [] : [`${" ".repeat(2 + 4 + 2 + 12)}→ ${printable(advice)}`]),
  ]);
  return [`${source}  ${printable(endpoint)}`, ...lines];
}
