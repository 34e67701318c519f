import { onAbort } from "@daybook/core";

/** Has `listener` called once when the signal fires, at once if it has; the returned function takes that back. */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  if (!signal.aborted) return onAbort(signal, listener);
  listener();
  return () => {};
}
