/**
 * The wait before attempt `failures + 1`, in ms: doubling from `base` up to `longest`, with a jitter of up to a quarter
 * taken off so that many waiters don't come back at once. `random` is in [0, 1).
 */
export function backoff(failures: number, base: number, longest: number, random: () => number): number {
  const full = Math.min(longest, base * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.round(full * (1 - random() / 4));
}
