/** One listener of ours for each signal. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Has `listener` called once when the signal fires, at once if it has; the returned function takes that back. A crawl
 * gives one signal to thousands of calls, and a signal looks through all its listeners for each that comes or goes.
 */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  const all = listeners.get(signal) ?? listen(signal);
  const own = () => listener();
  all.add(own);
  return () => void all.delete(own);
}

function listen(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  listeners.set(signal, all);
  const onAbort = () => {
    for (const each of [...all]) each();
    all.clear();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  return all;
}
