import type { DueSlot } from "../plan/due-slot.js";
import type { LedgerChange, SlotRecord, SlotVisit } from "../store/state-store.js";
import type { LedgerWriter } from "./ledger-writer.js";
import type { Source } from "./source.js";

export interface SlotWorkOptions {
  readonly source: Source;
  readonly writer: LedgerWriter;
  readonly planned: DueSlot;
  /** Recorded already. */
  readonly visit: SlotVisit;
  /** Called once all of it is in the ledger, with the time at which the slot is due again, epoch ms or `Infinity`. */
  readonly onDone: (path: string, due: number) => void;
}

/** A slot between its visit and its last file. */
export class SlotWork {
  readonly #options: SlotWorkOptions;
  #visit: SlotVisit;
  /** What it waits for: its files, and that all of them were added. */
  #left = 1;
  #files = 0;
  /** When the earliest of its failed files may be tried again; epoch ms. */
  #again = Infinity;

  constructor(options: SlotWorkOptions) {
    this.#options = options;
    this.#visit = options.visit;
  }

  /** One more file is to be fetched. */
  add(): void {
    this.#left++;
    this.#files++;
  }

  /** All its files were added. */
  async added(): Promise<void> {
    await this.#oneDone([], () => undefined);
  }

  /** One of its files may be tried again then. */
  tryAgain(at: Date | undefined): void {
    this.#again = Math.min(this.#again, at?.getTime() ?? Infinity);
  }

  /**
   * Records what one file has come to and, with the last one, when the slot is due next. `recorded` tells of the file,
   * which comes before what the slot has come to by it.
   */
  async fileDone(changes: LedgerChange[], recorded: () => void): Promise<void> {
    await this.#oneDone(changes, recorded);
  }

  async #oneDone(changes: LedgerChange[], recorded: () => void): Promise<void> {
    const { writer } = this.#options;
    if (--this.#left > 0) {
      await writer.write(changes);
      return recorded();
    }
    const next = Math.min(this.#visit.nextVisitAt?.getTime() ?? Infinity, this.#again);
    this.#visit = { ...this.#visit, nextVisitAt: next === Infinity ? undefined : new Date(next) };
    await writer.write([...changes, { kind: "visit", visit: this.#visit }]);
    recorded();
    await this.end();
  }

  /** Nothing is left to do for it now. */
  async end(): Promise<void> {
    const { source, writer, planned, onDone } = this.#options;
    const files = this.#files;
    const visit = this.#visit;
    const { path } = planned.slot;
    const before = planned.previous;
    const news = files > 0 || !before?.settled || before.state !== "complete";
    let due = visit.nextVisitAt?.getTime() ?? Infinity;
    const record = due === Infinity || (visit.closed && news) ? await this.#record() : undefined;
    if (record?.settled && visit.closed && news) await this.#tellSettled(record, before);
    if (due === Infinity && record !== undefined && record.files.pending > 0) {
      // A file was put back in the queue while the slot was being worked on.
      due = source.clock.now().getTime() + source.policy.retryDelay;
      await writer.write([{ kind: "due", source: visit.source, path, at: new Date(due) }]);
    }
    onDone(path, due);
  }

  async #record(): Promise<SlotRecord | undefined> {
    const { source, path, start, end } = this.#visit;
    const window = { start, end: end ?? new Date(start.getTime() + 1) };
    for await (const slot of this.#options.source.store.slots(source, window))
      if (slot.path === path) return slot;
    return undefined;
  }

  async #tellSettled(slot: SlotRecord, before: SlotRecord | undefined): Promise<void> {
    const { source, writer } = this.#options;
    const files = this.#files;
    const { name, emit, clock } = source;
    const { path, state } = slot;
    const at = clock.now();
    if (!before?.settled) return emit({ type: "slot-settled", source: name, at, slot });
    const changed = state !== before.state;
    if (changed || (state === "complete" && files > 0))
      emit({ type: "slot-settled", source: name, at, slot, before: before.state });
    if (!changed || state !== "complete") return;
    const detail = `it was ${before.state}, and is complete now`;
    await writer.write([{ kind: "event", event: { source: name, path, at, what: "gap-closed", detail } }]);
  }
}
