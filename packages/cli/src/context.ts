import type { ExitCode } from "./exit-code.js";
import type { Output } from "./output.js";
import type { Secrets } from "./secrets.js";

/** What a command works with, and where it leaves its exit code. */
export interface CommandContext {
  readonly stdout: Output;
  /** A command that keeps a log puts one here that writes as the log does. */
  stderr: Output;
  /** Where answers come from, if it is a terminal; opened only when somebody asks. */
  readonly stdin?: () => NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the outputs must not show. */
  readonly secrets: Secrets;
  exitCode: ExitCode;
}
