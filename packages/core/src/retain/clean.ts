import { LeaseKeeper } from "../crawl/lease-keeper.js";
import type { Source } from "../crawl/source.js";
import type { DaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { sweep, type LetGo } from "./sweep.js";

export interface CleanOptions {
  readonly dryRun: boolean;
  /** Only files of this time. Default all. */
  readonly range?: Partial<TimeRange>;
}

/**
 * Lets go of one source's old files outside of a run. Under the source's lease, since two that delete and one that
 * brings files into the same folders would get in each other's way; rejects with kind "busy" while it is crawled.
 */
export async function* clean(source: Source, { dryRun, range }: CleanOptions): AsyncIterable<LetGo> {
  const { name, store, destination, owners, policy, clock } = source;
  const now = clock.now();
  const lease = new LeaseKeeper({ store, clock, source: name });
  const record = (changes: Parameters<typeof store.record>[0]) =>
    store.record(changes, { fence: lease.fence, now: clock.now() });
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
