import type { Bell } from "./bell.js";
import type { Decision } from "./file-decision.js";
import type { FileJob } from "./file-work.js";
import { changesOf } from "./found-files.js";
import type { LedgerWriter } from "./ledger-writer.js";
import { VisitRecorder } from "./record-visit.js";
import type { SlotWork } from "./slot-work.js";
import type { Source } from "./source.js";
import type { WorkQueue } from "./work-queue.js";

export interface FeedOptions {
  readonly work: SlotWork;
  readonly queue: WorkQueue<FileJob>;
  /** How many are enough to be queued. */
  readonly enough: number;
  /** Rung when a file is done with. */
  readonly bell: Bell;
  readonly stopping: AbortSignal;
  readonly source: Source;
  readonly writer: LedgerWriter;
}

/**
 * Queues tasks that are too many to be kept, as workers get to them. A file whose record the ledger refuses is left out,
 * and its slot looked at once more. False where it was stopped before the last.
 */
export async function feed(decisions: AsyncIterable<Decision>, options: FeedOptions): Promise<boolean> {
  const { work, queue, enough, bell, stopping, source, writer } = options;
  const { name, clock, policy } = source;
  const recorder = new VisitRecorder({ writer, clock });
  for await (const some of inBatches(decisions, enough)) {
    const at = clock.now();
    await recorder.record(some.flatMap((decision) => changesOf(name, decision, at)));
    for (const { task, again } of some) {
      if (again !== undefined) work.tryAgain(new Date(again));
      if (task === undefined) continue;
      if (recorder.refused.has(task.record.path)) {
        work.tryAgain(new Date(at.getTime() + policy.maxRetryDelay));
        continue;
      }
      while (!stopping.aborted && queue.length >= enough) await bell.wait(stopping);
      if (stopping.aborted) return false;
      work.add();
      queue.push({ task, work });
    }
  }
  return !stopping.aborted;
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
