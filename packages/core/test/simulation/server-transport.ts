import type { Readable } from "node:stream";
import {
  DaybookError,
  SessionPool,
  type Clock,
  type ErrorKind,
  type HostBudget,
  type Listing,
  type ReadOptions,
  type RemoteEntry,
  type Transport,
  type TransportCallOptions,
  type TransportCapabilities,
} from "@daybook/core";
import type { Life } from "./life.js";
import type { Rng } from "./rng.js";
import { ServerStream, type ReadLog, type StreamEnd } from "./server-stream.js";
import type { Server } from "./server.js";
import type { Weather } from "./troubles.js";

export interface ServerTransportOptions {
  readonly server: Server;
  /** The sources that it is used by. */
  readonly clients: readonly string[];
  readonly weather: Weather;
  readonly rng: Rng;
  /** The world's; this end of the wire keeps no other. */
  readonly clock: Required<Clock>;
  readonly life: Life;
  readonly budget: HostBudget;
  readonly capabilities: TransportCapabilities;
  /** Logins that the server allows while it is crowded. */
  readonly crowd: number;
  /** Longest time that one step takes, in ms; mostly they take none. */
  readonly latency: number;
  /** Told of every read the server was asked for. */
  readonly onRead: (log: ReadLog) => void;
  readonly trace: (what: string) => void;
  /** Told of what no client should do. */
  readonly wrong: (what: string) => void;
}

interface Session {
  readonly closed: AbortController;
}

const MS = { millisecond: 1, second: 1000, minute: 60_000, day: 86_400_000, none: 1 };
const STALL = 30_000;
/** In ms; less than the 5 minutes after which a refused log-in is tried again at the earliest. */
const PATIENT = 240_000;
/** What was under way when the first log-in was refused comes to the door, too; in ms. */
const UNDER_WAY = 60_000;

