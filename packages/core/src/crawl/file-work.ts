import { asDaybookError, isDaybookError } from "../errors/daybook-error.js";
import { Fetcher, type FetchFailure } from "../fetch/fetcher.js";
import type { FetchTask } from "../fetch/fetch-task.js";
import type { FileRecord, LedgerChange } from "../store/state-store.js";
import type { Bell } from "./bell.js";
import type { ChangingFiles } from "./changing-files.js";
import { Breath } from "./breath.js";
import { isOfDestination, type DestinationEar } from "./destination-ear.js";
import { ExactTimes } from "./exact-times.js";
import { isSameNews, judgeAttempt } from "./failed-attempt.js";
import { FileFailures } from "./file-failures.js";
import type { Gates } from "./gates.js";
import type { HostEar } from "./host-ear.js";
import type { SlotWork } from "./slot-work.js";
import type { Source } from "./source.js";
import type { WorkQueue } from "./work-queue.js";

export interface FileWorkOptions {
  readonly source: Source;
  readonly gates: Gates;
  readonly ear: HostEar;
  readonly destination: DestinationEar;
  readonly changing: ChangingFiles;
  /** Rung when a file is done with. */
  readonly bell: Bell;
  /** Files that may be synced at the same time. */
  readonly committing: number;
  /** What ends the crawl. */
  readonly fail: (error: unknown) => void;
}

export interface FileJob {
  readonly task: FetchTask;
  readonly work: SlotWork;
}

export interface WorkSignals {
  /** Take no new work. */
  readonly stopping: AbortSignal;
  /** Drop what is under way. */
  readonly aborting: AbortSignal;
}

/** Small files that are there at once are brought home in one go, and each takes several calls of the disk: some ms. */
const FILES_AT_ONCE = 8;

/** Brings files home, one after the other for each of its workers, and records what becomes of each. */
export class FileWork {
  readonly #options: FileWorkOptions;
  readonly #fetcher: Fetcher;
  readonly #failures = new FileFailures();
  readonly #times: ExactTimes;
  readonly #breath = new Breath(FILES_AT_ONCE);
  #pause: Promise<void> | undefined;
  /** Files that have arrived and are being synced and recorded. */
  #committing = 0;
  #files = 0;
  #bytes = 0;

