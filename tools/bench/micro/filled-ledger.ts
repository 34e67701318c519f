import {
  DEFAULT_POLICY,
  RADAR_TEMPLATE,
  template,
  type FileRecord,
  type LedgerChange,
  type Slot,
  type SlotVisit,
  type StateStore,
  type TimeRange,
} from "@daybook/core";

export const SOURCE = "RMA1";
export const LAYOUT = template(RADAR_TEMPLATE, { radar: SOURCE });

/** Changes in one transaction. */
const BATCH = 1000;

export interface Filling {
  readonly range: TimeRange;
  /** Stored files in each slot. */
  readonly filesPerSlot: number;
}

/** Records every slot of the range as complete, long ago and not due again; returns the files' paths. */
export async function fill(store: StateStore, { range, filesPerSlot }: Filling): Promise<string[]> {
  const paths: string[] = [];
  let batch: LedgerChange[] = [];
  for (const slot of LAYOUT.slots(range)) {
    batch.push({ kind: "visit", visit: visitOf(slot) });
    for (let i = 0; i < filesPerSlot; i++) {
      const file = fileOf(slot, i);
      paths.push(file.path);
      batch.push({ kind: "file", file });
    }
    if (batch.length < BATCH) continue;
    await store.record(batch);
    batch = [];
  }
  await store.record(batch);
  return paths;
}

function visitOf({ path, start, end }: Slot): SlotVisit {
  const none = { count: 0, names: [] };
  const visitedAt = new Date(end!.getTime() + 8 * 86_400_000);
  return {
    source: SOURCE,
    path,
    start,
    end,
    listing: "entries",
    visitedAt,
    listedAt: visitedAt,
    closed: true,
    failures: 0,
    selection: DEFAULT_POLICY.selection,
    skipped: none,
    unreadable: none,
  };
}

function fileOf(slot: Slot, i: number): FileRecord {
  const observedAt = new Date(slot.start.getTime() + i * 1000);
  const attributes = { radar: SOURCE, strategy: "0315", volume: "01", field: "DBZH" };
  const path = LAYOUT.format({ observedAt, attributes });
  return {
    source: SOURCE,
    path,
    slot: slot.path,
    observedAt,
    status: "stored",
    size: 100_000,
    modifiedAt: observedAt,
    firstSeenAt: observedAt,
    sha256: "0".repeat(64),
    location: path.replace("/L2/", ""),
    storedAt: observedAt,
    version: 1,
    attempts: 0,
  };
}
