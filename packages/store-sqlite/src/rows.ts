import type {
  FileRecord,
  FileStatus,
  LedgerNote,
  LedgerChange,
  LedgerEvent,
  OutboxMessage,
  PlannedStretch,
  SlotRecord,
  SlotVisit,
} from "@daybook/core";
import { readableSize } from "@daybook/core";

// What goes between the threads: flat tuples, since cloning an object with dates costs twice as much. Times are ms.

type Maybe<T> = T | null;

export type VisitRow = [
  source: string,
  path: string,
  start: number,
  end: Maybe<number>,
  listing: string,
  visitedAt: number,
  listedAt: Maybe<number>,
  closed: 0 | 1,
  nextVisitAt: Maybe<number>,
  failures: number,
  reason: Maybe<string>,
  selection: Maybe<string>,
  skipped: number,
  skippedNames: string,
  unreadable: number,
  unreadableNames: string,
  lacking: number,
  lackingNames: string,
];

export type SlotRow = [
  ...visit: VisitRow,
  state: string,
  settled: 0 | 1,
  pending: number,
  stored: number,
  quarantined: number,
  gone: number,
  expired: number,
  bytes: number,
];

export type FileRow = [
  source: string,
  path: string,
  slot: string,
  observedAt: Maybe<number>,
  status: number,
  size: Maybe<number>,
  modifiedAt: Maybe<number>,
  firstSeenAt: number,
  sha256: Maybe<string>,
  location: Maybe<string>,
  storedAt: Maybe<number>,
  version: number,
  attempts: number,
  nextAttemptAt: Maybe<number>,
  reason: Maybe<string>,
  encoding: Maybe<string>,
  storedSize: Maybe<number>,
  wantedAt: Maybe<number>,
];

export type EventRow = [source: string, path: string, at: number, what: string, detail: Maybe<string>];

export type MessageRow = [hook: string, id: string, key: string, at: number, body: string];

export type PlannedRow = [layout: string, selection: string, start: number, end: number, slots: number];

export type DeliveredRow = [hook: string, id: string];

export type FenceRow = [lease: string, holder: string];

export type NoteRow = [key: string, value: string, at: number];

export type ChangeRow =
  | { readonly kind: "visit"; readonly row: VisitRow }
  | { readonly kind: "due"; readonly row: [source: string, path: string, at: number] }
  | { readonly kind: "file"; readonly row: FileRow }
  | { readonly kind: "event"; readonly row: EventRow }
  | { readonly kind: "message"; readonly row: MessageRow }
  | { readonly kind: "delivered"; readonly row: DeliveredRow }
  | { readonly kind: "note"; readonly row: [key: string, value: Maybe<string>, at: number] }
  | { readonly kind: "planned"; readonly row: [source: string, stretch: PlannedRow | null] };

/** A file's status is its place in here; the schema's index counts on "stored" being 1 and "expired" 4. */
export const STATUSES: readonly FileStatus[] = ["pending", "stored", "quarantined", "gone", "expired"];

/** Sums of sizes that a server made up are told as the most a number can be. */
export const readableSum = (bytes: number): number => Math.max(0, Math.min(bytes, Number.MAX_SAFE_INTEGER));

const ms = (date: Date | undefined): Maybe<number> => date?.getTime() ?? null;
const date = (time: Maybe<number>): Date | undefined => (time === null ? undefined : new Date(time));

export function changeToRow(change: LedgerChange): ChangeRow {
  switch (change.kind) {
    case "visit":
      return { kind: "visit", row: visitToRow(change.visit) };
    case "due":
      return { kind: "due", row: [change.source, change.path, change.at.getTime()] };
    case "file":
      return { kind: "file", row: fileToRow(change.file) };
    case "event": {
      const { source, path, at, what, detail } = change.event;
      return { kind: "event", row: [source, path, at.getTime(), what, detail ?? null] };
    }
    case "message": {
      const { hook, id, key, at, body } = change.message;
      return { kind: "message", row: [hook, id, key, at.getTime(), body] };
    }
    case "delivered":
      return { kind: "delivered", row: [change.hook, change.id] };
    case "note":
      return { kind: "note", row: [change.key, change.value ?? null, change.at.getTime()] };
    case "planned":
      return { kind: "planned", row: [change.source, change.stretch ? plannedToRow(change.stretch) : null] };
  }
}

