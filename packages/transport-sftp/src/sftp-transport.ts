import type { Readable } from "node:stream";
import type {
  Listing,
  ReadOptions,
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
import { clarify } from "./clarify.js";
import { at, losesConnection } from "./errors.js";
import { FileStream } from "./file-stream.js";
import { listDirectory } from "./listing.js";
import type { ResolvedOptions, SftpTransportOptions } from "./options.js";
import { endpointOf, resolveOptions } from "./options.js";
import { SftpSession } from "./sftp-session.js";
import { SharedSessions } from "./shared-sessions.js";

/**
 * Reads a tree over SFTP, many files at once over few connections. Links are listed as "other"; names that aren't UTF-8
 * are reported as unreadable. Throws kind "config" where the options can't work; connects when first used.
 */
export class SftpTransport implements Transport {
  readonly capabilities: TransportCapabilities;

  readonly #options: ResolvedOptions;
  readonly #pool: SessionPool<SftpSession>;
  readonly #sessions: SharedSessions;
  readonly #readers = new WeakMap<SftpSession, number>();
  readonly #spare = new SpareMemory();

  constructor(options: SftpTransportOptions) {
    this.#options = resolveOptions(options);
    const { connections, filesPerConnection } = this.#options;
    const clock = options.clock ?? new SystemClock();
    const budget = options.budget ?? new HostBudget({ connections, clock });
    this.#pool = new SessionPool<SftpSession>({
      budget,
      login: [this.#options.target, this.#options.jump],
      open: (signal) => SftpSession.open(this.#options, signal),
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
    this.capabilities = Object.freeze({
      endpoint: endpointOf(options),
      modifiedAt: "second",
      resume: true,
      parallelism: connections * filesPerConnection,
    });
  }

  list(directory: string, options: TransportCallOptions = {}): Promise<Listing> {
    return this.#run("list", directory, options, async (lease) => {
      const listing = await listDirectory(lease.session, directory, {
        ...options,
        depth: this.#options.listingDepth,
      });
      lease.release({ reusable: true });
      return listing;
    });
  }

  read(
    path: string,
    { start = 0, size, transient = false, readAhead, ...options }: ReadOptions = {},
  ): Promise<Readable> {
    return this.#run("read", path, options, async (lease) => {
      const { session } = lease;
      const onDone = () => {
        this.#count(session, -1);
        lease.release({ reusable: true });
      };
      const readers = this.#count(session, 1);
      const { pipelining } = this.#options;
      const { signal } = options;
      const spare = transient ? this.#spare : undefined;
      const stream = new FileStream({
        session,
        path,
        start,
        size,
        pipelining,
        readers,
        signal,
        spare,
        readAhead,
        onDone,
      });
      try {
        await stream.open();
        return stream;
      } catch (error) {
        throw await clarify(session, error, { operation: "read", path });
      }
    });
  }

  async close(): Promise<void> {
    this.#sessions.close();
    this.#pool.close();
  }

  /**
   * Runs an operation on a share of a session, which it releases itself unless it rejects. A session that had lain idle
   * may turn out to be gone: the operation then starts once more, on a new one in the end.
   */
  async #run<T>(
    operation: "list" | "read",
    path: string,
    options: TransportCallOptions,
    use: (lease: SessionLease<SftpSession>) => Promise<T>,
  ): Promise<T> {
    checkRemotePath(path, operation);
    try {
      for (;;) {
        const lease = this.#sessions.take(options) ?? (await this.#sessions.acquire(options));
        try {
          return await use(lease);
        } catch (error) {
          const stale = lease.reused && losesConnection(error);
          lease.release({ reusable: true });
          if (!stale || options.signal?.aborted) throw error;
        }
      }
    } catch (error) {
      throw isDaybookError(error) && error.path === path ? error : at(error, operation, path);
    }
  }

  #count(session: SftpSession, change: 1 | -1): number {
    const readers = (this.#readers.get(session) ?? 0) + change;
    this.#readers.set(session, readers);
    return readers;
  }
}
