import { readFileSync } from "node:fs";
import { Command } from "commander";
import { checkCommand } from "./commands/check.js";
import { cleanCommand } from "./commands/clean.js";
import { completionCommand } from "./commands/completion.js";
import { configSchemaCommand } from "./commands/config-schema.js";
import { demoCommand } from "./commands/demo.js";
import { examplesText } from "./commands/examples.js";
import { explainCommand } from "./commands/explain.js";
import { filesCommand } from "./commands/files.js";
import { gapsCommand } from "./commands/gaps.js";
import { importCommand } from "./commands/import.js";
import { initCommand } from "./commands/init.js";
import { planCommand } from "./commands/plan.js";
import { reportCommand } from "./commands/report.js";
import { retryCommand } from "./commands/retry.js";
import { runCommand } from "./commands/run.js";
import { serveCommand } from "./commands/serve.js";
import { statusCommand } from "./commands/status.js";
import { verifyCommand } from "./commands/verify.js";
import type { CommandContext } from "./context.js";
import type { ExitCode } from "./exit-code.js";
import { reportError } from "./report-error.js";
import { Secrets } from "./secrets.js";

const EXIT_CODES = `
Exit codes: 0 finished and complete, 1 failed, 2 wrong usage or configuration,
3 finished but gaps remain, 130 or 143 stopped by a signal after draining.`;

/** Runs one command line, without the program's own name; tells the exit code. */
export async function runCommandLine(
  args: readonly string[],
  streams: Omit<CommandContext, "exitCode" | "secrets">,
): Promise<ExitCode> {
  const secrets = new Secrets();
  const stdout = secrets.guard(streams.stdout);
  const stderr = secrets.guard(streams.stderr);
  const context: CommandContext = { ...streams, stdout, stderr, secrets, exitCode: 0 };
  try {
    await program(context).parseAsync(args, { from: "user" });
    return context.exitCode;
  } catch (error) {
    return reportError(error, context);
  }
}

function program(context: CommandContext): Command {
  const root = new Command("daybook")
    .description("Bring every file of a date tree home once, verified, and prove which hours are complete.")
    .version(version())
    .option("-c, --config <file>", "the configuration file", "./daybook.yaml")
    .addHelpText("after", EXIT_CODES);
  const commands = [
    initCommand,
    runCommand,
    checkCommand,
    planCommand,
    statusCommand,
    gapsCommand,
    filesCommand,
    explainCommand,
    verifyCommand,
    retryCommand,
    importCommand,
    completionCommand,
    cleanCommand,
    serveCommand,
    reportCommand,
    demoCommand,
    configSchemaCommand,
  ];
  for (const make of commands) root.addCommand(make(context));
  for (const command of root.commands) command.addHelpText("after", () => examplesText(command.name()));
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  }
  return root;
}

function version(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
