/** Mulberry32: the same numbers in [0, 1) for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Random = () => number;

export const whole = (below: number, next: Random): number => Math.floor(next() * below);
export const pick = <T>(list: readonly T[], next: Random): T => list[whole(list.length, next)]!;
