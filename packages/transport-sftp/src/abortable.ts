import { cancelled } from "./errors.js";
import { whenAborted } from "./when-aborted.js";

/**
 * The promise's outcome, or kind "cancelled" as soon as the signal fires. What arrives after that is handed to `late`,
 * to be disposed of.
 */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  late: (value: T) => void = () => {},
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const forget = whenAborted(signal, () => {
      reject(cancelled("stopped by the caller"));
      promise.then(late, () => {});
    });
    promise.then(resolve, reject).finally(forget);
  });
}
