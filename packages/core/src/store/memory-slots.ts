import type { TimeRange } from "../time/range.js";
import { overlaps } from "../time/range.js";
import { copyVisit } from "./copies.js";
import { isSettled, slotState } from "./slot-state.js";
import type { FileRecord, SlotRecord, SlotVisit } from "./state-store.js";

/** A slot in memory: its last visit, its files by path, and what they add up to. */
export class MemorySlot {
  visit: SlotVisit;
  readonly #files = new Map<string, FileRecord>();
  readonly #counts = { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 };

  constructor(visit: SlotVisit) {
    this.visit = visit;
  }

  get files(): ReadonlyMap<string, FileRecord> {
    return this.#files;
  }

  put(file: FileRecord): void {
    this.remove(file.path);
    this.#files.set(file.path, file);
    this.#count(file, 1);
  }

  remove(path: string): void {
    const file = this.#files.get(path);
    if (file && this.#files.delete(path)) this.#count(file, -1);
  }

  record(): SlotRecord {
    const facts = { ...this.visit, files: this.#counts };
    return {
      ...copyVisit(this.visit),
      state: slotState(facts),
      settled: isSettled(facts),
      files: { ...this.#counts, bytes: Math.min(this.#counts.bytes, Number.MAX_SAFE_INTEGER) },
    };
  }

  #count(file: FileRecord, sign: 1 | -1): void {
    this.#counts[file.status] += sign;
    if (file.status === "stored") this.#counts.bytes += sign * (file.size ?? 0);
  }
}

/** The slots of one source: by path, and in the order of their start. */
export class MemorySlots {
  readonly #byPath = new Map<string, MemorySlot>();
  readonly #ordered: MemorySlot[] = [];
  #sorted = true;
  /** In ms; how far before a range a slot that overlaps it may start. */
  #longest = 0;

  get(path: string): MemorySlot | undefined {
    return this.#byPath.get(path);
  }

  visit(visit: SlotVisit): void {
    const known = this.#byPath.get(visit.path);
    this.#longest = Math.max(this.#longest, (visit.end?.getTime() ?? Infinity) - visit.start.getTime());
    if (known) {
      if (known.visit.start.getTime() !== visit.start.getTime()) this.#sorted = false;
      known.visit = visit;
      return;
    }
    const slot = new MemorySlot(visit);
    this.#byPath.set(visit.path, slot);
    this.#ordered.push(slot);
    this.#sorted = false;
  }

  /** Those that overlap the range, oldest first. */
  *within(range?: TimeRange): Iterable<MemorySlot> {
    const all = this.#inOrder();
    if (!range) return void (yield* all);
    const earliest = range.start.getTime() - this.#longest;
    for (let i = lowerBound(all, earliest); i < all.length; i++) {
      const slot = all[i]!;
      if (range.end && slot.visit.start >= range.end) return;
      if (overlaps(slot.visit, range)) yield slot;
    }
  }

  #inOrder(): readonly MemorySlot[] {
    if (!this.#sorted) {
      this.#ordered.sort(
        ({ visit: a }, { visit: b }) => a.start.getTime() - b.start.getTime() || (a.path < b.path ? -1 : 1),
      );
      this.#sorted = true;
    }
    return this.#ordered;
  }
}

/** Index of the first slot that starts at `time` or later. */
function lowerBound(slots: readonly MemorySlot[], time: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (slots[middle]!.visit.start.getTime() < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
