import { Option } from "commander";
import type { Command } from "commander";
import { DaybookError } from "@daybook/core";
import type { CommandContext } from "../context.js";
import { Log } from "../progress/log.js";
import type { LogFormat } from "../progress/log.js";
import { LOG_LEVELS } from "../progress/log-entry.js";
import type { LogLevel } from "../progress/log-entry.js";

export interface LogCommandOptions {
  readonly logFormat?: "auto" | LogFormat;
  readonly logLevel?: LogLevel;
  readonly quiet?: boolean;
}

const FORMATS = ["auto", "human", "json"] as const;

/** --log-format, --log-level and --quiet, for commands that go on for long. */
export function withLog(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--log-format <format>",
        "human, json, or auto: for people on a terminal, JSON otherwise; default $DAYBOOK_LOG_FORMAT or auto",
      ).choices(FORMATS),
    )
    .addOption(
      new Option(
        "--log-level <level>",
        "the least grave that is told; default $DAYBOOK_LOG_LEVEL or info",
      ).choices(LOG_LEVELS),
    )
    .option("-q, --quiet", "tell errors only, and show no progress: --log-level error");
}

/**
 * The log that was asked for, on stderr. From here on what the command has to say on stderr is written as that log is.
 * Throws kind "config" where the environment asks for what isn't there.
 */
export function startLog(context: CommandContext, options: LogCommandOptions): Log {
  const { env, stderr } = context;
  const asked = options.logFormat ?? oneOf(FORMATS, "DAYBOOK_LOG_FORMAT", env) ?? "auto";
  const format = asked === "auto" ? (stderr.isTerminal ? "human" : "json") : asked;
  const level = options.quiet
    ? "error"
    : (options.logLevel ?? oneOf(LOG_LEVELS, "DAYBOOK_LOG_LEVEL", env) ?? "info");
  const log = new Log({ output: stderr, format, level });
  context.stderr = log.asOutput("error");
  return log;
}

function oneOf<T extends string>(
  choices: readonly T[],
  name: string,
  env: CommandContext["env"],
): T | undefined {
  const value = env[name];
  if (value === undefined || value === "") return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new DaybookError("config", `${name} must be ${choices.join(", ")}, not ${JSON.stringify(value)}`);
  return found;
}
