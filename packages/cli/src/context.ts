import type { ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";

/** What a command works with, and where it leaves its exit code. */
export interface CommandContext {
  readonly stdout: Output;
  /** A command that keeps a log puts one here that writes as the log does. */
  stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  exitCode: ExitCode;
}
