import { isSettled, slotState } from "../store/slot-state.js";
import type { FileRecord, SlotRecord, SlotVisit } from "../store/state-store.js";

type Counts = { -readonly [K in keyof SlotRecord["files"]]: SlotRecord["files"][K] };

/** A slot as it will be once changes that are about to be written are in the ledger. */
export class SlotAfter {
  #visit: SlotVisit | undefined;
  readonly #files: Counts;
  /** Whether it was unsettled at any moment since it was last told that it is settled. */
  #unsettled: boolean;

  constructor(before: SlotRecord | undefined) {
    this.#visit = before;
    this.#files = {
      ...(before?.files ?? { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 }),
    };
    this.#unsettled = !before?.settled;
  }

  visit(visit: SlotVisit): void {
    this.#visit = visit;
  }

  file(before: FileRecord | undefined, after: FileRecord): void {
    if (before?.slot === after.slot) this.#count(before, -1);
    this.#count(after, 1);
    if (this.#files.pending > 0) this.#unsettled = true;
  }

  get record(): SlotRecord | undefined {
    if (this.#visit === undefined) return undefined;
    const facts = { ...this.#visit, files: { ...this.#files } };
    return { ...facts, state: slotState(facts), settled: isSettled(facts) };
  }

  /** The slot, where it has become settled since this was last asked. Not to be asked between a visit and its files. */
  takeSettled(): SlotRecord | undefined {
    const { record } = this;
    if (record === undefined) return undefined;
    const news = record.settled && this.#unsettled;
    this.#unsettled = !record.settled;
    return news ? record : undefined;
  }

  #count({ status, size }: FileRecord, sign: 1 | -1): void {
    this.#files[status] += sign;
    if (status === "stored") this.#files.bytes += sign * (size ?? 0);
  }
}
