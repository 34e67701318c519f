import type { RunResult } from "@daybook/core";

/** How a source's crawl ended, in words. */
export const OUTCOMES: Readonly<Record<RunResult["outcome"], string>> = {
  complete: "complete",
  gaps: "finished, but gaps remain (daybook gaps lists them)",
  failed: "failed",
  stopped: "stopped",
};
