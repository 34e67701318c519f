import { asDaybookError, isDaybookError, type DaybookError } from "../errors/daybook-error.js";
import { isLive } from "../plan/schedule.js";
import { gaps } from "../report/gaps.js";
import { Sweeper } from "../retain/sweeper.js";
import { rejudge } from "../expect/rejudge.js";
import type { Summary } from "../store/state-store.js";
import type { HostBudget } from "../transport/host-budget.js";
import type { Breaker } from "./breaker.js";
import { Crawler, type CrawlOutcome } from "./crawler.js";
import type { FirstLogins } from "./first-logins.js";
import { LeaseKeeper } from "./lease-keeper.js";
import type { LedgerWriter } from "./ledger-writer.js";
import { reconcile } from "./reconcile.js";
import type { Shutdown } from "./shutdown.js";
import { SourceStart } from "./source-start.js";
import type { Source } from "./source.js";

export interface SourceResult {
  readonly name: string;
  /** "complete": every slot over by now is complete; "gaps": some are not; "failed": see `error`; "stopped": by the signal. */
  readonly outcome: "complete" | "gaps" | "failed" | "stopped";
  readonly error?: DaybookError;
  /** What this run brought home. */
  readonly fetched: { readonly files: number; readonly bytes: number };
  readonly summary: Summary;
}

export interface SourceRunOptions {
  readonly source: Source;
  readonly writer: LedgerWriter;
  /** Of the source's host, and of its destination. */
  readonly breakers: { readonly host: Breaker; readonly destination: Breaker };
  readonly logins: FirstLogins;
  /** Of the source's hosts, where its transport has any. */
  readonly budgets: readonly HostBudget[];
  readonly shutdown: Shutdown;
  readonly once?: boolean;
  /** Files of the source that may be synced at the same time. */
  readonly committing: number;
  /** Rejects if the destination isn't the one that the ledger knows. */
  readonly admit: () => Promise<void>;
  /** Why no source can begin, if so. */
  readonly unready?: DaybookError;
}

export const NOTHING_KNOWN: Summary = {
  slots: { open: 0, failed: 0, partial: 0, incomplete: 0, complete: 0, empty: 0, missing: 0 },
  settled: 0,
  files: { pending: 0, stored: 0, quarantined: 0, gone: 0, expired: 0, bytes: 0 },
  skipped: 0,
  unreadable: 0,
};

/** One source's crawl from lease to verdict. Never rejects for what goes wrong in it. */
export async function runSource(options: SourceRunOptions): Promise<SourceResult> {
  const { source, shutdown } = options;
  const { name, clock, emit } = source;
  let fetched: CrawlOutcome = { files: 0, bytes: 0 };
  const home = () => ({ files: fetched.files, bytes: fetched.bytes });
  let failed = true;
  try {
    if (options.unready) throw options.unready;
    fetched = await crawl(options);
    if (fetched.error) throw fetched.error;
    const at = clock.now();
    const summary = await source.store.summarize({ source: name, range: source.range });
    const outcome = shutdown.stop.aborted ? "stopped" : (await hasGaps(source, at)) ? "gaps" : "complete";
    failed = false;
    emit({ type: "source-finished", source: name, at, outcome });
    return { name, outcome, fetched: home(), summary };
  } catch (cause) {
    const error = asDaybookError(cause, "store", { source: name });
    emit({ type: "source-failed", source: name, at: clock.now(), error });
    return { name, outcome: "failed", error, fetched: home(), summary: await lastWords(source) };
  } finally {
    options.logins.ended(name, failed);
  }
}

/** Who loses the lease may take it again if nobody else has it, but begins anew: what it remembers may not be true any more. */
async function crawl(options: SourceRunOptions): Promise<CrawlOutcome> {
  const { source, shutdown } = options;
  let [files, bytes] = [0, 0];
  for (;;) {
    const outcome = await crawlUnderLease(options);
    files += outcome.files;
    bytes += outcome.bytes;
    const lost = outcome.error?.code === "lease-lost" && !shutdown.stop.aborted;
    if (!lost) return { ...outcome, files, bytes };
    const detail = `${outcome.error!.detail}; it begins anew if nobody else crawls the source now`;
    source.emit({ type: "source-warning", source: source.name, at: source.clock.now(), detail });
  }
}

async function crawlUnderLease({
  source,
  writer,
  breakers,
  logins,
  budgets,
  shutdown,
  once = false,
  admit,
  committing,
}: SourceRunOptions): Promise<CrawlOutcome> {
  const { name, store, clock, range, policy, destination } = source;
  const lease = new LeaseKeeper({ store, clock, source: name });
  const lost = new AbortController();
  let loss: DaybookError | undefined;
  const start = new SourceStart({
    ...{ source, breaker: breakers.destination, once },
    signal: AbortSignal.any([shutdown.stop, lost.signal]),
  });
  const take = () =>
    lease.take((error) => {
      loss = error;
      lost.abort();
    });
  const open = async () => {
    await admit();
    await destination.open();
  };
  try {
    await start.ledger(take);
    await start.destination(open);
  } catch (cause) {
    await lease.release();
    if (!isDaybookError(cause, "cancelled")) throw cause;
    return { files: 0, bytes: 0, error: loss };
  }
  writer.fence(name, lease.fence);
  const live = range.end === undefined || isLive(range, clock.now().getTime(), policy);
  const endLive = live ? budgets.map((budget) => budget.expectLive()) : [];
  try {
    const { suspectSince } = destination;
    if (suspectSince) await reconcile(source, writer, suspectSince);
    await rejudge({
      ...source,
      now: clock.now(),
      write: (changes) => writer.write(changes),
      signal: AbortSignal.any([shutdown.stop, lost.signal]),
    });
    source.emit({ type: "source-started", source: name, at: clock.now() });
    const ending = new AbortController();
    const sweeping = new Sweeper({ source, writer, lasts: !once })
      .run(AbortSignal.any([shutdown.stop, lost.signal]), ending.signal)
      .catch((cause: unknown) => {
        loss ??= asDaybookError(cause, "store", { source: name });
        lost.abort();
      });
    const outcome = await new Crawler({ source, writer, breakers, logins, committing }).run({
      stop: AbortSignal.any([shutdown.stop, lost.signal]),
      abort: AbortSignal.any([shutdown.abort, lost.signal]),
      once,
    });
    ending.abort();
    await sweeping;
    return { ...outcome, error: loss ?? outcome.error };
  } finally {
    for (const end of endLive) end();
    await lease.release();
  }
}

async function hasGaps({ name, layout, store, range, policy }: Source, now: Date): Promise<boolean> {
  for await (const _gap of gaps({ source: name, layout, store, range, policy, now })) return true;
  return false;
}

/** What a ledger that may itself have failed can still say. */
async function lastWords({ name, range, store }: Source): Promise<Summary> {
  return store.summarize({ source: name, range }).catch(() => NOTHING_KNOWN);
}
