import type { RunResult } from "@daybook/core";

/** What the shell is told. */
export const ExitCode = {
  complete: 0,
  failed: 1,
  /** Wrong usage or configuration. */
  usage: 2,
  gaps: 3,
  /** The reader of our output is gone; 128 + SIGPIPE. */
  brokenPipe: 141,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A run that was stopped is told by the signal that stopped it. */
export function runExitCode(
  outcome: RunResult["outcome"],
  stoppedBy: "SIGINT" | "SIGTERM" | undefined,
): ExitCode {
  if (outcome !== "stopped") return ExitCode[outcome];
  return ExitCode[stoppedBy ?? "SIGINT"];
}
