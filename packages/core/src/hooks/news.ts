import { closesAt } from "../plan/schedule.js";
import type {
  FileRecord,
  LedgerChange,
  RecordOptions,
  SlotRecord,
  SlotVisit,
  StateStore,
} from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import { fileStored, gapClosed, gapFound, quarantined, slotSettled } from "./event-data.js";
import { GroupBook } from "./group-book.js";
import type { HookEvent } from "./hook-event.js";
import { SlotAfter } from "./slot-after.js";
import { slotGap } from "./slot-gap.js";
import type { Subscriptions, TellingSource } from "./subscriptions.js";

export interface NewsOptions {
  readonly store: Pick<StateStore, "record" | "files" | "slots" | "find" | "events">;
  readonly subscriptions: Subscriptions;
  readonly sources: readonly TellingSource[];
  readonly clock: Clock;
  /** Called when messages have been recorded. */
  readonly recorded: () => void;
}

/** One batch of changes, as far as it has been gone through. */
interface Batch {
  readonly files: Map<string, FileRecord>;
  readonly slots: Map<string, SlotAfter>;
  readonly groups: GroupBook;
  readonly found: LedgerChange[];
}

const TOLD = "told";
const GAP_FOUND = "gap found: ";
const GAP_CLOSED = "gap closed";

/**
 * Finds out what changes mean to hooks by comparing them with the ledger they are about to change, and records both in
 * one transaction. So nothing that is told is untrue, and nothing true goes untold, whenever the program is killed.
 */
