import type { FileRecord, LedgerEvent, PlannedStretch, SlotVisit } from "./state-store.js";

const copyOf = (date: Date | undefined): Date | undefined => date && new Date(date);

// Copies all the way down: a Date can be changed by whoever holds it, even in a frozen object.

export function copyVisit(visit: SlotVisit): SlotVisit {
  const { skipped, unreadable, lacking } = visit;
  return {
    ...visit,
    start: new Date(visit.start),
    end: copyOf(visit.end),
    visitedAt: new Date(visit.visitedAt),
    listedAt: copyOf(visit.listedAt),
    nextVisitAt: copyOf(visit.nextVisitAt),
    skipped: { count: skipped.count, names: [...skipped.names] },
    unreadable: { count: unreadable.count, names: [...unreadable.names] },
    lacking: lacking && lacking.count > 0 ? { count: lacking.count, names: [...lacking.names] } : undefined,
  };
}

export function copyFile(file: FileRecord): FileRecord {
  return {
    ...file,
    observedAt: copyOf(file.observedAt),
    modifiedAt: copyOf(file.modifiedAt),
    firstSeenAt: new Date(file.firstSeenAt),
    storedAt: copyOf(file.storedAt),
    nextAttemptAt: copyOf(file.nextAttemptAt),
    wantedAt: copyOf(file.wantedAt),
  };
}

export function copyEvent(event: LedgerEvent): LedgerEvent {
  return { ...event, at: new Date(event.at) };
}

export function copyStretch(stretch: PlannedStretch): PlannedStretch {
  return { ...stretch, start: new Date(stretch.start), end: new Date(stretch.end) };
}
