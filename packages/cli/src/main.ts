import { ExitCode } from "./exit-code.js";
import { streamOutput } from "./output.js";
import { runCommandLine } from "./program.js";
import { reportError } from "./report-error.js";

const streams = {
  stdout: streamOutput(process.stdout),
  stderr: streamOutput(process.stderr),
  stdin: () => process.stdin,
  env: process.env,
};

process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
  // Whoever read our output is gone; nobody is left to be told.
  if (error.code === "EPIPE") process.exit(ExitCode.brokenPipe);
  process.exit(reportError(error, streams));
});

process.exitCode = await runCommandLine(process.argv.slice(2), streams);
