import { asDaybookError, isDaybookError, type DaybookError } from "../errors/daybook-error.js";
import type { DueSlot } from "../plan/due-slot.js";
import type { LedgerChange, ListingOutcome } from "../store/state-store.js";
import type { Lane } from "../transport/transport.js";
import type { ChangingFiles } from "./changing-files.js";
import { isOfDestination, type DestinationEar } from "./destination-ear.js";
import type { WorkSignals } from "./file-work.js";
import type { Gates } from "./gates.js";
import type { HostEar } from "./host-ear.js";
import { isRefused, type LedgerWriter } from "./ledger-writer.js";
import { VisitRecorder, type RecordedVisit } from "./record-visit.js";
import { SlotVisitor, type Visit, type VisitOptions } from "./slot-visitor.js";
import type { Source } from "./source.js";
import { watched } from "./watched.js";

export interface VisitWorkOptions {
  readonly source: Source;
  readonly writer: LedgerWriter;
  readonly gates: Gates;
  readonly ear: HostEar;
  readonly destination: DestinationEar;
  readonly changing: ChangingFiles;
}

/** Visits slots, one at a time for each call, and records what each visit found. */
export class VisitWork {
  readonly #options: VisitWorkOptions;
  readonly #visitor: SlotVisitor;
  /** What the ledger failed with: that ends the crawl, whatever else a visit may meet is the slot's own. */
  readonly #ledgers = new WeakSet<object>();
  /** Whether the layout's constant directory was seen to exist, or its absence was told. */
  #rootKnown = false;

  constructor(options: VisitWorkOptions) {
    this.#options = options;
    const { source, changing } = options;
    const store = watched(source.store, (error) => void this.#isLedgers(error));
    this.#visitor = new SlotVisitor({ ...source, store }, changing);
  }

  #isLedgers(error: unknown): void {
    if (typeof error === "object" && error !== null) this.#ledgers.add(error);
  }

  readonly #ledgerFailed = (error: unknown): never => {
    if (!isRefused(error)) this.#isLedgers(error);
    throw error;
  };

  /** Rejects where the crawl must end, and when it was cancelled. */
  async visit(
    planned: DueSlot,
    lane: Lane,
    { stopping, aborting, once }: WorkSignals & { readonly once: boolean },
  ): Promise<RecordedVisit> {
    const { source, writer, gates } = this.#options;
    const { name, emit, clock } = source;
    const { down } = gates;
    const recorder = new VisitRecorder({ writer, clock });
    if (once && down && !gates.mayTry)
      // It needn't be asked for, and why was said.
      return recorder.finish(this.#visitor.failed(planned, down));
    const waits = gates.pass(stopping);
    if (waits) await waits;
    const record = (changes: readonly LedgerChange[]) => recorder.record(changes).catch(this.#ledgerFailed);
    const { result, fatal } = await this.#look(
      planned,
      { lane, signal: aborting, record, impatient: once },
      once,
    ).finally(() => gates.abandon());
    const recorded = await recorder.finish(result);
    if (fatal) throw fatal;
    const { listing, reason, start, end } = recorded.visit;
    await this.#lookForRoot(listing, lane, aborting);
    const at = clock.now();
    const slot = planned.slot.path;
    const { found } = result;
    emit({ type: "slot-visited", source: name, at, slot, start, end, lane, listing, found, reason });
    if (recorded.refused) {
      const detail = `the ledger refuses the record of ${slot}: ${recorded.refused.detail}`;
      emit({ type: "source-warning", source: name, at, detail });
    }
    return recorded;
  }

  async #look(
    planned: DueSlot,
    options: VisitOptions,
    once: boolean,
  ): Promise<{ result: Visit; fatal?: DaybookError }> {
    const { ear, destination } = this.#options;
    const { path } = planned.slot;
    try {
      const result = await this.#visitor.visit(planned, options);
      const fatal = once && result.error ? ear.fatal(result.error) : undefined;
      // One message is enough for what ends the crawl.
      if (!fatal) ear.hear(result.error, path);
      return { result, fatal };
    } catch (cause) {
      if (isDaybookError(cause, "cancelled") || this.#ledgers.has(cause as object)) throw cause;
      const error = asDaybookError(cause, "protocol", { operation: "list", path });
      if (isOfDestination(error) && !isRefused(error)) destination.failed(error, path);
      return { result: this.#visitor.failed(planned, error), fatal: once ? destination.down : undefined };
    }
  }

  /** A layout that begins in the wrong place looks like a server without data; one look at a run's first gap tells. */
  async #lookForRoot(listing: ListingOutcome, lane: Lane, signal: AbortSignal): Promise<void> {
    const { name, emit, clock, transport, layout } = this.#options.source;
    const root = layout.root ?? "/";
    if (this.#rootKnown || listing === "failed" || root === "/") return;
    this.#rootKnown = true;
    if (listing !== "missing") return;
    const missing = await transport.list(root, { lane, signal }).then(
      () => false,
      (error: unknown) => isDaybookError(error, "not-found"),
    );
    if (!missing) return;
    const detail =
      `there is no ${root} at the server, so every slot is missing: correct the beginning of \`layout\` ` +
      "(daybook check shows what is there)";
    emit({ type: "source-warning", source: name, at: clock.now(), detail });
  }
}
