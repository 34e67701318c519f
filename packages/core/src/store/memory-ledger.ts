import type { TimeRange } from "../time/range.js";
import { contains } from "../time/range.js";
import { refused } from "./check-changes.js";
import { copyEvent, copyFile, copyStretch, copyVisit } from "./copies.js";
import { fencesOf, leaseLost } from "./fence.js";
import { MemoryLeases } from "./memory-leases.js";
import { MemoryNotes } from "./memory-notes.js";
import { MemoryOutbox } from "./memory-outbox.js";
import type { MemorySlot } from "./memory-slots.js";
import { MemorySlots } from "./memory-slots.js";
import type {
  FileQuery,
  FileRecord,
  GlimpseFilter,
  LedgerChange,
  LedgerEvent,
  PlannedStretch,
  RecordOptions,
  SlotFilter,
  SlotGlimpse,
  SlotRecord,
  Summary,
  SummaryQuery,
} from "./state-store.js";

/** A ledger in memory, without the promises: what `MemoryStore` and `JsonStore` share. */
export class MemoryLedger {
  readonly leases: MemoryLeases;
  readonly outbox = new MemoryOutbox();
  readonly notes = new MemoryNotes();
  readonly #sources = new Map<string, SourceLedger>();

  constructor(leases = new MemoryLeases()) {
    this.leases = leases;
  }

  record(changes: readonly LedgerChange[], options: RecordOptions = {}): void {
    for (const fence of fencesOf(options)) if (!this.leases.holds(fence, options.now)) throw leaseLost(fence);
    this.#refuseUnknownSlots(changes);
    for (const change of changes) this.#apply(change);
  }

  *slots(source: string, range: TimeRange, filter: SlotFilter = {}): Iterable<SlotRecord> {
    const { dueBy, visitedAfter, states, unsettled, flawed } = filter;
    const found = [...(this.#sources.get(source)?.slots.within(range) ?? [])];
    for (const slot of found) {
      const { nextVisitAt } = slot.visit;
      if (dueBy && !(nextVisitAt && nextVisitAt <= dueBy)) continue;
      if (visitedAfter && slot.visit.visitedAt <= visitedAfter) continue;
      const record = slot.record();
      if (states && !states.includes(record.state)) continue;
      if (unsettled && record.settled) continue;
      if (flawed && record.state === "complete" && record.files.gone === 0) continue;
      yield record;
    }
  }

  *glimpses(source: string, range: TimeRange, filter?: GlimpseFilter): Iterable<SlotGlimpse> {
    for (const { path, start, end, state, selection, files } of this.slots(source, range, filter))
      yield { path, start, end, state, selection, lost: files.quarantined + files.gone };
  }

  files(source: string, paths: readonly string[]): Map<string, FileRecord> {
    const known = this.#sources.get(source)?.files;
    const found = new Map<string, FileRecord>();
    for (const path of paths) {
      const file = known?.get(path);
      if (file) found.set(path, copyFile(file));
    }
    return found;
  }

  filesAt(locations: readonly string[]): FileRecord[] {
    const found: FileRecord[] = [];
    for (const location of new Set(locations))
      for (const { places } of this.#sources.values())
        for (const file of places.get(location)?.values() ?? []) found.push(copyFile(file));
    return found;
  }

  *find(query: FileQuery): Iterable<FileRecord> {
    const { range, status, limit = Infinity } = query;
    const found = [...this.#filesOf(query)].filter(
      (file) =>
        (!status || status.includes(file.status)) &&
        (!range || (file.observedAt !== undefined && contains(range, file.observedAt))),
    );
    for (const file of found.sort(bySourceTimeAndPath).slice(0, limit)) yield copyFile(file);
  }

  summarize({ source, range }: SummaryQuery): Summary {
    const slots = { open: 0, failed: 0, partial: 0, incomplete: 0, complete: 0, empty: 0, missing: 0 };
    const files = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };
    let [settled, skipped, unreadable] = [0, 0, 0];
    let next: Date | undefined;
    for (const slot of this.#slotsOf(source, range)) {
      const record = slot.record();
      slots[record.state]++;
      settled += Number(record.settled);
      skipped += record.skipped.count;
      unreadable += record.unreadable.count;
      for (const key of Object.keys(files) as (keyof typeof files)[]) files[key] += record.files[key];
      if (record.nextVisitAt && !(next && next <= record.nextVisitAt)) next = record.nextVisitAt;
    }
    files.bytes = Math.min(files.bytes, Number.MAX_SAFE_INTEGER);
    return { slots, settled, files, skipped, unreadable, nextVisitAt: next };
  }

  planned(source: string): PlannedStretch | undefined {
    const known = this.#sources.get(source);
    const stretch = known?.planned;
    if (!stretch) return undefined;
    let slots = 0;
    for (const { visit } of known.slots.within(stretch)) if (visit.selection === stretch.selection) slots++;
    return slots === stretch.slots ? copyStretch(stretch) : undefined;
  }

  *events(source: string, path: string): Iterable<LedgerEvent> {
    const events = this.#sources.get(source)?.events.get(path) ?? [];
    yield* [...events].sort((a, b) => a.at.getTime() - b.at.getTime()).map(copyEvent);
  }

  /** Everything in it, as changes that make the same ledger again. */
  *changes(): Iterable<LedgerChange> {
    for (const [source, { slots, files, events, planned }] of this.#sources) {
      for (const { visit } of slots.within()) yield { kind: "visit", visit };
      for (const file of files.values()) yield { kind: "file", file };
      for (const ofPath of events.values()) for (const event of ofPath) yield { kind: "event", event };
      if (planned) yield { kind: "planned", source, stretch: planned };
    }
    for (const message of this.outbox.all()) yield { kind: "message", message };
    for (const note of this.notes.all()) yield { kind: "note", ...note };
  }

  #refuseUnknownSlots(changes: readonly LedgerChange[]): void {
    const coming = new Map<string, Set<string>>();
    for (const change of changes) {
      if (change.kind !== "visit" && change.kind !== "file" && change.kind !== "due") continue;
      if (change.kind === "visit") {
        const { source, path } = change.visit;
        coming.set(source, (coming.get(source) ?? new Set()).add(path));
        continue;
      }
      const { source, slot } =
        change.kind === "file" ? change.file : { source: change.source, slot: change.path };
      if (this.#sources.get(source)?.slots.get(slot) || coming.get(source)?.has(slot)) continue;
      throw refused("the slot isn't in the ledger; record a visit to it first", { source, path: slot });
    }
  }

  #apply(change: LedgerChange): void {
    if (change.kind === "visit")
      return this.#source(change.visit.source).slots.visit(copyVisit(change.visit));
    if (change.kind === "file") return this.#source(change.file.source).put(copyFile(change.file));
    if (change.kind === "event") return this.#source(change.event.source).add(copyEvent(change.event));
    if (change.kind === "message") return this.outbox.add(change.message);
    if (change.kind === "delivered") return this.outbox.remove(change.hook, change.id);
    if (change.kind === "note") return this.notes.put(change);
    if (change.kind === "planned") {
      this.#source(change.source).planned = change.stretch && copyStretch(change.stretch);
      return;
    }
    const slot = this.#source(change.source).slots.get(change.path)!;
    const { nextVisitAt } = slot.visit;
    if (nextVisitAt && nextVisitAt <= change.at) return;
    slot.visit = { ...slot.visit, nextVisitAt: new Date(change.at) };
  }

  #source(name: string): SourceLedger {
    let source = this.#sources.get(name);
    if (!source) this.#sources.set(name, (source = new SourceLedger()));
    return source;
  }

