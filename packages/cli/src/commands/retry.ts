import { printable } from "@daybook/core";
import type { Daybook, FileRecord, Scope } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { count } from "../format/count.js";
import { toJson } from "../format/json.js";
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
        const scope = scopeOf(options);
        const refused = await refusals(daybook, paths, scope);
        for (const line of refused) stderr.line(`daybook: ${line}`);
        const back = await daybook.retry({
          ...scope,
          ...(paths.length > 0 && { paths }),
          expired: options.expired,
        });
        stdout.line(options.json ? toJson(back) : sentence(back));
        return refused.length > 0 ? ExitCode.failed : ExitCode.complete;
      });
    },
  );
}

function sentence({ files, slots }: { files: number; slots: number }): string {
  if (files + slots === 0) return "nothing to put back";
  const parts = [...(files > 0 ? [count(files, "file")] : []), ...(slots > 0 ? [count(slots, "slot")] : [])];
  return `${parts.join(" and ")} put back in the queue, for the run that is under way or the next one`;
}

/** Why some of the paths can't be put back. */
async function refusals(daybook: Daybook, paths: readonly string[], scope: Scope): Promise<string[]> {
  const lines: string[] = [];
  for (const path of paths) {
    const told = await daybook.explain(path, scope);
    const files = told.flatMap(({ file }) => (file?.path === path ? [file] : []));
    if (files.some(queued) || told.some(({ what, visit }) => what === "slot" && visit?.path === path))
      continue;
    const why = files[0] ? WHY_NOT[files[0].status] : "the ledger doesn't know it";
    lines.push(`${printable(path)} is not put back: ${why}`);
  }
  return lines;
}

const queued = ({ status }: FileRecord) =>
  status === "pending" || status === "quarantined" || status === "expired";

const WHY_NOT: Partial<Record<FileRecord["status"], string>> = {
  stored: "it is stored (daybook verify --repair fetches what is lost or damaged again)",
  gone: "it left the source; it is fetched if it comes back",
};
