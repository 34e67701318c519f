import { printable } from "@daybook/core";
import type { Explanation } from "@daybook/core";
import { Command } from "commander";
import { inConfigWords } from "../config/config-words.js";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { table } from "../format/table.js";
import { formatInstant } from "../format/time.js";
import { withDaybook } from "../open-daybook.js";
import { withJson, withSource } from "./options.js";
import type { GlobalOptions } from "./options.js";

interface ExplainOptions {
  readonly source?: readonly string[];
  readonly json?: boolean;
}

export function explainCommand(context: CommandContext): Command {
  const command = new Command("explain")
    .description("tell the story of one file, or of an hour's directory: what happened, and what comes next")
    .argument("<path>", "its path at the source, or where it is on this machine");
  return withJson(withSource(command), "print what is known as JSON, a line for each source").action(
    async (path: string, { source, json }: ExplainOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { stdout, stderr } = context;
      await withDaybook(context, { config, source, onlyLooks: true }, async (daybook) => {
        const told = await daybook.explain(path, { sources: source });
        for (const one of told) {
          if (json) stdout.json(one);
          else for (const line of explanationLines(one)) stdout.line(line);
        }
        if (told.length > 0) return ExitCode.complete;
        const whom = source === undefined ? "no source" : `not ${source.join(" or ")}`;
        stderr.line(
          `daybook: ${whom} knows ${printable(path)}: it is no file or hour of a layout in ${config}`,
        );
        return ExitCode.failed;
      });
    },
  );
}

function explanationLines({ source, path, story, events }: Explanation): string[] {
  const moments = events.map(({ at, what, detail }) => [
    `  ${formatInstant(at)}`,
    what,
    printable(inConfigWords(detail ?? "")),
  ]);
  return [
    `${source}  ${printable(path)}`,
    ...story.map((line) => `  ${printable(inConfigWords(line))}`),
    ...table(moments),
  ];
}
