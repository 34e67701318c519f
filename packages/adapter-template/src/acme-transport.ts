import type { Readable } from "node:stream";
import { checkRemotePath, HostBudget, SessionPool } from "@daybook/core";
import type {
  Listing,
  ReadOptions,
  Transport,
  TransportCallOptions,
  TransportCapabilities,
} from "@daybook/core";
import { AcmeSession } from "./acme-session.js";
import { BodyStream } from "./body-stream.js";
import { toDaybookError } from "./errors.js";
import { endpointOf, resolveOptions } from "./options.js";
import type { AcmeTransportOptions } from "./options.js";

/** A tree over the acme protocol. Connections are opened when needed, at most `connections` of them, and reused. */
export class AcmeTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly #pool: SessionPool<AcmeSession>;

  /** Throws kind "config" for options that can't be meant. Connects to nothing. */
  constructor({ budget, clock, ...options }: AcmeTransportOptions) {
    const resolved = resolveOptions(options);
    const { connections } = resolved;
    this.capabilities = Object.freeze({
      endpoint: endpointOf(resolved),
      modifiedAt: "millisecond",
      resume: true,
      parallelism: connections,
    });
    this.#pool = new SessionPool({
      budget: budget ?? new HostBudget({ connections, clock }),
      clock,
      login: [resolved.token],
      open: (signal) => AcmeSession.open(resolved, signal),
      close: (session) => session.close(),
      usable: (session) => session.usable,
    });
  }

  async list(directory: string, options: TransportCallOptions = {}): Promise<Listing> {
    return this.#use("list", directory, options, async (session, done) => {
      const { entries = [] } = await session.ask({ list: directory });
      done();
      return {
        complete: true,
        entries: entries.map(({ name, directory, size, modifiedAt }) => ({
          name,
          type: directory ? "directory" : "file",
          size,
          modifiedAt: new Date(modifiedAt),
        })),
      };
    });
  }

  async read(path: string, options: ReadOptions = {}): Promise<Readable> {
    return this.#use("read", path, options, async (session, done) => {
      const { bytes: length = 0 } = await session.ask({ read: path, start: options.start ?? 0 });
      const translate = (error: unknown) => toDaybookError(error, "read", path);
      return new BodyStream({ session, length, translate, onClose: done });
    });
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  /** Runs work on a session. The work, or the stream it returns, says when it is done with the session. */
  async #use<T>(
    operation: string,
    path: string,
    options: TransportCallOptions,
    work: (session: AcmeSession, done: () => void) => Promise<T>,
  ): Promise<T> {
    checkRemotePath(path, operation);
    for (;;) {
      const { session, reused, release } = await this.#lease(options);
      const before = session.replies;
      try {
        return await work(session, release);
      } catch (error) {
        release();
        const failure = toDaybookError(error, operation, path);
        // A connection that lay idle may have been dropped meanwhile: that says nothing about the request.
        const stale = reused && session.replies === before && failure.kind !== "cancelled" && !session.usable;
        if (!stale || failure.kind === "timeout") throw failure;
      }
    }
  }

  async #lease(options: TransportCallOptions) {
    const lease = await this.#pool.acquire(options);
    const { session, reused } = lease;
    const stop = () => session.close();
    options.signal?.addEventListener("abort", stop, { once: true });
    const release = () => {
      options.signal?.removeEventListener("abort", stop);
      lease.release({ reusable: session.usable });
    };
    return { session, reused, release };
  }
}
