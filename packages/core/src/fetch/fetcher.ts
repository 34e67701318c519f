import type { Delivered, Delivery, Destination, Incoming } from "../destination/destination.js";
import { hashOf } from "../destination/hash-of.js";
import { asDaybookError, DaybookError, isDaybookError, type ErrorKind } from "../errors/daybook-error.js";
import type { Inspector } from "../inspect/inspector.js";
import { sameVersion } from "../plan/version.js";
import type { FileRecord } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { Transport } from "../transport/transport.js";
import { consume } from "./consume.js";
import { ENDED_SHORT } from "./ended-short.js";
import { ContentCheck } from "./content-check.js";
import type { FetchTask } from "./fetch-task.js";
import type { PlaceOwners } from "./place-owners.js";

export interface FetcherOptions {
  readonly source: string;
  /** The layout's constant directory. */
  readonly root: string;
  readonly transport: Transport;
  readonly destination: Destination;
  readonly owners: Pick<PlaceOwners, "other">;
  readonly inspectors: readonly Inspector[];
  readonly resume: boolean;
  /** Bytes. */
  readonly maxFileSize: number;
  readonly clock: Clock;
}

export interface FetchWatch {
  /** Before the first byte: how many were kept from earlier. */
  started(resumedFrom: number): void;
  /** Bytes so far, those kept from earlier among them; called each time some come. */
  progress(bytes: number): void;
}

export interface FetchFailure {
  readonly error: DaybookError;
  /** The trouble is this file's place on disk: no other attempt would help, and no other file is concerned. */
  readonly hopeless: boolean;
  /** The trouble is on this side: it says nothing of the server. */
  readonly local: boolean;
  /** Bytes kept now that weren't before: the attempt was not for nothing. */
  readonly gained: number;
}

export type ReceiveResult =
  | { readonly arrived: Arrived; readonly failure?: undefined }
  | { readonly arrived?: undefined; readonly failure: FetchFailure };

/** A file that came whole and is in a part file. */
export interface Arrived {
  /** Gives it its final name. Once; never rejects. */
  commit(): Promise<CommitResult>;
}

export type CommitResult =
  | { readonly stored: FileRecord; readonly failure?: undefined }
  | { readonly stored?: undefined; readonly failure: FetchFailure };

/** Bytes of a part that are asked for again on resume, to see that they are still the server's. */
const OVERLAP = 4096;

/** After these, what was received so far is good as far as it goes. */
const KEEPS_PART: ReadonlySet<ErrorKind> = new Set([
  "network",
  "timeout",
  "cut-short",
  "busy",
  "cancelled",
  "no-space",
  "store",
]);

/** What one attempt has come to; read when it fails. */
interface Attempt {
  bytes: number;
  /** Whether the local side is being asked, so that its failures can be told from the server's. */
  local: boolean;
}

/** Brings one file home: part file, checks, final name. The ledger is the caller's business. */
export class Fetcher {
  readonly #options: FetcherOptions;

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  /**
   * Brings the bytes to a part file and checks them. What has arrived still has to be committed; meanwhile the next
   * file may be received. Never rejects; what goes wrong is in the result.
   */
  async receive(task: FetchTask, signal: AbortSignal, watch: FetchWatch): Promise<ReceiveResult> {
    const attempt: Attempt = { bytes: 0, local: true };
    let incoming: Incoming;
    try {
      if (task.entry.size !== undefined) this.#refuseLarge(task.entry.size);
      await this.#refuseTaken(task);
      incoming = await this.#options.destination.begin(this.#delivery(task));
    } catch (cause) {
      return { failure: this.#failure(this.#error(cause, task), attempt, 0) };
    }
    attempt.local = false;
    const kept = incoming.kept;
    const giveUp = (cause: unknown, { keep } = { keep: true }) =>
      this.#giveUp(cause, task, incoming, attempt, keep ? kept : Infinity);
    try {
      const sha256 = await this.#receive(task, incoming, attempt, signal, watch);
      const commit = async (): Promise<CommitResult> => {
        attempt.local = true;
        try {
          const home = await this.#commit(task, incoming, sha256, attempt.bytes);
          return { stored: this.#stored(task, sha256, attempt.bytes, home) };
        } catch (cause) {
          // After a failed sync nobody knows what of the part is on disk; before a write that failed, all is.
          return {
            failure: await giveUp(cause, { keep: asDaybookError(cause, "store").operation === "write" }),
          };
        }
      };
      return { arrived: { commit } };
    } catch (cause) {
      // Nobody here gave up: then the connection went away, and the file is still wanted.
      const dropped = isDaybookError(cause, "cancelled") && !signal.aborted;
      return {
        failure: await giveUp(dropped ? new DaybookError("network", cause.detail, { cause }) : cause),
      };
    }
  }

  async #giveUp(
    cause: unknown,
    task: FetchTask,
    incoming: Incoming,
    attempt: Attempt,
    kept: number,
  ): Promise<FetchFailure> {
    const error = this.#error(cause, task);
    const keep = KEEPS_PART.has(error.kind) && kept !== Infinity;
    await incoming.abort({ keep });
    return this.#failure(error, attempt, keep ? Math.max(0, attempt.bytes - kept) : 0);
  }

  /**
   * Only a version that was stored there is replaced. What else has taken the place is let be; if it holds the very
   * same bytes, it is the file.
   */
  async #commit(task: FetchTask, incoming: Incoming, sha256: string, size: number): Promise<Delivered> {
    const { destination } = this.#options;
    const { location } = incoming;
    const replace = task.record.version > 0;
    return incoming.commit({ replace }).catch(async (error: unknown) => {
      if (replace || !isDaybookError(error, "config")) throw error;
      const encoding = destination.encodingOf(location);
      const there = await destination.stat(location);
      if (there === undefined || (encoding === undefined && there.size !== size)) throw error;
      if ((await hashOf(location, destination, encoding)) !== sha256) throw error;
      await this.#refuseTaken(task);
      await incoming.abort({ keep: false });
      await destination.sync(location);
      return { location, size: there.size, encoding };
    });
  }

