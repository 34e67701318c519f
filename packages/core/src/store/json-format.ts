import { DaybookError } from "../errors/daybook-error.js";
import type { LedgerNote } from "./ledger-note.js";
import { readableSize } from "./check-changes.js";
import { MemoryLeases } from "./memory-leases.js";
import type { Lease } from "./memory-leases.js";
import { MemoryLedger } from "./memory-ledger.js";
import type { OutboxMessage } from "./outbox-message.js";
import type { FileRecord, LedgerChange, LedgerEvent, PlannedStretch, SlotVisit } from "./state-store.js";

/** Goes up with every change of the format that an older Daybook would misread. */
const SCHEMA = 3;

/** The ledger as JSON, a record a line. Times are ISO 8601, UTC. */
export function encodeLedger(ledger: MemoryLedger): string {
  const lines = {
    leases: [...ledger.leases].map(line),
    slots: [] as string[],
    files: [] as string[],
    events: [] as string[],
    outbox: [] as string[],
    planned: [] as string[],
    notes: [] as string[],
  };
  for (const change of ledger.changes()) {
    if (change.kind === "visit") lines.slots.push(line(change.visit));
    else if (change.kind === "file") lines.files.push(line(change.file));
    else if (change.kind === "event") lines.events.push(line(change.event));
    else if (change.kind === "message") lines.outbox.push(line(change.message));
    else if (change.kind === "note") lines.notes.push(line(noteOf(change)));
    else if (change.kind === "planned")
      lines.planned.push(line({ source: change.source, ...change.stretch }));
  }
  const lists = Object.entries(lines).map(([name, items]) => `"${name}": [${items.join(",")}\n]`);
  return `{ "daybook": "ledger", "schema": ${SCHEMA},\n${lists.join(",\n")}\n}\n`;
}

const noteOf = ({ key, value, at }: LedgerChange & { readonly kind: "note" }) => ({ key, value, at });

const line = (record: unknown): string => `\n${JSON.stringify(record)}`;

/** The reverse; rejects what isn't whole, so that a damaged ledger is never taken for an empty one. */
export function decodeLedger(text: string, path: string): MemoryLedger {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
    const { daybook, schema } = parsed as { daybook?: unknown; schema?: unknown };
    if (daybook !== "ledger" || typeof schema !== "number") throw new TypeError("it isn't a Daybook ledger");
    if (schema > SCHEMA) throw newer(schema, path);
    return fromLists(parsed as Lists);
  } catch (cause) {
    if (cause instanceof DaybookError && cause.kind === "config") throw cause;
    throw new DaybookError(
      "store",
      `the ledger ${path} is damaged (${(cause as Error).message}); restore it from a copy, or move it away to begin a new one`,
      { retry: "no", operation: "open", cause },
    );
  }
}

interface Lists {
  readonly leases: Lease[];
  readonly slots: SlotVisit[];
  readonly files: FileRecord[];
  readonly events: LedgerEvent[];
  readonly outbox: OutboxMessage[];
  readonly planned: (PlannedStretch & { readonly source: string })[];
  /** Schema 1 had none. */
  readonly notes?: LedgerNote[];
}

function fromLists({ leases, slots, files, events, outbox, planned, notes = [] }: Lists): MemoryLedger {
  for (const list of [leases, slots, files, events, outbox, planned, notes])
    if (!Array.isArray(list)) throw new TypeError("a part is missing");
  const ledger = new MemoryLedger(new MemoryLeases(leases));
  const visits = slots.map((slot) => dated(slot, ["start", "visitedAt"], ["end", "listedAt", "nextVisitAt"]));
  const found = files.map((file) =>
    readable(
      dated(file, ["firstSeenAt"], ["observedAt", "modifiedAt", "storedAt", "nextAttemptAt", "wantedAt"]),
    ),
  );
  const happened = events.map((event) => dated(event, ["at"], []));
  const waiting = outbox.map((message) => ({ ...message, at: instant(message.at, message.id) }));
  const stretches = planned.map(({ source, ...stretch }) => ({
    source,
    stretch: { ...stretch, start: instant(stretch.start, source), end: instant(stretch.end, source) },
  }));
  ledger.record([
    ...visits.map((visit): LedgerChange => ({ kind: "visit", visit })),
    ...found.map((file): LedgerChange => ({ kind: "file", file })),
    ...happened.map((event): LedgerChange => ({ kind: "event", event })),
    ...waiting.map((message): LedgerChange => ({ kind: "message", message })),
    ...stretches.map((stretch): LedgerChange => ({ kind: "planned", ...stretch })),
    ...notes.map((note): LedgerChange => ({ kind: "note", ...note, at: instant(note.at, note.key) })),
  ]);
  return ledger;
}

/** Sizes that no server can mean were taken once: they are unknown. */
function readable(file: FileRecord): FileRecord {
  return { ...file, size: readableSize(file.size), storedSize: readableSize(file.storedSize) };
}

function dated<T extends { readonly source: string; readonly path: string }>(
  record: T,
  required: readonly (keyof T)[],
  optional: readonly (keyof T)[],
): T {
  if (typeof record.source !== "string" || typeof record.path !== "string")
    throw new TypeError("a record has no name");
  const times = [...required, ...optional.filter((key) => record[key] !== undefined)];
  const dates = times.map((key) => {
    return [key, instant(record[key], `${String(key)} of ${record.path}`)] as const;
  });
  return { ...record, ...Object.fromEntries(dates) };
}

function instant(value: unknown, what: string): Date {
  const date = new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new TypeError(`${what} is not a time`);
  return date;
}

function newer(schema: number, path: string): DaybookError {
  return new DaybookError(
    "config",
    `the ledger ${path} was written by a newer Daybook (its schema is ${schema}, this one knows up to ${SCHEMA}); update Daybook`,
    { operation: "open" },
  );
}