/** A client of the pretend server, with sessions that cost time, and with all its troubles. */
export class ServerTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly #options: ServerTransportOptions;
  readonly #pool: SessionPool<Session>;
  readonly #streams = new Map<ServerStream, ReadLog>();
  #sessions = 0;
  /** When a log-in was refused first; epoch ms. */
  #refusedAt = -Infinity;

  constructor(options: ServerTransportOptions) {
    this.#options = options;
    this.capabilities = options.capabilities;
    this.#pool = new SessionPool<Session>({
      budget: options.budget,
      clock: options.clock,
      open: (signal) => this.#connect(signal),
      close: (session) => {
        if (session.closed.signal.aborted) return;
        this.#sessions--;
        session.closed.abort();
      },
      usable: (session) => !session.closed.signal.aborted,
    });
  }

  list(directory: string, options: TransportCallOptions = {}): Promise<Listing> {
    const { life, trace } = this.#options;
    return life.asyncStep(`list ${directory}`, async () => {
      const lease = await this.#pool.acquire(options);
      let reusable = false;
      try {
        const listing = await this.#list(directory, options.signal);
        trace(`list ${directory}: ${listing.entries.length} entries${listing.complete ? "" : ", cut off"}`);
        reusable = true;
        return listing;
      } catch (error) {
        trace(`list ${directory}: ${(error as Error).message}`);
        reusable = (error as DaybookError).kind === "not-found";
        throw error;
      } finally {
        lease.release({ reusable });
      }
    });
  }

  read(path: string, options: ReadOptions = {}): Promise<Readable> {
    const { life, trace } = this.#options;
    const start = options.start ?? 0;
    return life.asyncStep(`read ${path} from ${start}`, async () => {
      const lease = await this.#pool.acquire(options);
      try {
        const stream = await this.#open(path, start, options, (ended) => {
          trace(`read ${path} from ${start}: ${ended ?? "whole"}`);
          lease.release({ reusable: ended === undefined });
        });
        return stream;
      } catch (error) {
        trace(`read ${path} from ${start}: ${(error as Error).message}`);
        lease.release({ reusable: false });
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  async #connect(signal: AbortSignal): Promise<Session> {
    const { weather, crowd } = this.#options;
    this.#sessions++;
    try {
      await this.#delay(signal);
      if (weather.strikes("down")) throw failure("network", "connect");
      if (weather.isOn("login-refused")) this.#refuse();
      if (weather.isOn("crowded") && this.#sessions > crowd) throw failure("busy", "connect");
      return { closed: new AbortController() };
    } catch (error) {
      this.#sessions--;
      throw error;
    }
  }

  /** Who is refused must not come again soon: some servers shut such users out. Sources that share it come each for itself. */
  #refuse(): never {
    const { clock, clients, wrong } = this.#options;
    const since = clock.monotonic() - this.#refusedAt;
    if (since > PATIENT) this.#refusedAt = clock.monotonic();
    else if (since > UNDER_WAY && clients.length === 1)
      wrong(`a log-in was tried again ${since / 1000} s after it was refused`);
    throw failure("auth", "connect");
  }

  /** One read ends the sessions of all others. */
  #kill(path: string): never {
    for (const [stream, log] of this.#streams) {
      log.excuse = "network";
      stream.destroy(this.#options.life.alive ? failure("network", "read", log.path) : undefined);
    }
    throw failure("network", "read", path);
  }

  async #list(directory: string, signal: AbortSignal | undefined): Promise<Listing> {
    const { server, clients, weather, rng, clock } = this.#options;
    const askedAt = clock.monotonic();
    await this.#delay(signal);
    await this.#fail("list", directory, signal);
    const moment = server.tick();
    const show = (honest: boolean, { unreadable = false, missing = false } = {}) =>
      server.show(clients, directory, { askedAt, moment, honest, unreadable, missing });
    if (weather.strikes("list-denied")) {
      show(false, { unreadable: true });
      throw failure("permission", "list", directory);
    }
    const all = server.entries(directory);
    if (all === undefined || weather.strikes("list-shows-missing")) {
      show(all === undefined, { missing: true });
      throw failure("not-found", "list", directory);
    }
    const stale = weather.strikes("list-stale") !== undefined;
    const entries = all.map((entry) => this.#shown(stale ? server.asItWas(directory, entry) : entry));
    for (const entry of entries) {
      if (entry.type !== "file") continue;
      const path = `${directory}/${entry.name}`;
      server.sizes.set(path, (server.sizes.get(path) ?? new Set()).add(entry.size!));
    }
    if (weather.strikes("list-cut-off")) {
      server.cutOff(clients, directory);
      return { entries: entries.slice(0, rng.int(0, entries.length)), complete: false };
    }
    if (weather.strikes("list-hides")) {
      const left = entries.filter(() => rng.chance(0.5));
      show(!stale && left.length === entries.length);
      return { entries: left, complete: true };
    }
    if (weather.strikes("list-unreadable")) {
      const left = entries.filter(() => rng.chance(0.7));
      show(false, { unreadable: true });
      return { entries: left, complete: true, unreadable: ["-rw-r--r-- ???"] };
    }
    show(!stale);
    // Some servers show a name twice.
    return { entries: rng.chance(0.02) ? [...entries, ...entries] : entries, complete: true };
  }

  async #open(
    path: string,
    start: number,
    { signal, size }: ReadOptions,
    release: (ended: string | undefined) => void,
  ): Promise<Readable> {
    const { server, weather, clock, life, rng, latency, onRead } = this.#options;
    const log: ReadLog = {
      path,
      start,
      listed: size,
      askedAt: server.tick(),
      seen: undefined,
      whole: false,
      excuse: undefined,
    };
    onRead(log);
    try {
      await this.#delay(signal);
      await this.#fail("read", path, signal);
      if (weather.strikes("read-kills")) this.#kill(path);
      if (weather.strikes("read-denied")) throw failure("permission", "read", path);
      const inode = server.inode(path);
      if (inode === undefined) throw failure("not-found", "read", path);
      log.seen = inode.version;
      const stream = new ServerStream({
        inode,
        log,
        start,
        end: this.#end(path, inode.version.bytes.length),
        clock,
        life,
        rng,
        latency,
        signal,
        release,
      });
      this.#streams.set(stream, log);
      stream.once("close", () => this.#streams.delete(stream));
      return stream;
    } catch (error) {
      log.excuse = (error as DaybookError).kind;
      throw error;
    }
  }

  #end(path: string, size: number): StreamEnd | undefined {
    const { weather, rng } = this.#options;
    const after = rng.int(0, size);
    const error = failure(rng.pick(["cut-short", "network"]), "read", path);
    if (weather.strikes("down")) return { after, error: failure("network", "read", path) };
    if (weather.strikes("read-drops"))
      return rng.chance(0.3) ? { within: rng.int(0, 2 * this.#options.latency), error } : { after, error };
    if (weather.strikes("read-ends-short") && size > 0) return { after: Math.min(after, size - 1) };
    if (weather.strikes("read-stalls"))
      return { after, stall: STALL, error: failure("timeout", "read", path) };
    return undefined;
  }

  /** Troubles that keep a call from being answered at all. */
  async #fail(operation: "list" | "read", path: string, signal: AbortSignal | undefined): Promise<void> {
    const { weather, clock } = this.#options;
    if (weather.strikes("down")) throw failure("network", operation, path);
    const trouble = weather.strikes(operation === "list" ? "list-fails" : "read-fails");
    if (trouble === undefined) return;
    if (trouble.kind === "timeout") await clock.sleep(STALL, signal);
    throw failure(trouble.kind, operation, path);
  }

  #shown(entry: RemoteEntry): RemoteEntry {
    const { modifiedAt } = entry;
    if (modifiedAt === undefined) return entry;
    const unit = MS[this.capabilities.modifiedAt];
    return { ...entry, modifiedAt: new Date(Math.floor(modifiedAt.getTime() / unit) * unit) };
  }

  async #delay(signal: AbortSignal | undefined): Promise<void> {
    const { rng, latency, clock, life } = this.#options;
    if (latency > 0 && rng.chance(0.3)) await clock.sleep(rng.int(1, latency), signal);
    // What a dead program had asked for is shown to nobody.
    if (signal?.aborted || !life.alive) throw failure("cancelled", "wait");
  }
}

function failure(kind: ErrorKind, operation: string, path?: string): DaybookError {
  return new DaybookError(kind, `made up: ${kind}`, { operation, path });
}