  /**
   * The record of a file that is at its final name already, with the listed size and mtime, if its content passes:
   * one that was named but not recorded before a crash, or that another tool brought. Undefined if it is not the file.
   */
  async adopt(task: FetchTask): Promise<FileRecord | undefined> {
    const { destination, inspectors, transport } = this.#options;
    const { location } = task.record;
    const there = location === undefined ? undefined : await destination.stat(location);
    if (location === undefined || there === undefined) return undefined;
    const encoding = destination.encodingOf(location);
    // The size on disk says nothing of a packed file; its bytes are counted below.
    const size = encoding === undefined ? there.size : task.entry.size;
    if (task.entry.size === undefined || size !== task.entry.size) return undefined;
    if (!sameVersion({ ...there, size }, task.entry, transport.capabilities.modifiedAt)) return undefined;
    if ((await this.#otherOwner(task)) !== undefined) return undefined;
    const check = new ContentCheck(inspectors, { ...task, size: task.entry.size });
    try {
      for await (const chunk of destination.read(location, encoding)) await check.update(chunk);
      if (check.bytes !== task.entry.size) return undefined;
      const sha256 = await check.end();
      await destination.sync(location);
      return this.#stored(task, sha256, check.bytes, { location, size: there.size, encoding });
    } catch (error) {
      if (isDaybookError(error, "bad-content")) return undefined;
      throw this.#error(error, task);
    } finally {
      check.drop();
    }
  }

  #refuseLarge(size: number): void {
    const { maxFileSize } = this.#options;
    if (size <= maxFileSize) return;
    const advice = "raise max_file_size to fetch it, then run daybook retry";
    throw new DaybookError("config", `it has more than ${maxFileSize} bytes: ${advice}`, {
      operation: "begin",
    });
  }

  /** The same bytes at two sources are two files, and want two places. */
  async #refuseTaken(task: FetchTask): Promise<void> {
    const other = await this.#otherOwner(task);
    if (other === undefined) return;
    const whose = `its place, ${task.record.location}, belongs to ${other.path} of ${other.source}`;
    const advice = "change the destination's layout so that it tells them apart, then run daybook retry";
    throw new DaybookError("config", `${whose}: ${advice}`, { operation: "begin" });
  }

