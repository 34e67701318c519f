import { posix } from "node:path";
import type { Readable } from "node:stream";
import { asDaybookError, DaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import { checkRemotePath } from "../transport/check-remote-path.js";
import type {
  Listing,
  ListOptions,
  ReadOptions,
  RemoteEntry,
  Transport,
  TransportCallOptions,
  TransportCapabilities,
} from "../transport/transport.js";
import { combinedCapabilities } from "./combined-capabilities.js";
import { combinedError, type HostFailure } from "./combined-error.js";
import { resolveFailover } from "./failover-options.js";
import type { FailoverOptions, HostChange, HostState, ManyHosts } from "./failover-options.js";
import { HostHealth, isAbsence } from "./host-health.js";
import { Host } from "./host.js";
import { Recent } from "./recent.js";
import { VersionCheck } from "./version-check.js";

export interface FailoverTransportOptions extends FailoverOptions {
  /** The preferred one first; closed with this one. */
  readonly transports: readonly Transport[];
  /** How a host fares, by its place among `transports`; for hosts that others use too. */
  readonly health?: (place: number) => HostHealth;
  readonly clock?: Clock;
}

/** So many directories are remembered with the host that listed them; of others the version is checked before a read. */
const DIRECTORIES = 10_000;

/**
 * Several hosts that show the same tree, as one. A call that fails at one goes on at the next; a host that is down is
 * let alone and tried again in the background. A file is read where its directory was listed; elsewhere only if the
 * same version is shown there.
 */
export class FailoverTransport implements Transport, ManyHosts {
  readonly capabilities: TransportCapabilities;
  readonly stat?: NonNullable<Transport["stat"]>;
  readonly #hosts: readonly Host[];
  readonly #inTurn: boolean;
  readonly #trustAny: boolean;
  readonly #withoutTimes: boolean;
  readonly #versions: VersionCheck;
  readonly #listedBy = new Recent<Host>(DIRECTORIES);
  readonly #listeners = new Set<(change: HostChange) => void>();
  readonly #closing = new AbortController();
  #turn = 0;

  /** Throws kind "config" for options that can't be meant. */
  constructor(options: FailoverTransportOptions) {
    const { transports, clock = new SystemClock() } = options;
    const { order, trust, times } = resolveFailover(options, transports.length);
    this.#inTurn = order === "round-robin";
    this.#trustAny = trust === "any";
    this.#withoutTimes = times === "ignore";
    const { health = () => new HostHealth({ clock }) } = options;
    const tell = (change: HostChange) => this.#tell(change);
    this.#hosts = transports.map((transport, place) => new Host({ transport, health: health(place), tell }));
    this.capabilities = combinedCapabilities(
      transports.map(({ capabilities }) => capabilities),
      { together: this.#inTurn, times },
    );
    if (transports.every((transport) => transport.stat !== undefined))
      this.stat = (path, options) => this.#stat(path, options);
    this.#versions = new VersionCheck({ clock, precision: this.capabilities.modifiedAt });
  }

  get hosts(): readonly HostState[] {
    const well = this.#hosts.filter(({ health }) => health.down === undefined);
    const used = this.#inTurn ? well : well.slice(0, 1);
    return this.#hosts.map((host) => ({ ...host.state, used: used.includes(host) }));
  }

  get transports(): readonly Transport[] {
    return this.#hosts.map(({ transport }) => transport);
  }

  watch(listener: (change: HostChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async list(directory: string, options: ListOptions = {}): Promise<Listing> {
    checkRemotePath(directory, "list");
    const { take, ...asked } = options;
    let within: { readonly cause: unknown } | undefined;
    // What one host handed over before it failed, the next one hands over again.
    const taking = async (entries: readonly RemoteEntry[]) => {
      try {
        await take!(this.#shown(entries));
      } catch (cause) {
        within = { cause };
        throw cause;
      }
    };
    const call = take ? { ...asked, take: taking } : asked;
    const failures: HostFailure[] = [];
    const without: Host[] = [];
    let absence: DaybookError | undefined;
    for (const host of this.#candidates(directory)) {
      if (this.#isPointless(host)) break;
      const { value, error } = await host.ask((transport) => transport.list(directory, call));
      if (value !== undefined) {
        this.#listedBy.set(directory, host);
        return this.#asTrusted(value, host, failures);
      }
      // That they could not be taken is no host's fault.
      if (within) throw within.cause;
      if (error.kind === "cancelled" || (isAbsence(error) && this.#isFinal(host))) throw error;
      if (isAbsence(error)) {
        without.push(host);
        absence ??= error;
      } else failures.push({ endpoint: host.endpoint, error });
    }
    if (absence === undefined) throw this.#nowhere("list", directory, failures);
    if (this.#trustAny) throw absence;
    return { entries: [], complete: false, reason: this.#onlyMirrors(without, failures) };
  }

  async #stat(path: string, options: TransportCallOptions = {}): Promise<RemoteEntry> {
    checkRemotePath(path, "stat");
    const directory = posix.dirname(path);
    const failures: HostFailure[] = [];
    for (const host of this.#candidates(directory, this.#listedBy.get(directory))) {
      if (this.#isPointless(host)) break;
      const { value, error } = await host.ask((transport) => transport.stat!(path, options));
      if (value !== undefined) return this.#shown([value])[0]!;
      // What it listed itself it knows best.
      if (error.kind === "cancelled" || isAbsence(error)) throw error;
      failures.push({ endpoint: host.endpoint, error });
    }
    throw this.#nowhere("stat", path, failures);
  }

  async read(path: string, options: ReadOptions = {}): Promise<Readable> {
    checkRemotePath(path, "read");
    const { start = 0, size, modifiedAt } = options;
    if (start > 0 && !this.capabilities.resume) {
      const detail = "not all of its hosts can start in the middle of a file";
      throw new DaybookError("unsupported", detail, { operation: "read", path });
    }
    const [directory, name] = [posix.dirname(path), posix.basename(path)];
    const home = this.#listedBy.get(directory);
    const failures: HostFailure[] = [];
    let absence: DaybookError | undefined;
    for (const host of this.#candidates(directory, home)) {
      if (this.#isPointless(host)) break;
      const foreign = host !== home && (size !== undefined || modifiedAt !== undefined);
      const { value, error } = await host.ask(async (transport) => {
        if (foreign) await this.#versions.require(transport, directory, name, options);
        return transport.read(path, options);
      });
      if (value !== undefined) return this.#watched(value, host);
      if (error.kind === "cancelled" || (error.kind === "unsupported" && start > 0)) throw error;
      const differs = error.kind === "changed";
      if (this.#isFinal(host) ? differs || isAbsence(error) : differs && !foreign) throw error;
      if (isAbsence(error)) absence ??= error;
      failures.push({ endpoint: host.endpoint, error });
    }
    const believed =
      this.#trustAny || (failures.every((each) => isAbsence(each.error)) && !this.#firstIsDown);
    if (absence !== undefined && believed) throw absence;
    throw this.#nowhere("read", path, failures);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#hosts.map(({ transport }) => transport.close()));
  }

  /** Those to be asked, best first. Those whose time has come are tried beside. */
  #candidates(directory: string, home?: Host): Host[] {
    const anyWell = this.#hosts.some(({ health }) => health.down === undefined);
    for (const host of this.#hosts)
      if (anyWell || !host.worthAsking) host.probe(directory, this.#closing.signal);
    const first = home === undefined && this.#inTurn ? this.#turn++ % this.#hosts.length : 0;
    const inOrder = [...this.#hosts.slice(first), ...this.#hosts.slice(0, first)];
    const all = home === undefined ? inOrder : [home, ...inOrder.filter((host) => host !== home)];
    const worth = all.filter((host) => host.worthAsking);
    const isDown = ({ health }: Host) => health.down !== undefined;
    return [...worth.filter((host) => !isDown(host)), ...worth.filter(isDown)];
  }

  /** One that is down is asked in earnest only as the last resort. */
  #isPointless({ health }: Host): boolean {
    return health.down !== undefined && this.#hosts.some((other) => other.health.down === undefined);
  }

  /** Whether what it says isn't there, or is otherwise, is so. */
  #isFinal(host: Host): boolean {
    return !this.#trustAny && host === this.#hosts[0];
  }

  #asTrusted(listing: Listing, host: Host, failures: readonly HostFailure[]): Listing {
    const { entries, ...rest } = listing;
    const shown = [...this.#shown(entries)];
    const trusted = this.#trustAny || host === this.#hosts[0];
    if (trusted) return { ...rest, entries: shown };
    return { ...rest, entries: shown, complete: false, reason: this.#onlyMirrors([host], failures) };
  }

  #shown(entries: readonly RemoteEntry[]): readonly RemoteEntry[] {
    return this.#withoutTimes ? entries.map(({ modifiedAt: _, ...entry }) => entry) : entries;
  }

  /** The same words for as long as an outage lasts: it is one piece of news. */
  #onlyMirrors(asked: readonly Host[], failures: readonly HostFailure[]): string {
    const { endpoint, health } = this.#hosts[0]!;
    const failure = failures.find((one) => one.endpoint === endpoint)?.error;
    const how = health.down ? `is down since ${health.downSince.toISOString()}` : "could not";
    const why = (health.down ?? failure)?.detail ?? "it gave no answer";
    const mirrors = asked.map((host) => host.endpoint).join(" and ");
    return `only ${mirrors} could be asked; ${endpoint}, which must list it before it is settled, ${how}: ${why}`;
  }

  #nowhere(operation: string, path: string, failures: readonly HostFailure[]): DaybookError {
    const silent = this.#hosts.flatMap(({ endpoint, health }) =>
      health.down && !failures.some((failure) => failure.endpoint === endpoint)
        ? [{ endpoint, error: health.down }]
        : [],
    );
    return combinedError([...failures, ...silent], { operation, path, anyDown: this.#anyDown });
  }

  get #firstIsDown(): boolean {
    return this.#hosts[0]!.health.down !== undefined;
  }

  get #anyDown(): boolean {
    return this.#hosts.some(({ health }) => health.down !== undefined);
  }

  #watched(stream: Readable, host: Host): Readable {
    stream.once("end", () => host.health.served());
    stream.once("error", (error) => host.heard(asDaybookError(error, "network")));
    return stream;
  }

  /** One listener is enough: those of sources that share this would all say the same. */
  #tell(change: HostChange): void {
    for (const listener of this.#listeners) return listener(change);
  }
}
