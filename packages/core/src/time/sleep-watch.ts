/** In ms: less is what a busy machine may cost. */
const PATIENCE = 10 * 60_000;

/** Knows until when a program sleeps, and so how long it overslept. Times are of a clock that never leaps. */
export class SleepWatch {
  readonly #wakeAt = new Set<{ readonly at: number }>();

  /** Somebody sleeps until then; returns what is to be called when that is over. */
  begin(at: number): () => void {
    const sleep = { at };
    this.#wakeAt.add(sleep);
    return () => void this.#wakeAt.delete(sleep);
  }

  /** How long between the two times nothing happened although something was due; 0 where that is little. */
  overslept(from: number, to: number): number {
    if (to - from <= PATIENCE) return 0;
    let due = to;
    for (const { at } of this.#wakeAt) if (at < due) due = at;
    const lost = to - Math.max(from, due);
    return lost > PATIENCE ? lost : 0;
  }
}
