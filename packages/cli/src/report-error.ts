import { isDaybookError } from "@daybook/core";
import { CommanderError } from "commander";
import { inConfigWords } from "./config/config-words.js";
import type { CommandContext } from "./context.js";
import { ExitCode } from "./exit-code.js";

/** Says what went wrong in one line, and with what exit code that ends. */
export function reportError(
  error: unknown,
  { stderr, env }: Pick<CommandContext, "stderr" | "env">,
): ExitCode {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.complete : ExitCode.usage;
  if (isDaybookError(error)) {
    stderr.line(`daybook: ${inConfigWords(error.message)}`);
    return error.kind === "config" ? ExitCode.usage : ExitCode.failed;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  stderr.line(`daybook: ${message}. This is a bug in daybook: please report it, with DAYBOOK_DEBUG=1 set`);
  if (env["DAYBOOK_DEBUG"] === "1") stderr.line(stack ?? "");
  return ExitCode.failed;
}
