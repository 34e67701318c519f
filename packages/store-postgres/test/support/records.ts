import type { FileRecord, LedgerChange, SlotVisit } from "@daybook/core";

export const SOURCE = "RMA1";

/** 2025-01-01 at this hour, UTC. */
export const hour = (n: number): Date => new Date(Date.UTC(2025, 0, 1) + n * 3_600_000);

export const slotPath = (n: number): string => `/L2/RMA1/${hour(n).toISOString().slice(0, 13)}`;

/** A complete listing of that hour's slot, taken when it had closed. */
export function visit(n: number, fields: Partial<SlotVisit> = {}): LedgerChange {
  return {
    kind: "visit",
    visit: {
      source: SOURCE,
      path: slotPath(n),
      start: hour(n),
      end: hour(n + 1),
      listing: "entries",
      visitedAt: hour(n + 2),
      listedAt: hour(n + 2),
      closed: true,
      failures: 0,
      skipped: { count: 0, names: [] },
      unreadable: { count: 0, names: [] },
      ...fields,
    },
  };
}

/** A stored file of 10 bytes in that hour's slot. */
export function file(n: number, name: string, fields: Partial<FileRecord> = {}): LedgerChange {
  return {
    kind: "file",
    file: {
      source: SOURCE,
      path: `${slotPath(n)}/${name}`,
      slot: slotPath(n),
      observedAt: hour(n + 0.5),
      status: "stored",
      size: 10,
      modifiedAt: hour(n + 0.6),
      firstSeenAt: hour(n + 1),
      sha256: "0f".repeat(32),
      location: `RMA1/${name}`,
      storedAt: hour(n + 1),
      version: 1,
      attempts: 0,
      ...fields,
    },
  };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
