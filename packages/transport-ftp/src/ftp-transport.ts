import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import {
  checkRemotePath,
  DaybookError,
  HostBudget,
  isDaybookError,
  onAbort,
  SessionPool,
  SpareMemory,
  SystemClock,
} from "@daybook/core";
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
import { FTPError } from "basic-ftp";
import { DirectoryReader } from "./directory-reader.js";
import { describe, errorKind, meaning, toDaybookError, wireOf } from "./errors.js";
import { FtpSession } from "./ftp-session.js";
import { homeOf } from "./home.js";
import { nameCodec } from "./name-codec.js";
import { endpointOf, loginOf, resolveOptions, withPassword } from "./options.js";
import type { FtpTransportOptions, ResolvedFtpOptions } from "./options.js";
import { ServerFacts } from "./server-facts.js";
import { TryAgain } from "./try-again.js";

type Phase = "list" | "read";

/** How often a transfer that is refused for there being too many is tried again, with fewer sessions each time. */
const MOST_CROWDED = 8;
type Done = (reusable: boolean) => void;

/**
 * FTP and FTPS. Connections are opened when needed, at most `connections` of them, and reused.
 *
 * `modifiedAt` is exact to the second from servers with MLSD (RFC 3659), to the minute from others for about six
 * months and to the day for older files. The capability says "day", since that is what it comes to at worst and no
 * server has been asked when it is read.
 */
