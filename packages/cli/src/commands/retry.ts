import { printable } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { count } from "../format/count.js";
import { withDaybook } from "../open-daybook.js";
import { scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

interface RetryOptions extends ScopeOptions {
  readonly expired?: boolean;
  readonly json?: boolean;
}

export function retryCommand(context: CommandContext): Command {
  const command = new Command("retry")
    .description(
      "put files that were given up or wait for another attempt, and hours that failed, back in the queue",
    )
    .argument(
      "[path...]",
      "only these: files by their paths at the source, hours by their directories, to be listed again",
    );
  command.option("--expired", "also files that were deleted for their age, to be fetched again");
  return withJson(withScope(command), "print what was put back as JSON").action(
    async (given: string[], options: RetryOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { stdout, stderr } = context;
      const paths = given.map((path) => path.replace(/(?<=[^/])\/+$/, ""));
      await withDaybook(context, { config, source: options.source }, async (daybook) => {
        const back = await daybook.retry({
          ...scopeOf(options),
          ...(paths.length > 0 && { paths }),
          expired: options.expired,
        });
        for (const { path, reason } of back.refused ?? [])
          stderr.line(`daybook: ${printable(path)} is not put back: ${reason}`);
        if (options.json) stdout.json(back);
        else stdout.line(sentence(back));
        return back.refused ? ExitCode.failed : ExitCode.complete;
      });
    },
  );
}

function sentence({ files, slots }: { files: number; slots: number }): string {
  if (files + slots === 0) return "nothing to put back";
  const parts = [...(files > 0 ? [count(files, "file")] : []), ...(slots > 0 ? [count(slots, "slot")] : [])];
  return `${parts.join(" and ")} put back in the queue, for the run that is under way or the next one`;
}
