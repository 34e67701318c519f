import { addAbortListener } from "node:events";
import type { Readable } from "node:stream";
import type {
  Listing,
  ReadOptions,
  SessionLease,
  Transport,
  TransportCallOptions,
  TransportCapabilities,
} from "@daybook/core";
import { DaybookError, HostBudget, isDaybookError, SessionPool, SystemClock } from "@daybook/core";
import { abortable } from "./abortable.js";
import { clarify } from "./clarify.js";
import { at, cancelled, losesConnection } from "./errors.js";
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

  constructor(options: SftpTransportOptions) {
    this.#options = resolveOptions(options);
    const { connections, filesPerConnection } = this.#options;
    const clock = options.clock ?? new SystemClock();
    const budget = options.budget ?? new HostBudget({ connections, clock });
    this.#pool = new SessionPool<SftpSession>({
      budget,
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

  read(path: string, { start = 0, size, ...options }: ReadOptions = {}): Promise<Readable> {
    return this.#run("read", path, options, async (lease) => {
      const { session } = lease;
      let stream: FileStream | undefined;
      this.#count(session, 1);
      const onDone = () => {
        this.#count(session, -1);
        lease.release({ reusable: true });
      };
      try {
        const handle = await abortable(session.openFile(path), options.signal, (late) =>
          session.closeHandle(late),
        );
        const readers = this.#readers.get(session)!;
        const { pipelining } = this.#options;
        stream = new FileStream({ session, handle, path, start, size, pipelining, readers, onDone });
        stopWith(stream, options.signal);
        await stream.opened();
        return stream;
      } catch (error) {
        if (stream === undefined) onDone();
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
    refuseControls(path, operation);
    try {
      for (;;) {
        const lease = await this.#sessions.acquire(options);
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

  #count(session: SftpSession, change: 1 | -1): void {
    this.#readers.set(session, (this.#readers.get(session) ?? 0) + change);
  }
}

/** Destroys the stream when the signal fires; lets go of the signal when the stream is closed. */
function stopWith(stream: Readable, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const stop = () => void stream.destroy(cancelled("stopped by the caller", "read"));
  if (signal.aborted) return stop();
  const listening = addAbortListener(signal, stop);
  stream.once("close", () => listening[Symbol.dispose]());
}

function refuseControls(path: string, operation: string): void {
  if (!/[\r\n\u0000]/.test(path)) return;
  throw new DaybookError("config", "a path can't hold CR, LF or NUL", { operation, path });
}
