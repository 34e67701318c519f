import type { Readable } from "node:stream";
import type {
  Listing,
  ListOptions,
  ReadOptions,
  RemoteEntry,
  SessionLease,
  Transport,
  TransportCallOptions,
  TransportCapabilities,
} from "@daybook/core";
import {
  checkRemotePath,
  HostBudget,
  isDaybookError,
  SessionPool,
  SpareMemory,
  SystemClock,
} from "@daybook/core";
import { abortable } from "./abortable.js";
import { malformed, oddSize, timeOf } from "./border.js";
import { clarify } from "./clarify.js";
import { at, hiding, losesConnection } from "./errors.js";
import type { FastPath } from "./fast-path.js";
import { FileStream } from "./file-stream.js";
import type { Turn } from "./host-habits.js";
import { HostHabits } from "./host-habits.js";
import { listDirectory } from "./listing.js";
import type { ResolvedOptions, SftpTransportOptions } from "./options.js";
import { endpointOf, resolveOptions, secretsOf } from "./options.js";
import { PlainFile } from "./plain-file.js";
import type { RemoteReads } from "./remote-reads.js";
import { SftpSession } from "./sftp-session.js";
import { SharedSessions } from "./shared-sessions.js";
import { typeOf } from "./wire.js";

type Operation = "list" | "read" | "stat";
type Lease = SessionLease<SftpSession>;

/**
 * Reads a tree over SFTP, many files at once over few connections. Throws kind "config" where the options can't work;
 * connects when first used.
 */
export class SftpTransport implements Transport {
  readonly capabilities: TransportCapabilities;

  readonly #options: ResolvedOptions;
  readonly #pool: SessionPool<SftpSession>;
  readonly #sessions: SharedSessions;
  readonly #habits: HostHabits;
  readonly #readers = new WeakMap<SftpSession, number>();
  readonly #spare = new SpareMemory();
  readonly #secrets: readonly string[];
  #home: string | undefined;

  constructor(options: SftpTransportOptions) {
    this.#options = resolveOptions(options);
    const { target, jump, connections, filesPerConnection, pipelining } = this.#options;
    this.#secrets = [target, jump].flatMap((each) => (each ? secretsOf(each) : []));
    const clock = options.clock ?? new SystemClock();
    const budget = options.budget ?? new HostBudget({ connections, clock });
    this.#pool = new SessionPool<SftpSession>({
      budget,
      login: [target, jump],
      open: (signal) => SftpSession.open(this.#options, { signal, fast: this.#habits.pipelining }),
      close: (session) => session.close(),
      usable: (session) => session.failure === undefined,
      clock,
    });
    this.#sessions = new SharedSessions({
      pool: this.#pool,
      budget,
      connections,
      perConnection: filesPerConnection,
      clock,
    });
    this.#habits = new HostHabits({ sessions: this.#sessions, pipelining, memory: options.memory });
    this.capabilities = Object.freeze({
      endpoint: endpointOf(options),
      modifiedAt: "second",
      resume: true,
      parallelism: connections * filesPerConnection,
    });
  }

  list(directory: string, options: ListOptions = {}): Promise<Listing> {
    return this.#run("list", directory, options, async (lease, path) => {
      const { session } = lease;
      const fast = this.#fastOf(session);
      const { listingDepth, listingBounds } = this.#options;
      const listing = await listDirectory(path, {
        session,
        reads: fast ?? session.plain,
        depth: fast ? listingDepth : 1,
        signal: options.signal,
        take: options.take,
        bounds: listingBounds,
      });
      lease.release({ reusable: true });
      return listing;
    });
  }

  stat(asked: string, options: TransportCallOptions = {}): Promise<RemoteEntry> {
    return this.#run("stat", asked, options, async (lease, path) => {
      const { size, mode, mtime } = await abortable(this.#readsOf(lease.session).stat(path), options.signal);
      lease.release({ reusable: true });
      const odd = oddSize(size);
      if (odd !== undefined) throw malformed(`it tells ${odd}`);
      const name = path.slice(path.lastIndexOf("/") + 1);
      return {
        name,
        type: typeOf(mode) ?? "other",
        size: size as number | undefined,
        modifiedAt: timeOf(mtime),
      };
    });
  }

  read(asked: string, options: ReadOptions = {}): Promise<Readable> {
    return this.#run("read", asked, options, (lease, path, turn) =>
      this.#open(lease, { path, turn, options }),
    );
  }

  async close(): Promise<void> {
    this.#sessions.close();
    this.#pool.close();
  }

  async #open(
    lease: Lease,
    { path, turn, options }: { path: string; turn: Turn; options: ReadOptions },
  ): Promise<Readable> {
    const { start = 0, size, transient = false, readAhead, signal } = options;
    const { session } = lease;
    const fast = this.#fastOf(session);
    const readers = this.#count(session, 1);
    let opened = false;
    let done = false;
    const onDone = () => {
      this.#count(session, -1);
      done = true;
      if (opened) lease.release({ reusable: true });
    };
    const what = { session, path, start, size, signal, readAhead, onDone };
    const spare = transient ? this.#spare : undefined;
    const stream = fast ? new FileStream({ ...what, fast, readers, spare }) : new PlainFile(what);
    try {
      await stream.open();
    } catch (error) {
      turn.notOpened(session);
      throw await clarify(this.#readsOf(session), error, { operation: "read", path });
    }
    opened = true;
    // The file may have arrived already.
    if (done) lease.release({ reusable: true });
    return stream;
  }

  /**
   * Runs an operation on a share of a session, which it releases itself unless it rejects. A session that had lain idle
   * may turn out to be gone: the operation then starts once more, on a new one in the end.
   */
  async #run<T>(
    operation: Operation,
    path: string,
    options: TransportCallOptions,
    use: (lease: Lease, path: string, turn: Turn) => Promise<T>,
  ): Promise<T> {
    checkRemotePath(path, operation);
    const turn = this.#habits.turnFor(path, options);
    try {
      for (;;) {
        const lease = await turn.take();
        try {
          const value = await use(lease, await this.#whole(path, lease, options), turn);
          turn.succeeded(lease);
          return value;
        } catch (error) {
          const stale = lease.reused && losesConnection(error);
          const again = turn.failed(lease, error);
          lease.release({ reusable: true });
          if ((!stale && !again) || options.signal?.aborted) throw error;
        }
      }
    } catch (error) {
      const told = isDaybookError(error) && error.path === path ? error : at(error, operation, path);
      throw hiding(told, this.#secrets);
    }
  }

  /** The path as the server has it. */
  async #whole(path: string, { session }: Lease, { signal }: TransportCallOptions): Promise<string> {
    if (!this.#options.home) return path;
    this.#home ??= (await abortable(this.#readsOf(session).home(), signal)).replace(/\/$/, "");
    return this.#home + path;
  }

  #fastOf(session: SftpSession): FastPath | undefined {
    return this.#habits.pipelining ? session.fast : undefined;
  }

  #readsOf(session: SftpSession): RemoteReads {
    return this.#fastOf(session) ?? session.plain;
  }

  #count(session: SftpSession, change: 1 | -1): number {
    const readers = (this.#readers.get(session) ?? 0) + change;
    this.#readers.set(session, readers);
    return readers;
  }
}
