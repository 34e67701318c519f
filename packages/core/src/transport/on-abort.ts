const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` when the signal fires; returns what takes that back. One listener for each signal, however many wait:
 * adding one to a signal and removing it again costs more than most of what is done in between. A signal that has
 * fired already is the caller's to look at.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  let actions = listeners.get(signal);
  if (actions === undefined) {
    const all = new Set<() => void>();
    actions = all;
    listeners.set(signal, all);
    signal.addEventListener(
      "abort",
      () => {
        const waiting = [...all];
        all.clear();
        for (const each of waiting) each();
      },
      { once: true },
    );
  }
  const all = actions;
  // A wrapper, so that the same function may wait twice.
  const entry = () => action();
  all.add(entry);
  return () => void all.delete(entry);
}
