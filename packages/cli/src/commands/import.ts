import { dirname, resolve } from "node:path";
import type { ForeignFile } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { withDaybook } from "../open-daybook.js";
import { StatusLine } from "../progress/status-line.js";
import { several, scopeOf, withJson, withScope } from "./options.js";
import type { GlobalOptions, ScopeOptions } from "./options.js";

interface ImportOptions extends ScopeOptions {
  readonly files?: readonly string[];
  readonly hash: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function importCommand(context: CommandContext): Command {
  const command = new Command("import")
    .description("take over what radarlib has brought home, so that nothing is fetched twice")
    .argument("<state...>", "its SQLite database, or the JSON file of its FileStateTracker")
    .option("--files <folder>", "a folder its files may lie in; may be given several times", several)
    .option("--no-hash", "believe its checksums where a file lies at its place already, and don't read it")
    .option("--dry-run", "tell what would be taken over, and change nothing");
  return withJson(withScope(command), "print what became of each file as JSON, one a line").action(
    async (states: string[], options: ImportOptions, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { stdout, stderr } = context;
      const { hash, dryRun = false, json } = options;
      // Only this command needs them.
      const { readState } = await import("../takeover/read-state.js");
      const { Tally } = await import("../takeover/tally.js");
      await withDaybook(context, { config, source: options.source }, async (daybook) => {
        const tally = new Tally();
        const line = new StatusLine({ output: stderr });
        const modules = dirname(resolve(config));
        const files = (async function* (): AsyncGenerator<ForeignFile> {
          for (const state of states) yield* readState(state, { modules, folders: options.files ?? [] });
        })();
        try {
          let looked = 0;
          for await (const one of daybook.takeOver(files, { ...scopeOf(options), hash, dryRun })) {
            tally.add(one);
            if (json) stdout.json({ type: "import", ...one });
            looked++;
            line.update(() => `${looked} files looked at`);
          }
        } finally {
          line.clear();
        }
        const { counts, copied, reasons } = tally;
        if (json) stdout.json({ type: "import-finished", dryRun, ...counts, copied, reasons });
        else for (const text of tally.lines(dryRun)) stdout.line(text);
        return counts.left + counts.unmapped > 0 ? ExitCode.gaps : ExitCode.complete;
      });
    },
  );
}
