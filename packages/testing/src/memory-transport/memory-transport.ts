import type { Readable } from "node:stream";
import { checkRemotePath, DaybookError, HostBudget, SessionPool } from "@daybook/core";
import type {
  Clock,
  Listing,
  ListOptions,
  ReadOptions,
  RemoteEntry,
  SessionLease,
  Transport,
  TransportCallOptions,
  TransportCapabilities,
} from "@daybook/core";
import type { RemoteTree } from "../remote-tree.js";
import type { ListFault, MemoryFaults, ReadFault } from "./faults.js";
import { FileStream } from "./file-stream.js";
import { withPrecision } from "./precision.js";

export interface MemoryTransportOptions {
  readonly tree: RemoteTree;
  /** Default "memory://tree". */
  readonly endpoint?: string;
  /** Default: times in milliseconds, resume, 4 at once. What is declared is also what it does. */
  readonly capabilities?: Partial<Omit<TransportCapabilities, "endpoint">>;
  readonly faults?: MemoryFaults;
  /** Default one of its own, for `parallelism` connections. */
  readonly budget?: HostBudget;
  readonly clock?: Clock;
}

/** Entries handed over at a time. */
const BATCH = 1000;

/** What a transport made with these options declares. */
export function memoryCapabilities(options: MemoryTransportOptions): TransportCapabilities {
  return Object.freeze({
    modifiedAt: "millisecond",
    resume: true,
    parallelism: 4,
    ...options.capabilities,
    endpoint: options.endpoint ?? "memory://tree",
  });
}

/** A connection that isn't one: it holds a place in the pool, and knows what to stop when that place is taken away. */
interface Session {
  readonly closed: AbortController;
}

/** A `Transport` on a tree in memory: strict about the contract, able to fail on demand, and it remembers every call. */
export class MemoryTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  /** Every operation that reached the tree, in order. */
  readonly calls: { readonly list: string[]; readonly read: { path: string; start: number }[] } = {
    list: [],
    read: [],
  };
  /** What `stat` was asked about, in order. */
  readonly stats: string[] = [];
  /** May be changed at any time. */
  faults: MemoryFaults;
  readonly #tree: RemoteTree;
  readonly #pool: SessionPool<Session>;

  constructor(options: MemoryTransportOptions) {
    this.#tree = options.tree;
    this.faults = options.faults ?? {};
    this.capabilities = memoryCapabilities(options);
    this.#pool = new SessionPool<Session>({
      budget: options.budget ?? new HostBudget({ connections: this.capabilities.parallelism }),
      open: async () => ({ closed: new AbortController() }),
      close: (session) => session.closed.abort(),
      usable: () => true,
      clock: options.clock,
    });
  }

  async list(directory: string, options: ListOptions = {}): Promise<Listing> {
    const { lease, signal } = await this.#enter("list", directory, options);
    try {
      this.calls.list.push(directory);
      const fault = this.faults.onList?.(directory);
      await obey(fault, signal, "list", directory);
      const entries = this.#tree.entries(directory);
      if (entries === undefined) throw missing("list", directory);
      const listing = this.#listing(entries, fault);
      return await handOver(listing, options.take, () => {
        if (signal.aborted) throw cancelled("list", directory);
      });
    } finally {
      lease.release({ reusable: true });
    }
  }

  async stat(path: string, options: TransportCallOptions = {}): Promise<RemoteEntry> {
    const { lease } = await this.#enter("stat", path, options);
    try {
      this.stats.push(path);
      const entry = this.#tree.stat(path);
      if (entry === undefined) throw missing("stat", path);
      // Exact, however coarse listings are.
      return this.capabilities.modifiedAt === "none" ? withPrecision(entry, "none") : entry;
    } finally {
      lease.release({ reusable: true });
    }
  }

  async read(path: string, options: ReadOptions = {}): Promise<Readable> {
    const start = options.start ?? 0;
    if (start !== 0 && !this.capabilities.resume) {
      const detail = "this transport can't start in the middle of a file; read it from the beginning";
      throw new DaybookError("unsupported", detail, { operation: "read", path });
    }
    const { lease, signal } = await this.#enter("read", path, options);
    const release = () => lease.release({ reusable: true });
    try {
      this.calls.read.push({ path, start });
      const fault = this.faults.onRead?.(path, start);
      await obey(fault, signal, "read", path);
      const file = this.#tree.openFile(path);
      if (file === undefined) throw missing("read", path);
      const stop = () => stream.destroy(cancelled("read", path));
      const stream = new FileStream({
        file,
        start,
        limit: limitOf(fault, path),
        onClose: () => {
          signal.removeEventListener("abort", stop);
          release();
        },
      });
      signal.addEventListener("abort", stop, { once: true });
      return stream;
    } catch (error) {
      release();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  async #enter(
    operation: string,
    path: string,
    options: TransportCallOptions,
  ): Promise<{ lease: SessionLease<Session>; signal: AbortSignal }> {
    checkRemotePath(path, operation);
    const lease = await this.#pool.acquire(options);
    const { signal: closed } = lease.session.closed;
    return { lease, signal: options.signal ? AbortSignal.any([options.signal, closed]) : closed };
  }

  #listing(entries: RemoteEntry[], fault: ListFault | undefined): Listing {
    const shown = entries.map((entry) => withPrecision(entry, this.capabilities.modifiedAt));
    if (fault !== undefined && "truncate" in fault) {
      return { entries: fault.truncate === true ? shown : shown.slice(0, fault.truncate), complete: false };
    }
    if (fault !== undefined && "unreadable" in fault) {
      return { entries: shown, complete: true, unreadable: fault.unreadable };
    }
    return { entries: shown, complete: true };
  }
}

/** All but the last batch, and a listing of one batch not at all, as transports do that read as they go. */
async function handOver(
  listing: Listing,
  take: ListOptions["take"],
  checkpoint: () => void,
): Promise<Listing> {
  if (take === undefined) return listing;
  let { entries } = listing;
  for (; entries.length > BATCH; entries = entries.slice(BATCH)) {
    await take(entries.slice(0, BATCH));
    checkpoint();
  }
  return { ...listing, entries };
}

async function obey(
  fault: ListFault | ReadFault | undefined,
  signal: AbortSignal,
  operation: string,
  path: string,
): Promise<void> {
  if (fault !== undefined && "fail" in fault) throw fault.fail;
  if (fault !== undefined && "wait" in fault) await Promise.race([fault.wait, aborted(signal)]);
  if (fault !== undefined && "stall" in fault) await aborted(signal);
  if (signal.aborted) throw cancelled(operation, path);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function limitOf(fault: ReadFault | undefined, path: string) {
  if (fault === undefined) return undefined;
  if ("lieShort" in fault) return { bytes: fault.lieShort, then: "end" } as const;
  if ("stallAfter" in fault) return { bytes: fault.stallAfter, then: "stall" } as const;
  if (!("dropAfter" in fault)) return undefined;
  const error = new DaybookError("cut-short", "the connection was cut before the end of the file", {
    operation: "read",
    path,
  });
  return { bytes: fault.dropAfter, then: error } as const;
}

const missing = (operation: string, path: string) =>
  new DaybookError("not-found", "there is nothing of that kind at this path", { operation, path });

const cancelled = (operation: string, path: string) =>
  new DaybookError("cancelled", "stopped before it was done", { operation, path });