export class News implements Pick<StateStore, "record"> {
  readonly #store: NewsOptions["store"];
  readonly #subscriptions: Subscriptions;
  readonly #sources: ReadonlyMap<string, TellingSource>;
  readonly #clock: Clock;
  readonly #recorded: () => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ store, subscriptions, sources, clock, recorded }: NewsOptions) {
    this.#store = store;
    this.#subscriptions = subscriptions;
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    this.#clock = clock;
    this.#recorded = recorded;
  }

  /** One after the other: what a batch means depends on what those before it have written. */
  record(changes: readonly LedgerChange[], options?: RecordOptions): Promise<void> {
    const turn = this.#last.then(async () => {
      const meaning = await this.#meaningOf(changes);
      await this.#store.record(meaning.length > 0 ? [...changes, ...meaning] : changes, options);
      if (meaning.length > 0) this.#recorded();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #meaningOf(changes: readonly LedgerChange[]): Promise<LedgerChange[]> {
    const batch: Batch = {
      files: await this.#filesBefore(changes),
      slots: await this.#slotsBefore(changes),
      groups: new GroupBook({ store: this.#store, clock: this.#clock }),
      found: [],
    };
    for (const change of changes) {
      if (change.kind === "visit") this.#visit(batch, change.visit);
      else if (change.kind === "file") await this.#file(batch, change.file);
    }
    for (const slot of batch.slots.values()) await this.#endOfSlot(batch, slot);
    return batch.found;
  }

  #visit(batch: Batch, visit: SlotVisit): void {
    const slot = batch.slots.get(keyOf(visit));
    if (slot === undefined) return;
    // All that the visit before it brought has been gone through.
    this.#settled(batch, slot);
    slot.visit(visit);
  }

  async #file(batch: Batch, file: FileRecord): Promise<void> {
    const source = this.#sources.get(file.source);
    if (source === undefined) return;
    const before = batch.files.get(keyOf(file));
    batch.files.set(keyOf(file), file);
    batch.slots.get(keyOf({ source: file.source, path: file.slot }))?.file(before, file);
    if (file.status === "quarantined" && before?.status !== "quarantined")
      this.#tell(batch, quarantined(file, this.#clock.now()));
    // A version that was fetched again, since it was lost or damaged here, is no news.
    if (file.status !== "stored" || before?.version === file.version) return;
    this.#tell(batch, fileStored(file, source.layout));
    // What was stored before was there for its group already.
    if ((before?.version ?? 0) > 0) return;
    for (const { hook, rule } of this.#subscriptions.groups(file.source)) {
      const whole = await batch.groups.add(hook.name, rule, file, source.layout);
      if (whole === undefined) continue;
      for (const message of this.#subscriptions.messages(whole, hook)) batch.found.push(message);
    }
  }

  #settled(batch: Batch, slot: SlotAfter): void {
    const settled = slot.takeSettled();
    if (settled) this.#tell(batch, slotSettled(settled, this.#clock.now()));
  }

  async #endOfSlot(batch: Batch, slot: SlotAfter): Promise<void> {
    this.#settled(batch, slot);
    const { record } = slot;
    if (record !== undefined && this.#subscriptions.wants(record.source, "gap"))
      await this.#gap(batch, record);
  }

  /** A gap is told when it is found, again when it becomes another, and when it has closed. */
  async #gap(batch: Batch, slot: SlotRecord): Promise<void> {
    const { policy } = this.#sources.get(slot.source)!;
    const gap = slotGap(slot, { closesAt: closesAt(slot, policy), maxAttempts: policy.maxAttempts });
    if (gap === "undecided") return;
    const told = await this.#toldOf(slot);
    const at = this.#clock.now();
    const note = (detail: string) => {
      const event = { source: slot.source, path: slot.path, at, what: TOLD, detail };
      batch.found.push({ kind: "event", event });
    };
    if (gap !== "none" && told !== gap.kinds.join(", ")) {
      note(`${GAP_FOUND}${gap.kinds.join(", ")}`);
      this.#tell(batch, gapFound(slot, gap, at));
    } else if (gap === "none" && told !== undefined) {
      note(GAP_CLOSED);
      this.#tell(batch, gapClosed(slot, at));
    }
  }

  /** The kinds of the slot's gap that hooks know of. */
  async #toldOf({ source, path }: SlotRecord): Promise<string | undefined> {
    let last: string | undefined;
    for await (const { what, detail } of this.#store.events(source, path)) if (what === TOLD) last = detail;
    return last?.startsWith(GAP_FOUND) ? last.slice(GAP_FOUND.length) : undefined;
  }

  #tell(batch: Batch, event: HookEvent): void {
    for (const message of this.#subscriptions.messages(event)) batch.found.push(message);
  }

  async #filesBefore(changes: readonly LedgerChange[]): Promise<Map<string, FileRecord>> {
    const paths = new Map<string, Set<string>>();
    for (const change of changes) {
      if (change.kind !== "file" || !this.#needsFile(change.file)) continue;
      const { source, path } = change.file;
      paths.set(source, (paths.get(source) ?? new Set()).add(path));
    }
    const found = new Map<string, FileRecord>();
    for (const [source, wanted] of paths)
      for (const file of (await this.#store.files(source, [...wanted])).values())
        found.set(keyOf(file), file);
    return found;
  }

  #needsFile({ source, status }: FileRecord): boolean {
    const wants = (...types: Parameters<Subscriptions["wants"]>[1][]) =>
      types.some((type) => this.#subscriptions.wants(source, type));
    if (wants("slot", "gap")) return true;
    if (status === "stored") return wants("file", "group");
    return status === "quarantined" && wants("error");
  }

  /** Of those that are visited: a slot's work begins and ends with a visit. */
  async #slotsBefore(changes: readonly LedgerChange[]): Promise<Map<string, SlotAfter>> {
    const slots = new Map<string, SlotAfter>();
    for (const change of changes) {
      if (change.kind !== "visit" || slots.has(keyOf(change.visit))) continue;
      const { source, path, start, end } = change.visit;
      if (!this.#sources.has(source)) continue;
      if (!this.#subscriptions.wants(source, "slot") && !this.#subscriptions.wants(source, "gap")) continue;
      const window = { start, end: end ?? new Date(start.getTime() + 1) };
      let before: SlotRecord | undefined;
      for await (const slot of this.#store.slots(source, window)) if (slot.path === path) before = slot;
      slots.set(keyOf(change.visit), new SlotAfter(before));
    }
    return slots;
  }
}

const keyOf = ({ source, path }: { source: string; path: string }): string => `${source}\0${path}`;
