import type { FileCounts, FileStatus } from "@daybook/core";

type Counts = { -readonly [K in keyof FileCounts]: FileCounts[K] };

/** By how much the counts of slots change. */
export class CountChanges {
  readonly #slots = new Map<number, Counts>();

  /** A file that counts from now on (1), or no longer (-1). */
  add(slotId: number, status: FileStatus, size: number | null | undefined, sign: 1 | -1): void {
    let counts = this.#slots.get(slotId);
    if (!counts)
      this.#slots.set(
        slotId,
        (counts = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 }),
      );
    counts[status] += sign;
    if (status === "stored") counts.bytes += sign * (size ?? 0);
  }

  /** Those that do change, in the order of the slots' ids. */
  changes(): ({ slotId: number } & FileCounts)[] {
    return [...this.#slots]
      .map(([slotId, counts]) => ({ slotId, ...counts }))
      .filter((c) => c.pending || c.stored || c.quarantined || c.gone || c.expired || c.bytes)
      .sort((a, b) => a.slotId - b.slotId);
  }
}
