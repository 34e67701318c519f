import type { ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";

/** What a command works with, and where it leaves its exit code. */
export interface CommandContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  exitCode: ExitCode;
}