  async #otherOwner({ record }: FetchTask): Promise<FileRecord | undefined> {
    const { owners, destination, source, root } = this.#options;
    const { location, path } = record;
    // A place that reads back as this file's path can be no other's.
    if (location === undefined || destination.origin(location, source, root) === path) return undefined;
    return owners.other(record, location);
  }

  async #receive(
    task: FetchTask,
    incoming: Incoming,
    attempt: Attempt,
    signal: AbortSignal,
    watch: FetchWatch,
  ): Promise<string> {
    const { resume, transport, inspectors } = this.#options;
    const { size } = task.entry;
    if (incoming.kept > 0 && !(resume && transport.capabilities.resume)) await incoming.restart();
    for (;;) {
      const check = new ContentCheck(inspectors, { ...task, size });
      try {
        const sha256 = await this.#pass(task, incoming, attempt, signal, watch, check);
        if (sha256 !== undefined) return sha256;
        await incoming.restart();
      } finally {
        check.drop();
      }
    }
  }

  /** One try at all of it. Undefined: what was kept is of no use, and the whole file is to be asked for. */
  async #pass(
    task: FetchTask,
    incoming: Incoming,
    attempt: Attempt,
    signal: AbortSignal,
    watch: FetchWatch,
    check: ContentCheck,
  ): Promise<string | undefined> {
    const { transport } = this.#options;
    const { size, modifiedAt } = task.entry;
    const tail = await this.#checkKept(incoming, check);
    attempt.bytes = check.bytes;
    watch.started(check.bytes);
    const start = check.bytes - tail.length;
    const options = { start, size, modifiedAt, signal, lane: task.lane, transient: true };
    const stream = await transport.read(task.record.path, options).catch((error: unknown) => {
      if (start === 0 || !isDaybookError(error, "unsupported")) throw error;
      // The server turned out not to be able to.
      return undefined;
    });
    if (stream === undefined) return undefined;
    let compared = 0;
    let replaced = false;
    await consume(stream, (chunk) => {
      let fresh = chunk;
      if (compared < tail.length) {
        const n = Math.min(chunk.length, tail.length - compared);
        if (!tail.subarray(compared, compared + n).equals(chunk.subarray(0, n))) {
          replaced = true;
          throw new DaybookError("changed", "the bytes kept are not the server's any more");
        }
        compared += n;
        fresh = chunk.subarray(n);
        if (fresh.length === 0) return undefined;
      }
      if (size !== undefined && check.bytes + fresh.length > size)
        throw new DaybookError("changed", `it is longer than the ${size} bytes it was listed with`);
      if (check.bytes + fresh.length > this.#options.maxFileSize) {
        attempt.local = true;
        this.#refuseLarge(check.bytes + fresh.length);
      }
      const checked = check.update(fresh);
      attempt.bytes = check.bytes;
      watch.progress(check.bytes);
      const written = this.#write(incoming, fresh, attempt);
      return checked && written
        ? Promise.all([checked, written]).then(() => undefined)
        : (checked ?? written);
    }).catch((error: unknown) => {
      if (!replaced) throw error;
    });
    if (replaced) return undefined;
    const expected = size ?? start + tail.length;
    if (check.bytes < expected || compared < tail.length) {
      const came = compared < tail.length ? start + compared : check.bytes;
      throw new DaybookError("cut-short", `it ended after ${came} of ${expected} bytes`, {
        code: ENDED_SHORT,
      });
    }
    return check.end();
  }

  #write(incoming: Incoming, chunk: Uint8Array, attempt: Attempt): Promise<void> | undefined {
    try {
      return incoming.write(chunk)?.catch((error: unknown) => {
        attempt.local = true;
        throw error;
      });
    } catch (error) {
      attempt.local = true;
      throw error;
    }
  }

  /** Hashes and inspects what was kept; returns its last bytes. */
  async #checkKept(incoming: Incoming, check: ContentCheck): Promise<Buffer> {
    let tail: Buffer = Buffer.alloc(0);
    if (incoming.kept === 0) return tail;
    for await (const chunk of incoming.readKept()) {
      await check.update(chunk);
      tail = Buffer.concat([tail, chunk.subarray(-OVERLAP)]).subarray(-OVERLAP);
    }
    return tail;
  }

  #delivery({ entry, observation, record }: FetchTask): Delivery {
    const { source, root } = this.#options;
    const { size, modifiedAt } = entry;
    const { path, location } = record;
    return { source, root, path, observation, size, modifiedAt, location };
  }

  #stored(task: FetchTask, sha256: string, size: number, home: Delivered): FileRecord {
    const { location, encoding } = home;
    return {
      ...task.record,
      size,
      sha256,
      location,
      encoding,
      storedSize: encoding === undefined ? undefined : home.size,
      status: "stored",
      storedAt: this.#options.clock.now(),
      version: task.record.version + 1,
      nextAttemptAt: undefined,
      reason: undefined,
    };
  }

  #failure(error: DaybookError, { local }: Attempt, gained: number): FetchFailure {
    const hopeless = local && (error.kind === "config" || error.kind === "permission");
    return { error, hopeless, local, gained };
  }

  #error(cause: unknown, task: FetchTask): DaybookError {
    const { source } = this.#options;
    const known = asDaybookError(cause, "network");
    return new DaybookError(known.kind, known.detail, {
      operation: known.operation ?? "read",
      source,
      path: task.record.path,
      retry: known.retry,
      code: known.code,
      cause: known.cause ?? cause,
    });
  }
}