function visitToRow(visit: SlotVisit): VisitRow {
  return [
    visit.source,
    visit.path,
    visit.start.getTime(),
    ms(visit.end),
    visit.listing,
    visit.visitedAt.getTime(),
    ms(visit.listedAt),
    visit.closed ? 1 : 0,
    ms(visit.nextVisitAt),
    visit.failures,
    visit.reason ?? null,
    visit.selection ?? null,
    visit.skipped.count,
    JSON.stringify(visit.skipped.names),
    visit.unreadable.count,
    JSON.stringify(visit.unreadable.names),
    visit.lacking?.count ?? 0,
    JSON.stringify(visit.lacking?.names ?? []),
  ];
}

export function rowToSlot(row: SlotRow): SlotRecord {
  return {
    source: row[0],
    path: row[1],
    start: new Date(row[2]),
    end: date(row[3]),
    listing: row[4] as SlotRecord["listing"],
    visitedAt: new Date(row[5]),
    listedAt: date(row[6]),
    closed: row[7] === 1,
    nextVisitAt: date(row[8]),
    failures: row[9],
    reason: row[10] ?? undefined,
    selection: row[11] ?? undefined,
    skipped: { count: row[12], names: JSON.parse(row[13]) as string[] },
    unreadable: { count: row[14], names: JSON.parse(row[15]) as string[] },
    lacking: row[16] > 0 ? { count: row[16], names: JSON.parse(row[17]) as string[] } : undefined,
    state: row[18] as SlotRecord["state"],
    settled: row[19] === 1,
    files: {
      pending: row[20],
      stored: row[21],
      quarantined: row[22],
      gone: row[23],
      expired: row[24],
      bytes: readableSum(row[25]),
    },
  };
}

function fileToRow(file: FileRecord): FileRow {
  return [
    file.source,
    file.path,
    file.slot,
    ms(file.observedAt),
    STATUSES.indexOf(file.status),
    file.size ?? null,
    ms(file.modifiedAt),
    file.firstSeenAt.getTime(),
    file.sha256 ?? null,
    file.location ?? null,
    ms(file.storedAt),
    file.version,
    file.attempts,
    ms(file.nextAttemptAt),
    file.reason ?? null,
    file.encoding ?? null,
    file.storedSize ?? null,
    ms(file.wantedAt),
  ];
}

export function rowToFile(row: FileRow): FileRecord {
  return {
    source: row[0],
    path: row[1],
    slot: row[2],
    observedAt: date(row[3]),
    status: STATUSES[row[4]]!,
    size: readableSize(row[5]),
    modifiedAt: date(row[6]),
    firstSeenAt: new Date(row[7]),
    sha256: row[8] ?? undefined,
    location: row[9] ?? undefined,
    storedAt: date(row[10]),
    version: row[11],
    attempts: row[12],
    nextAttemptAt: date(row[13]),
    reason: row[14] ?? undefined,
    encoding: row[15] ?? undefined,
    storedSize: readableSize(row[16]),
    wantedAt: date(row[17]),
  };
}

export function rowToEvent([source, path, at, what, detail]: EventRow): LedgerEvent {
  return { source, path, at: new Date(at), what, detail: detail ?? undefined };
}

export function rowToMessage([hook, id, key, at, body]: MessageRow): OutboxMessage {
  return { hook, id, key, at: new Date(at), body };
}

export function rowToNote([key, value, at]: NoteRow): LedgerNote {
  return { key, value, at: new Date(at) };
}

function plannedToRow({ layout, selection, start, end, slots }: PlannedStretch): PlannedRow {
  return [layout, selection, start.getTime(), end.getTime(), slots];
}

export function rowToPlanned([layout, selection, start, end, slots]: PlannedRow): PlannedStretch {
  return { layout, selection, start: new Date(start), end: new Date(end), slots };
}
