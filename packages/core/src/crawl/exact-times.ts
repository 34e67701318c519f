import type { FetchTask } from "../fetch/fetch-task.js";
import { sameVersion } from "../plan/version.js";
import type { FileRecord } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { RemoteEntry, Transport } from "../transport/transport.js";

/** Files of which the server told no exact time, one after the other, before it isn't asked any more. */
const PATIENCE = 3;
const SECOND = 1000;

/**
 * Exact times of files that are fetched before the minute, or the day, they are listed with is over. Asked before the
 * first byte and again once it is over, the server says the same time of a file that wasn't written meanwhile. Only its
 * own times are compared with each other, so that no clock needs to be right.
 */
export class ExactTimes {
  readonly #transport: Pick<Transport, "stat" | "capabilities">;
  readonly #clock: Clock;
  #inVain = 0;

  constructor(options: { transport: Pick<Transport, "stat" | "capabilities">; clock: Clock }) {
    this.#transport = options.transport;
    this.#clock = options.clock;
  }

  /** The task with what is to be known of the version that is about to be read. */
  async before(task: FetchTask, signal: AbortSignal): Promise<FetchTask> {
    const { entry, record, settles } = task;
    const asked =
      settles !== undefined && settles > this.#clock.now() ? await this.#ask(task, signal) : undefined;
    const modifiedAt = asked?.modifiedAt ?? entry.modifiedAt;
    return modifiedAt === record.modifiedAt ? task : { ...task, record: { ...record, modifiedAt } };
  }

  /** The record of a file at home that the server says wasn't written since; undefined: its bytes are to be compared. */
  async proven(task: FetchTask, signal: AbortSignal): Promise<FileRecord | undefined> {
    const { record } = task;
    if (!task.unproven || record.modifiedAt === undefined) return undefined;
    const asked = await this.#ask(task, signal);
    if (asked === undefined || secondsOf(asked.modifiedAt!) !== secondsOf(record.modifiedAt))
      return undefined;
    return { ...record, status: "stored", attempts: 0, nextAttemptAt: undefined, reason: undefined };
  }

  /** Undefined where the server doesn't tell, or tells of another version than the listing did. */
  async #ask(
    { entry, record, lane }: FetchTask,
    signal: AbortSignal,
  ): Promise<(RemoteEntry & { modifiedAt: Date }) | undefined> {
    if (this.#transport.stat === undefined || this.#inVain >= PATIENCE) return undefined;
    // What is wrong shows when the file is read, and is judged there.
    const asked = await this.#transport.stat(record.path, { lane, signal }).catch(() => undefined);
    if (asked?.modifiedAt === undefined) {
      this.#inVain++;
      return undefined;
    }
    this.#inVain = 0;
    const same = sameVersion(entry, asked, this.#transport.capabilities.modifiedAt);
    return same ? { ...asked, modifiedAt: asked.modifiedAt } : undefined;
  }
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / SECOND);
}
