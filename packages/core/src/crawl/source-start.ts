import type { DaybookError, ErrorKind } from "../errors/daybook-error.js";
import { Breaker } from "./breaker.js";
import { DestinationEar, isOfDestination } from "./destination-ear.js";
import { keepTrying } from "./keep-trying.js";
import type { Source } from "./source.js";

const LEDGER_TROUBLE: ReadonlySet<ErrorKind> = new Set(["store", "no-space", "network", "timeout"]);

export interface SourceStartOptions {
  readonly source: Source;
  /** Of the destination. */
  readonly breaker: Breaker;
  /** A run that looks once waits for nothing. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** What a source needs before its crawl begins. What is away for a while pauses it: told once, and once when it is over. */
export class SourceStart {
  readonly #options: SourceStartOptions;

  constructor(options: SourceStartOptions) {
    this.#options = options;
  }

  /** Something asked of the ledger. */
  async ledger(ask: () => Promise<void>): Promise<void> {
    const { source, once, signal } = this.#options;
    const { name, emit, clock, random } = source;
    const counts = ({ kind }: DaybookError) => LEDGER_TROUBLE.has(kind);
    const breaker = new Breaker({ clock, random, after: 1, counts });
    const failed = (error: DaybookError, before: number) => {
      breaker.failed(error);
      if (before > 0) return;
      const { nextTryAt } = breaker;
      emit({ type: "source-paused", source: name, at: clock.now(), because: "ledger", error, nextTryAt });
    };
    const over = () => emit({ type: "source-resumed", source: name, at: clock.now(), because: "ledger" });
    const passing = (error: DaybookError) => !once && counts(error);
    await keepTrying(ask, { passing, failed, over, pass: (until) => breaker.pass(until) }, signal);
  }

  /** The destination is looked at and opened; sources that share it wait together. */
  async destination(open: () => Promise<void>): Promise<void> {
    const { source, breaker, once, signal } = this.#options;
    const ear = new DestinationEar(source, breaker);
    const passing = (error: DaybookError) => !once && isOfDestination(error);
    // Each failure counts: it is the whole of it that can't be had.
    const failed = (error: DaybookError, before: number) =>
      ear.failed(error, `${source.name} start ${before + 1}`);
    const pass = (until: AbortSignal) => breaker.pass(until);
    await keepTrying(open, { passing, failed, pass, over: () => ear.kept() }, signal);
  }
}