  #ledgers(source: string | undefined): SourceLedger[] {
    if (source === undefined) return [...this.#sources.values()];
    const one = this.#sources.get(source);
    return one ? [one] : [];
  }

  *#slotsOf(source: string | undefined, range: TimeRange | undefined): Iterable<MemorySlot> {
    for (const ledger of this.#ledgers(source)) yield* ledger.slots.within(range);
  }

  *#filesOf({ source, slot }: FileQuery): Iterable<FileRecord> {
    for (const { slots, files } of this.#ledgers(source))
      yield* slot === undefined ? files.values() : (slots.get(slot)?.files.values() ?? []);
  }
}

class SourceLedger {
  readonly slots = new MemorySlots();
  readonly files = new Map<string, FileRecord>();
  /** Files by where they are, and by path. */
  readonly places = new Map<string, Map<string, FileRecord>>();
  readonly events = new Map<string, LedgerEvent[]>();
  planned: PlannedStretch | undefined;

  put(file: FileRecord): void {
    const before = this.files.get(file.path);
    if (before) this.slots.get(before.slot)?.remove(file.path);
    if (before) this.#leave(before);
    this.files.set(file.path, file);
    this.#settle(file);
    this.slots.get(file.slot)?.put(file);
  }

  #leave({ location, path }: FileRecord): void {
    const files = location === undefined ? undefined : this.places.get(location);
    files?.delete(path);
    if (files?.size === 0) this.places.delete(location!);
  }

  #settle(file: FileRecord): void {
    if (file.location === undefined) return;
    const files = this.places.get(file.location) ?? new Map<string, FileRecord>();
    this.places.set(file.location, files.set(file.path, file));
  }

  add(event: LedgerEvent): void {
    const events = this.events.get(event.path) ?? [];
    this.events.set(event.path, events);
    const same = (e: LedgerEvent) =>
      e.at.getTime() === event.at.getTime() && e.what === event.what && e.detail === event.detail;
    if (!events.some(same)) events.push(event);
  }
}

function bySourceTimeAndPath(a: FileRecord, b: FileRecord): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  const byTime = timeOf(a) - timeOf(b);
  return byTime || (a.path < b.path ? -1 : 1);
}

// Files without a time come last. MAX_VALUE, not Infinity, whose difference with itself is not a number.
const timeOf = (file: FileRecord): number => file.observedAt?.getTime() ?? Number.MAX_VALUE;