export class FtpTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly #options: ResolvedFtpOptions;
  readonly #server: ServerFacts;
  readonly #budget: HostBudget;
  readonly #spare = new SpareMemory();
  readonly #pool: SessionPool<FtpSession>;
  readonly #directories: DirectoryReader;
  #home: string | undefined;
  /** As it was read last, so that nothing says it. */
  #password = "";

  /** Throws kind "config" for options that can't be meant. Connects to nothing. */
  constructor({ budget, clock, memory, ...options }: FtpTransportOptions) {
    this.#options = resolveOptions(options);
    const { connections } = this.#options;
    const time: Clock = clock ?? new SystemClock();
    this.capabilities = Object.freeze({
      endpoint: endpointOf(this.#options),
      modifiedAt: "day",
      resume: true,
      parallelism: connections,
    });
    this.#server = new ServerFacts(memory);
    this.#budget = budget ?? new HostBudget({ connections, clock: time });
    this.#directories = new DirectoryReader({
      clock: time,
      server: this.#server,
      codec: nameCodec(this.#options.encoding),
      trustListings: this.#options.trustListings,
    });
    this.#pool = new SessionPool({
      budget: this.#budget,
      clock: time,
      login: loginOf(this.#options),
      open: async (signal) => {
        const facts = await withPassword(this.#options);
        this.#password = facts.password;
        return FtpSession.open(facts, this.#server, signal);
      },
      close: (session) => session.close(),
      usable: (session) => session.usable,
    });
  }

  async list(directory: string, options: ListOptions = {}): Promise<Listing> {
    return this.#use("list", directory, options, async (session, path, done) => {
      const listing = await this.#directories.list(session, path, options.take);
      done(session.usable);
      return listing;
    });
  }

  async stat(asked: string, options: TransportCallOptions = {}): Promise<RemoteEntry> {
    return this.#use("read", asked, options, async (session, path, done) => {
      const entry = await this.#directories.stat(session, path);
      done(true);
      return entry;
    });
  }

  async read(asked: string, options: ReadOptions = {}): Promise<Readable> {
    const { start = 0, size, transient = false, readAhead } = options;
    if (size !== undefined && start > size) {
      const detail = `the file is ${size} bytes long now, and ${start} of it were read before`;
      throw new DaybookError("changed", detail, { operation: "read", path: asked });
    }
    return this.#use("read", asked, options, (session, path, done) =>
      session.transfer(`RETR ${path}`, {
        what: "the file",
        start,
        expected: size === undefined ? undefined : size - start,
        spare: transient ? this.#spare : undefined,
        readAhead,
        translate: (error) => this.#translate(error, "read", asked),
        onSettled: done,
      }),
    );
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  /** Runs work on a session. The work, or what it started, says when it is done with the session. */
  async #use<T>(
    phase: Phase,
    path: string,
    options: TransportCallOptions,
    work: (session: FtpSession, path: string, done: Done) => Promise<T>,
  ): Promise<T> {
    checkRemotePath(path, phase);
    const { signal } = options;
    let loggedOut = false;
    for (let crowded = 0; ;) {
      const lease = await this.#pool.acquire(options);
      const { session } = lease;
      const before = session.replies;
      const unhook = signal && onAbort(signal, () => session.close());
      const done: Done = (reusable) => {
        unhook?.();
        lease.release({ reusable });
      };
      try {
        if (signal?.aborted) session.close();
        return await work(session, await this.#whole(path, session), done);
      } catch (error) {
        const again = error instanceof TryAgain && !signal?.aborted;
        const failure = signal?.aborted
          ? stopped(phase, path)
          : await this.#judge(again ? error.cause : error, phase, path, session);
        if (again) {
          done(session.usable);
          continue;
        }
        // Another log-in is worth one attempt: the server may have forgotten this one.
        if (!loggedOut && isLoggedOut(error, phase) && !signal?.aborted) {
          loggedOut = true;
          done(false);
          continue;
        }
        if (crowded < MOST_CROWDED && isCrowded(error, phase) && !signal?.aborted) {
          crowded++;
          const others = this.#budget.crowded();
          done(false);
          // Sessions that were closed count until the server has noticed.
          if (!others) await pause(crowded * 100);
          continue;
        }
        done(session.usable);
        // The server may have dropped a connection that lay idle: that says nothing about the request.
        if (!isStale(lease, before, failure)) throw failure;
      }
    }
  }

  /** The path as the server has it. */
  async #whole(path: string, session: FtpSession): Promise<string> {
    if (!this.#options.home) return path;
    this.#home ??= await homeOf(session);
    return this.#home + path;
  }

  /**
   * Where the reply leaves open whether a path is missing or forbidden, a look around tells. What is there, and is refused
   * in words that nobody knows, may come all the same: it isn't given up.
   */
  async #judge(error: unknown, phase: Phase, path: string, session: FtpSession): Promise<DaybookError> {
    const whole = (this.#home ?? "") + path;
    const wire = { ...wireOf(error), phase, path: whole };
    if (!(error instanceof FTPError)) return this.#translate(error, phase, path);
    const { kind, guessed } = meaning(wire);
    if (kind !== undefined) return this.#translate(error, phase, path);
    try {
      const seen = await this.#directories.lookAround(session, whole, phase);
      const judged = guessed && seen === "permission" ? "protocol" : seen;
      return describe(judged, wire, { ...this.#options, password: this.#password, operation: phase, path });
    } catch (other) {
      return this.#translate(other, phase, path);
    }
  }

  #translate(error: unknown, phase: Phase, path: string): DaybookError {
    const context = { ...this.#options, password: this.#password, operation: phase, path };
    if (isDaybookError(error)) return toDaybookError(error, phase, context);
    const wire = { ...wireOf(error), phase, path: (this.#home ?? "") + path };
    return describe(errorKind(wire) ?? "cut-short", wire, context);
  }
}

function isStale(lease: SessionLease<FtpSession>, before: number, failure: DaybookError): boolean {
  if (!lease.reused) return false;
  const answers = lease.session.replies - before;
  return (failure.kind === "network" && answers === 0) || (failure.code === "421" && answers === 1);
}

function isCrowded(error: unknown, phase: Phase): boolean {
  return error instanceof FTPError && meaning({ ...wireOf(error), phase }).reason === "too-many-transfers";
}

function isLoggedOut(error: unknown, phase: Phase): boolean {
  return error instanceof FTPError && meaning({ ...wireOf(error), phase }).reason === "logged-out";
}

function stopped(phase: Phase, path: string): DaybookError {
  return new DaybookError("cancelled", "stopped", { operation: phase, path });
}
