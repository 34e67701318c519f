import { LeaseKeeper } from "../crawl/lease-keeper.js";
import type { Source } from "../crawl/source.js";
import { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { sweep, type LetGo } from "./sweep.js";

export interface CleanOptions {
  readonly dryRun: boolean;
  /** Somebody says that the clock is right. */
  readonly yes: boolean;
  /** Only files of this time. Default all. */
  readonly range?: Partial<TimeRange>;
}

const DAY = 24 * 3_600_000;

/**
 * Lets go of one source's old files outside of a run. Under the source's lease, since two that delete and one that
 * brings files into the same folders would get in each other's way; rejects with kind "busy" while it is crawled, and with
 * "config" where nothing but the machine's clock says that it is so late, until somebody says so.
 */
export async function* clean(source: Source, { dryRun, yes, range }: CleanOptions): AsyncIterable<LetGo> {
  const { name, store, destination, owners, policy, clock, time } = source;
  const now = clock.now();
  if (!dryRun && !yes && Number.isFinite(policy.keep)) refuseLeap(now, time.proven());
  const lease = new LeaseKeeper({ store, clock, source: name });
  const record = (changes: Parameters<typeof store.record>[0]) =>
    store.record(changes, { fence: lease.fence });
  const sweeping = sweep({
    source: name,
    store,
    destination,
    owners,
    keep: policy.keep,
    now,
    range,
    dryRun,
    record,
  });
  if (dryRun || !Number.isFinite(policy.keep)) return void (yield* sweeping);
  let loss: DaybookError | undefined;
  await lease.take((error) => (loss = error));
  try {
    for await (const one of sweeping) {
      yield one;
      if (loss) throw loss;
    }
  } finally {
    await lease.release();
  }
}

function refuseLeap(now: Date, proven: Date): void {
  if (now.getTime() <= proven.getTime() + DAY) return;
  const words = (at: Date) => at.toISOString().slice(0, 16).replace("T", " ");
  throw new DaybookError(
    "config",
    `this machine's clock says that it is ${words(now)}, but the ledger knows of no time later than ${words(proven)}: ` +
      "nothing was deleted; if the clock is right, say so with --yes",
    { operation: "clean" },
  );
}
