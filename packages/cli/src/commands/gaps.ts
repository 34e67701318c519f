import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { gapLine } from "../format/gap-words.js";
import { withDaybook } from "../open-daybook.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

export function gapsCommand(context: CommandContext): Command {
  const command = new Command("gaps").description("list what isn't there, and why; exits 3 if there is any");
  return withJson(withScope(command), "print gaps as JSON, one a line").action(
    async (options: ScopeOptions & { json?: boolean }, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      await withDaybook(context, { config, source: options.source, onlyLooks: true }, async (daybook) => {
        let any = false;
        for await (const gap of daybook.gaps(scopeOf(options))) {
          any = true;
          if (options.json) context.stdout.json(gap);
          else context.stdout.line(gapLine(gap));
        }
        if (!any && !options.json) context.stdout.line("no gaps");
        return any ? ExitCode.gaps : ExitCode.complete;
      });
    },
  );
}
