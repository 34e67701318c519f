import { DaybookError } from "@daybook/core";
import type { RequestWatch } from "./request-watch.js";

/** What something may take while the server owes it an answer. */
export interface PaceOptions {
  readonly watch: RequestWatch;
  /** ms it may take whatever it brings. */
  readonly patience: number;
  /** ms more for each unit it has brought. */
  readonly perUnit: number;
  readonly units: string;
  /** Units that it has brought so far. */
  readonly brought: () => number;
  /** Whether it is the server's turn. */
  readonly waits: () => boolean;
  readonly onTooSlow: (failure: DaybookError) => void;
}

/**
 * Ends what a server draws out by dripping: silence is ended sooner, by the watch. Counts only the time in which the server
 * owes something, so that a reader or a limit that is slow costs nothing. The returned function ends it.
 */
export function keepPace({
  watch,
  patience,
  perUnit,
  units,
  brought,
  waits,
  onTooSlow,
}: PaceOptions): () => void {
  let waited = 0;
  const forget = watch.whileWaiting((ms) => {
    if (!waits()) return;
    waited += ms;
    if (waited < patience + perUnit * brought()) return;
    forget();
    const seconds = Math.round(waited / 100) / 10;
    const detail = `ended after ${seconds} s, in which the server sent ${brought()} ${units}: it is too slow to go on with`;
    onTooSlow(new DaybookError("timeout", detail));
  });
  return forget;
}
