import { asDaybookError, type DaybookError } from "../errors/daybook-error.js";

export interface Patience {
  /** Whether it may pass by itself, or somebody may mend it meanwhile. */
  readonly passing: (error: DaybookError) => boolean;
  /** Told of each failure, and how many there were before it. */
  readonly failed: (error: DaybookError, before: number) => void;
  /** Resolves when it is to be tried again; rejects when nobody waits for it any more. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  /** It went well, after it had failed. */
  readonly over: () => void;
}

/** Does something that must be done before any work can begin, again and again until it works. */
export async function keepTrying(
  work: () => Promise<void>,
  patience: Patience,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; failures++) {
    try {
      await work();
      if (failures > 0) patience.over();
      return;
    } catch (cause) {
      const error = asDaybookError(cause, "store");
      if (!patience.passing(error)) throw error;
      patience.failed(error, failures);
    }
    await patience.pass(signal);
  }
}
