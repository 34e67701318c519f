import { DaybookError } from "../errors/daybook-error.js";
import type { LedgerChange } from "./state-store.js";

/** Counters that every store keeps in 32 bits: failures, attempts, versions, names. */
const MOST = 2 ** 31 - 1;
/** UTF-8 bytes of what is found by an index: a source, a hook, a note's key. A slot's path stands in one, too. */
const LONGEST_NAME = 1_000;
const LONGEST_SLOT = 2_000;
/** UTF-16 units of any other text. */
const LONGEST_TEXT = 1_000_000;

// What UTF-8 has no bytes for, and the character at which C ends a text.
const UNSTORABLE = /[\0\p{Surrogate}]/u;

type Fault = string | undefined;
type Check = (value: unknown) => Fault;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const text: Check = (value) => {
  if (typeof value !== "string") return "is no text";
  return value.length > LONGEST_TEXT ? `is longer than ${LONGEST_TEXT} characters` : undefined;
};

/** What things are told apart by has to come back to the letter. */
const identity =
  (bytes = Infinity): Check =>
  (value) => {
    const fault = text(value);
    if (fault) return fault;
    if (UNSTORABLE.test(value as string)) return "holds a NUL or a broken character";
    return Buffer.byteLength(value as string) > bytes ? `is longer than ${bytes} bytes` : undefined;
  };

const count =
  (most: number): Check =>
  (value) => {
    if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most) return undefined;
    return `is ${String(value)}, which is no whole number from 0 to ${most}`;
  };

const size = count(Number.MAX_SAFE_INTEGER);

const time: Check = (value) => {
  if (!(value instanceof Date)) return "is no time";
  return Number.isNaN(value.getTime()) ? "is a time that isn't there" : undefined;
};

const flag: Check = (value) => (typeof value === "boolean" ? undefined : "is neither yes nor no");

const one =
  (...values: string[]): Check =>
  (value) =>
    values.includes(value as string)
      ? undefined
      : `is ${String(value)}, which is none of ${values.join(", ")}`;

const names: Check = (value) => {
  const { count: n, names: some } = (value ?? {}) as { count?: unknown; names?: unknown };
  const fault = count(MOST)(n);
  if (fault) return fault;
  return Array.isArray(some) && !some.some((name) => text(name)) ? undefined : "has names that are no texts";
};

const source = identity(LONGEST_NAME);
const slot = identity(LONGEST_SLOT);
const path = identity();

const VISIT: Record<string, Check> = {
  source,
  path: slot,
  start: time,
  end: optional(time),
  listing: one("entries", "empty", "missing", "failed", "truncated"),
  visitedAt: time,
  listedAt: optional(time),
  closed: flag,
  nextVisitAt: optional(time),
  failures: count(MOST),
  reason: optional(text),
  selection: optional(identity()),
  skipped: names,
  unreadable: names,
  lacking: optional(names),
};

const FILE: Record<string, Check> = {
  source,
  path,
  slot,
  observedAt: optional(time),
  status: one("pending", "stored", "quarantined", "gone", "expired"),
  size: optional(size),
  modifiedAt: optional(time),
  firstSeenAt: time,
  sha256: optional(identity()),
  location: optional(path),
  encoding: optional(identity()),
  storedSize: optional(size),
  storedAt: optional(time),
  version: count(MOST),
  attempts: count(MOST),
  nextAttemptAt: optional(time),
  wantedAt: optional(time),
  reason: optional(text),
};

const EVENT: Record<string, Check> = { source, path, at: time, what: text, detail: optional(text) };

const NAME = identity(LONGEST_NAME);

const MESSAGE: Record<string, Check> = { hook: NAME, id: NAME, key: identity(), at: time, body: text };

const STRETCH: Record<string, Check> = {
  layout: identity(),
  selection: identity(),
  start: time,
  end: time,
  slots: size,
};

/** Each kind's record, its checks, and what it is about. */
function look(change: LedgerChange): [fields: object, checks: Record<string, Check>, about: About] {
  switch (change.kind) {
    case "visit":
      return [change.visit, VISIT, change.visit];
    case "file":
      return [change.file, FILE, change.file];
    case "event":
      return [change.event, EVENT, change.event];
    case "due":
      return [change, { source, path: slot, at: time }, change];
    case "message":
      return [change.message, MESSAGE, { path: change.message.id }];
    case "delivered":
      return [change, { hook: NAME, id: NAME }, { path: change.id }];
    case "planned":
      return change.stretch
        ? [{ source: change.source, ...change.stretch }, { source, ...STRETCH }, { source: change.source }]
        : [change, { source }, { source: change.source }];
    case "note":
      return [change, { key: NAME, value: optional(text), at: time }, { path: change.key }];
  }
}

interface About {
  readonly source?: string;
  readonly path?: string;
}

/**
 * Why no ledger takes the change, as an error of kind "store" and code "record-refused" that names source and path;
 * undefined where every ledger takes it. Every store holds `record` to this, so that what one takes all can hold, and
 * read again.
 */
export function refusalOf(change: LedgerChange): DaybookError | undefined {
  const [fields, checks, { source, path }] = look(change);
  for (const [field, check] of Object.entries(checks)) {
    const fault = check((fields as Record<string, unknown>)[field]);
    if (fault)
      return refused(`the ledger can't hold this ${change.kind}: its ${field} ${fault}`, { source, path });
  }
  return undefined;
}

/** Throws the refusal of the first change that no ledger takes. */
export function checkChanges(changes: readonly LedgerChange[]): void {
  for (const change of changes) {
    const refusal = refusalOf(change);
    if (refusal) throw refusal;
  }
}

/** A change that `record` refuses, where trying it again is of no use. */
export function refused(detail: string, { source, path }: About): DaybookError {
  return new DaybookError("store", detail, {
    ...{ retry: "no", code: "record-refused", operation: "record" },
    source: typeof source === "string" ? source : undefined,
    path: typeof path === "string" ? path : undefined,
  });
}

/** A number as the ledger had it, where it is one that can be meant: what no ledger takes now, an older one may hold. */
export function readableSize(value: number | null | undefined): number | undefined {
  return typeof value === "number" && size(value) === undefined ? value : undefined;
}
