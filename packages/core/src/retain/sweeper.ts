import type { LedgerWriter } from "../crawl/ledger-writer.js";
import type { Source } from "../crawl/source.js";
import { asDaybookError } from "../errors/daybook-error.js";
import { sweep } from "./sweep.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Lets go of a source's old files while it is crawled: at the start, which is when a disk may be full, and then every
 * hour. In small batches, so that nothing new waits for it.
 */
export class Sweeper {
  readonly #source: Source;
  readonly #writer: LedgerWriter;
  readonly #lasts: boolean;
  #told: string | undefined;

  /** `lasts`: the crawl goes on for long, so that a sweep that failed is told of, and the next one tries again. */
  constructor(options: { source: Source; writer: LedgerWriter; lasts?: boolean }) {
    this.#source = options.source;
    this.#writer = options.writer;
    this.#lasts = options.lasts ?? false;
  }

  /**
   * Until the crawl has ended, at which a sweep under way is finished, or is stopped. Rejects when the ledger
   * fails; when the disk does, unless it lasts.
   */
  async run(stop: AbortSignal, ended: AbortSignal): Promise<void> {
    const { policy, clock } = this.#source;
    if (!Number.isFinite(policy.keep)) return;
    const pause = Math.min(HOUR, Math.max(MINUTE, policy.keep / 24));
    const over = AbortSignal.any([stop, ended]);
    do {
      await this.#sweep(stop).catch((error: unknown) => this.#failed(error));
      if (!over.aborted) await clock.sleep(pause, over).catch(() => undefined);
    } while (!over.aborted);
  }

  #failed(cause: unknown): void {
    if (!this.#lasts || this.#writer.failed) throw cause;
    const { name, clock, emit } = this.#source;
    const { detail } = asDaybookError(cause, "store");
    if (detail === this.#told) return;
    this.#told = detail;
    emit({
      type: "source-warning",
      source: name,
      at: clock.now(),
      detail: `old files can't be let go: ${detail}`,
    });
  }

  async #sweep(stop: AbortSignal): Promise<void> {
    const { name, store, destination, owners, policy, clock, time, emit } = this.#source;
    const { keep } = policy;
    const record = (changes: Parameters<LedgerWriter["write"]>[0]) => this.#writer.write(changes);
    let [files, bytes, left] = [0, 0, 0];
    let first: { location: string; reason: string } | undefined;
    // What is deleted can't be taken back: the machine's clock alone is not enough, and of a ledger that knows of no earlier
    // time only what grew old since the run began.
    const now = time.proven();
    const range = time.fresh ? { start: new Date(time.began - keep) } : undefined;
    for await (const one of sweep({
      source: name,
      store,
      destination,
      owners,
      keep,
      now,
      range,
      stop,
      record,
    })) {
      if (one.outcome === "refused" || one.outcome === "replaced") {
        left++;
        first ??= { location: one.location, reason: one.detail };
      } else files++;
      bytes += one.bytes;
    }
    const at = clock.now();
    if (files > 0) emit({ type: "files-expired", source: name, at, files, bytes });
    if (first) emit({ type: "files-left", source: name, at, files: left, ...first });
  }
}
