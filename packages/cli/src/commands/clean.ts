import { printable } from "@daybook/core";
import type { LetGo } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { formatBytes } from "../format/bytes.js";
import { count } from "../format/count.js";
import { withDaybook } from "../open-daybook.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

interface CleanOptions extends ScopeOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function cleanCommand(context: CommandContext): Command {
  const command = new Command("clean")
    .description(
      "delete files older than their source keeps them, as a run does by itself; exits 3 if some had to be left alone",
    )
    .option("--dry-run", "tell what would be deleted, and delete nothing")
    .option("--yes", "the machine's clock is right, although nothing else says that it is so late");
  return withJson(withScope(command), "print each file as JSON, one a line").action(
    async (options: CleanOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { stdout } = context;
      const { dryRun = false } = options;
      await withDaybook(context, { config, source: options.source }, async (daybook) => {
        let [files, bytes, left] = [0, 0, 0];
        for await (const one of daybook.clean({ ...scopeOf(options), dryRun, yes: options.yes })) {
          if (options.json) stdout.json({ type: "file", ...one });
          else stdout.data(fileLine(one, dryRun));
          if (one.outcome === "refused" || one.outcome === "replaced") left++;
          else files++;
          bytes += one.bytes;
        }
        const figures = { files, bytes, left, dryRun };
        if (options.json) stdout.json({ type: "clean-finished", ...figures });
        else stdout.line(sentence(figures));
        return left > 0 ? ExitCode.gaps : ExitCode.complete;
      });
    },
  );
}

function fileLine({ source, outcome, location, bytes, detail }: LetGo, dryRun: boolean): string {
  const deleted = outcome === "deleted" || outcome === "would-be-deleted";
  const what = deleted ? formatBytes(bytes) : printable(detail);
  const width = (dryRun ? "would-be-deleted" : "replaced").length;
  return [source, outcome.padEnd(width), printable(location), what].join("  ");
}

function sentence(figures: { files: number; bytes: number; left: number; dryRun: boolean }): string {
  const { files, bytes, left, dryRun } = figures;
  const alone = left > 0 ? `; ${left} left alone` : "";
  const verb = dryRun ? "would be let go" : "let go";
  return `${count(files, "file")} ${verb}, ${formatBytes(bytes)} freed${alone}`;
}
