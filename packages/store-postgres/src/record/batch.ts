import type {
  FileRecord,
  LedgerChange,
  LedgerEvent,
  OutboxMessage,
  PlannedStretch,
  SlotVisit,
} from "@daybook/core";

export interface Due {
  readonly source: string;
  readonly path: string;
  readonly at: Date;
}

/** What a list of changes comes to, applied in its order: one row per slot and file. */
export interface Batch {
  readonly visits: readonly SlotVisit[];
  readonly dues: readonly Due[];
  readonly files: readonly FileRecord[];
  readonly events: readonly LedgerEvent[];
  readonly messages: readonly OutboxMessage[];
  readonly delivered: readonly Delivered[];
  readonly planned: readonly Planned[];
  readonly notes: readonly Note[];
}

export interface Note {
  readonly key: string;
  readonly value?: string;
  readonly at: Date;
}

export interface Planned {
  readonly source: string;
  readonly stretch?: PlannedStretch;
}

export interface Delivered {
  readonly hook: string;
  readonly id: string;
}

// "\0" is in no path and no name.
const identityOf = ({ source, path }: { source: string; path: string }): string => `${source}\0${path}`;

const messageIdentity = ({ hook, id }: Delivered): string => `${hook}\0${id}`;

const earlier = (a: Date | undefined, b: Date): Date => (a && a <= b ? a : b);

export function foldChanges(changes: readonly LedgerChange[]): Batch {
  const visits = new Map<string, SlotVisit>();
  const dues = new Map<string, Due>();
  const files = new Map<string, FileRecord>();
  const events: LedgerEvent[] = [];
  const messages = new Map<string, OutboxMessage>();
  const delivered = new Map<string, Delivered>();
  const planned = new Map<string, Planned>();
  const notes = new Map<string, Note>();
  for (const change of changes) {
    if (change.kind === "visit") {
      const slot = identityOf(change.visit);
      visits.set(slot, change.visit);
      dues.delete(slot);
    } else if (change.kind === "due") {
      const slot = identityOf(change);
      const visit = visits.get(slot);
      if (visit) visits.set(slot, { ...visit, nextVisitAt: earlier(visit.nextVisitAt, change.at) });
      else dues.set(slot, { ...change, at: earlier(dues.get(slot)?.at, change.at) });
    } else if (change.kind === "file") {
      files.set(identityOf(change.file), change.file);
    } else if (change.kind === "event") {
      events.push(change.event);
    } else if (change.kind === "message") {
      const message = messageIdentity(change.message);
      if (!messages.has(message)) messages.set(message, change.message);
    } else if (change.kind === "planned") {
      planned.set(change.source, change);
    } else if (change.kind === "note") {
      notes.set(change.key, change);
    } else {
      messages.delete(messageIdentity(change));
      delivered.set(messageIdentity(change), change);
    }
  }
  return {
    visits: [...visits.values()],
    dues: [...dues.values()],
    files: [...files.values()],
    events,
    messages: [...messages.values()],
    delivered: [...delivered.values()],
    planned: [...planned.values()],
    notes: [...notes.values()],
  };
}
