import type { DaybookError } from "../errors/daybook-error.js";
import { lackingOf } from "../expect/lacking.js";
import type { DueSlot } from "../plan/due-slot.js";
import type { FileRecord, LedgerChange, SlotRecord, SlotVisit } from "../store/state-store.js";
import { isRefused, refusalReason, type LedgerWriter } from "./ledger-writer.js";
import type { Source } from "./source.js";

export interface SlotWorkOptions {
  readonly source: Source;
  readonly writer: LedgerWriter;
  readonly planned: DueSlot;
  /** Recorded already. */
  readonly visit: SlotVisit;
  /**
   * Called once all of it is in the ledger, with the time at which the slot is due again, epoch ms or `Infinity`; `held`
   * where something of it couldn't be recorded, and it isn't to be looked at before.
   */
  readonly onDone: (due: number, held: boolean) => void;
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
  #held = false;

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
   * which comes before what the slot has come to by it. What the ledger refuses is told of the file itself, as it was in
   * `before`.
   */
  async fileDone(before: FileRecord, changes: LedgerChange[], recorded: () => void): Promise<void> {
    await this.#oneDone(changes, recorded, before);
  }

  async #oneDone(changes: LedgerChange[], recorded: () => void, before?: FileRecord): Promise<void> {
    const { source, writer } = this.#options;
    const last = --this.#left === 0;
    const judged = last && source.policy.expect !== undefined && this.#visit.closed;
    if (last) {
      const next = Math.min(this.#visit.nextVisitAt?.getTime() ?? Infinity, this.#again);
      this.#visit = { ...this.#visit, nextVisitAt: next === Infinity ? undefined : new Date(next) };
      if (!judged) changes.push({ kind: "visit", visit: this.#visit });
    }
    try {
      await writer.write(changes);
      recorded();
    } catch (error) {
      if (!isRefused(error) || before === undefined) throw error;
      await this.#refused(before, error);
    }
    if (judged) {
      // What is judged is what the ledger has, the last file included.
      this.#visit = { ...this.#visit, lacking: await lackingOf(source, this.#visit) };
      await writer.write([{ kind: "visit", visit: this.#visit }]);
    }
    if (last) await this.end();
  }

  /** The record as it was says now that it is given up, and why; the slot is looked at once more, when that is known. */
  async #refused(before: FileRecord, error: DaybookError): Promise<void> {
    const { source, writer } = this.#options;
    const at = source.clock.now();
    const reason = refusalReason(error);
    const file: FileRecord = { ...before, status: "quarantined", nextAttemptAt: undefined, reason };
    const soon = new Date(at.getTime() + source.policy.maxRetryDelay);
    this.#visit = { ...this.#visit, nextVisitAt: soon };
    const event = { source: source.name, path: before.path, at, what: "quarantined", detail: reason };
    const due: LedgerChange = { kind: "due", source: source.name, path: before.slot, at: soon };
    await writer.write([{ kind: "file", file }, { kind: "event", event }, due]).catch((again: unknown) => {
      if (!isRefused(again)) throw again;
      this.#held = true;
    });
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
    onDone(due, this.#held);
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
