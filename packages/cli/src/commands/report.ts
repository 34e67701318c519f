import { writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DaybookError } from "@daybook/core";
import { Command } from "commander";
import type { CommandContext } from "../context.js";
import { ExitCode } from "../exit-code.js";
import { withDaybook } from "../open-daybook.js";
import { loadDashboard } from "../serve/dashboard-module.js";
import type { GlobalOptions } from "./options.js";

export function reportCommand(context: CommandContext): Command {
  return new Command("report")
    .description(
      "write what the dashboard shows to one HTML file that needs nothing else, to keep or to send",
    )
    .argument("[file]", "where it is written", "daybook-report.html")
    .action(async (file: string, _options: object, self: Command) => {
      const { config } = self.optsWithGlobals<GlobalOptions>();
      const { reportHtml } = await loadDashboard(dirname(resolve(config)));
      await withDaybook(context, { config, onlyLooks: true }, async (daybook) => {
        await write(file, await reportHtml(daybook));
        context.stdout.line(`The report is in ${file}`);
        return ExitCode.complete;
      });
    });
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: NodeJS.ErrnoException) => {
    throw new DaybookError("config", `${file} can't be written: ${cause.code}`, { cause });
  });
}