  constructor(options: FileWorkOptions) {
    this.#options = options;
    const {
      name: source,
      layout,
      transport,
      destination,
      owners,
      inspectors,
      policy,
      clock,
    } = options.source;
    this.#times = new ExactTimes({ transport, clock });
    const root = layout.root ?? "/";
    const { resume, maxFileSize } = policy;
    this.#fetcher = new Fetcher({
      source,
      root,
      transport,
      destination,
      owners,
      inspectors,
      resume,
      maxFileSize,
      clock,
    });
  }

  /** What was brought home so far. */
  get done(): { readonly files: number; readonly bytes: number } {
    return { files: this.#files, bytes: this.#bytes };
  }

  get committing(): number {
    return this.#committing;
  }

  /** One worker: takes from the queue until it is closed. */
  async serve(
    queue: WorkQueue<FileJob>,
    { stopping, aborting }: WorkSignals,
    { once }: { readonly once: boolean },
  ): Promise<void> {
    const { gates, bell, fail } = this.#options;
    for (;;) {
      if (this.#breath.due) this.#pause ??= this.#breath.take().finally(() => (this.#pause = undefined));
      // All wait for it, or the others would go on in the same turn.
      if (this.#pause) await this.#pause;
      const job = await queue.take();
      if (job === undefined) return;
      try {
        const waits = once ? undefined : gates.pass(stopping);
        if (waits) await waits;
        if (stopping.aborted) return gates.abandon();
        await this.#bringHome(job, aborting, once);
      } catch (error) {
        fail(error);
      }
      bell.ring();
    }
  }

  async #bringHome(job: FileJob, aborting: AbortSignal, once: boolean): Promise<void> {
    const { source, gates, ear, bell, fail } = this.#options;
    const { name, emit, clock } = source;
    const proven = await this.#times.proven(job.task, aborting);
    if (proven) return job.work.fileDone(job.task.record, [{ kind: "file", file: proven }], () => undefined);
    const task = await this.#times.before(job.task, aborting);
    job = { ...job, task };
    const { lane } = task;
    const { path, size } = task.record;
    if (task.mayBeThere) {
      const { adopted, failure } = await this.#adopt(job);
      if (adopted) return this.#home(job, adopted, true);
      if (failure) return this.#failed(job, failure, once);
    }
    const { arrived, failure } = await this.#fetcher.receive(task, aborting, {
      started: (resumedFrom) =>
        emit({ type: "file-started", source: name, at: clock.now(), path, lane, size, resumedFrom }),
      progress: (bytes) => emit({ type: "file-progress", source: name, at: clock.now(), path, bytes }),
    });
    gates.abandon();
    if (!failure?.local) ear.hear(failure?.error, path);
    if (failure) return this.#failed(job, failure, once);
    // The connection is free again: the next file comes in while this one is synced.
    this.#committing++;
    arrived
      .commit()
      .then(({ stored, failure: late }) =>
        stored ? this.#home(job, stored, false) : this.#failed(job, late, once),
      )
      .catch((cause: unknown) => fail(cause))
      .finally(() => {
        this.#committing--;
        bell.ring();
      });
    while (this.#committing >= this.#options.committing) await bell.wait();
  }

  /** A place on disk that can't be had is this one file's trouble, and shows when it is to be filled. */
  async #adopt({ task }: FileJob): Promise<{ adopted?: FileRecord; failure?: FetchFailure }> {
    try {
      return { adopted: await this.#fetcher.adopt(task) };
    } catch (cause) {
      if (isDaybookError(cause, "config")) return {};
      const error = asDaybookError(cause, "store");
      return { failure: { error, hopeless: false, local: true, gained: 0 } };
    }
  }

  /** Records what a failed attempt means. */
  async #failed({ task, work }: FileJob, failure: FetchFailure, once: boolean): Promise<void> {
    const { source, ear, destination, changing, gates } = this.#options;
    const { name, emit, clock, policy, random } = source;
    const { record } = task;
    const { path } = record;
    const { error, gained, local, hopeless } = failure;
    const at = clock.now();
    if (isOfDestination(error)) destination.failed(error, path);
    gates.abandon();
    if (error.kind === "changed") changing.changed(path, at, random);
    const failures = error.kind === "cancelled" ? 0 : this.#failures.failed(path, gained);
    const file = judgeAttempt(record, failure, failures, policy, at, random);
    if (file === undefined) return;
    const fatal = once && !hopeless ? (local ? destination.down : ear.fatal(error)) : undefined;
    if (fatal) throw fatal;
    const what = file.status === "quarantined" ? "quarantined" : "failed";
    if (what === "quarantined") this.#forget(path);
    work.tryAgain(file.nextAttemptAt);
    const changes: LedgerChange[] = [{ kind: "file", file }];
    if (what === "quarantined" || !isSameNews(record.reason, error.detail))
      changes.push({
        kind: "event",
        event: { source: name, path, at, what, detail: `${error.kind}: ${error.detail}` },
      });
    await work.fileDone(record, changes, () => {
      if (what === "quarantined") emit({ type: "file-quarantined", source: name, at, path, error });
      else emit({ type: "file-failed", source: name, at, path, error, nextAttemptAt: file.nextAttemptAt });
    });
  }

  #forget(path: string): void {
    this.#failures.forget(path);
    this.#options.changing.forget(path);
  }

  /** Records a file that is at its final name. */
  async #home({ task: { record }, work }: FileJob, file: FileRecord, adopted: boolean): Promise<void> {
    const { name, emit, clock } = this.#options.source;
    const at = clock.now();
    const { path } = file;
    this.#options.destination.kept();
    this.#forget(path);
    const restored = await this.#isRestored(record, file);
    const stored = restored ? { ...file, version: record.version } : file;
    const changes: LedgerChange[] = [{ kind: "file", file: stored }];
    const note = (what: string, detail: string) =>
      changes.push({ kind: "event", event: { source: name, path, at, what, detail } });
    if (restored) note("restored", `version ${record.version} is back, with the same bytes`);
    else if (record.version > 0)
      note(
        "new-version",
        `version ${record.version} was sha256 ${record.sha256}, stored ${record.storedAt?.toISOString()}`,
      );
    await work.fileDone(record, changes, () => {
      this.#files++;
      this.#bytes += file.size ?? 0;
      emit({ type: "file-stored", source: name, at, file: stored, adopted });
    });
  }

  /**
   * Whether it is the version that was there before, lost or damaged since. A file that was published again is another
   * version even with the same bytes; that it changed was noted when it was listed.
   */
  async #isRestored({ source, path, version, sha256, storedAt }: FileRecord, file: FileRecord) {
    if (version === 0 || sha256 !== file.sha256 || storedAt === undefined) return false;
    for await (const { what, at } of this.#options.source.store.events(source, path))
      if (what === "changed" && at >= storedAt) return false;
    return true;
  }
}
