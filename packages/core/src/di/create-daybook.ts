import type { CheckOptions } from "../check/check-source.js";
import type { DependencyContainer } from "tsyringe";
import { Admissions } from "../admission/admissions.js";
import { DestinationBreakers } from "../crawl/destination-ear.js";
import { FirstLogins } from "../crawl/first-logins.js";
import { LeaseKeeper } from "../crawl/lease-keeper.js";
import { LedgerWriter } from "../crawl/ledger-writer.js";
import { Shutdown } from "../crawl/shutdown.js";
import { NOTHING_KNOWN, runSource, type SourceResult, type SourceRunOptions } from "../crawl/source-run.js";
import type { Source } from "../crawl/source.js";
import type { Destination } from "../destination/destination.js";
import { sharedPlaces } from "../destination/shared-places.js";
import { PlaceOwners } from "../fetch/place-owners.js";
import { asDaybookError, DaybookError } from "../errors/daybook-error.js";
import { hasManyHosts, type ManyHosts } from "../failover/failover-options.js";
import type { Hook } from "../hooks/hook.js";
import { HookRunner } from "../hooks/hook-runner.js";
import { checkHooks } from "../hooks/subscriptions.js";
import { fanOut } from "../observe/fan-out.js";
import type { CrawlEvent, Observer } from "../observe/observer.js";
import { clean } from "../retain/clean.js";
import { availability } from "../report/availability.js";
import { delays } from "../report/delays.js";
import { explain } from "../report/explain.js";
import { originsOf } from "../report/explain-local.js";
import { files } from "../report/files.js";
import { gaps } from "../report/gaps.js";
import { plan, type PlannedSlot } from "../report/plan.js";
import { retry } from "../report/retry.js";
import { slotStatuses } from "../report/slots.js";
import { sourceStatus } from "../report/status.js";
import { verify, type VerifiedSource } from "../report/verify.js";
import type { StateStore } from "../store/state-store.js";
import type { ForeignFile, TakeoverOptions } from "../takeover/foreign-file.js";
import { markOf, readMark, TimeMarker } from "../time/time-mark.js";
import { TrustedTime } from "../time/trusted-time.js";
import { withWitness } from "../time/with-witness.js";
import { TroubleNotes, troubles } from "../trouble/trouble-notes.js";
import type { Trouble } from "../trouble/trouble.js";
import { SystemClock } from "../time/system-clock.js";
import type { BandwidthLimit } from "../transport/bandwidth-limit.js";
import { HostMemory } from "../transport/host-memory.js";
import type { HostFact } from "../transport/host-memory.js";
import { withBandwidth } from "../transport/with-bandwidth.js";
import { withoutSizes } from "../transport/without-sizes.js";
import { PluginContainer } from "./container.js";
import type {
  CleanScope,
  Daybook,
  DaybookOptions,
  HookStatus,
  HostStatus,
  RetryScope,
  RunOptions,
  RunResult,
  Scope,
  SourceHosts,
  SourceSettings,
  SourceStatus,
  VerifyScope,
} from "./daybook.js";
import { HOST_NOTES, hostFact, hostNote } from "./host-notes.js";
import { Hosts, limitOf } from "./hosts.js";
import { defineSources, narrow, type SourceDefinition } from "./source-definition.js";
import {
  ClockToken,
  DestinationToken,
  InspectorToken,
  ObserverToken,
  StateStoreToken,
  TransportToken,
  type Plugin,
  type PluginDeps,
} from "./tokens.js";

const MANY = new Set<symbol>([InspectorToken, ObserverToken]);
/** Files synced at the same time, of all sources and of one at least: the more, the less each costs, and the more memory. */
const COMMITTING = 128;
const LEAST_COMMITTING = 8;
const WORST: readonly SourceResult["outcome"][] = ["failed", "stopped", "gaps", "complete"];
const SHUTDOWN = 30_000;

/**
 * Checks the options and wires everything; nothing is opened or connected before the first call that needs it.
 * Throws kind "config". `container` is for applications that use tsyringe themselves: what it has registered under
 * Daybook's tokens is used where no plugin provides it, and is never closed here.
 */
export function createDaybook(options: DaybookOptions & { container?: DependencyContainer }): Daybook {
  return new WiredDaybook(options);
}

class WiredDaybook implements Daybook {
  readonly #sources: readonly SourceDefinition[];
  readonly #root: PluginContainer;
  readonly #children = new Map<string, PluginContainer>();
  /** Of the sources that were run. */
  readonly #manyHosts = new Map<string, ManyHosts>();
  readonly #hosts: Hosts;
  readonly #destinations: DestinationBreakers;
  readonly #memory: HostMemory;
  /** By source. */
  readonly #limits = new Map<string, BandwidthLimit>();
  readonly #clock;
  readonly #shutdownTimeout: number;
  readonly #random: () => number;
  readonly #hooks: readonly Hook[];
  /** Where the ledger is, as far as its plugin says. */
  readonly #ledger: string | undefined;
  #store: Promise<StateStore> | undefined;
  /** What was learnt of a host is on its way to the ledger. */
  #noted: Promise<unknown> | undefined;

  constructor(options: DaybookOptions & { container?: DependencyContainer }) {
    this.#sources = defineSources(options.sources);
    this.#shutdownTimeout = options.shutdownTimeout ?? SHUTDOWN;
    this.#random = options.random ?? Math.random;
    this.#hooks = options.hooks ?? [];
    checkHooks(this.#hooks, this.#sources);
    const given = options.plugins.find((plugin) => plugin.provides === ClockToken) as
      Plugin<SystemClock> | undefined;
    const clockless = {
      clock: new SystemClock(),
      budget: () => this.#noHost(),
      limited: () => this.#noHost(),
      health: () => this.#noHost(),
    };
    this.#clock = given ? given.create(clockless) : clockless.clock;
    // Worth a line in the ledger, and no run's failure.
    const note = (fact: HostFact) =>
      void (this.#noted = this.#store?.then((store) => store.record([hostNote(fact)])).catch(() => {}));
    this.#memory = new HostMemory({ clock: this.#clock, onLearnt: note });
    this.#hosts = new Hosts({ clock: this.#clock, random: this.#random, options: options.hosts });
    this.#destinations = new DestinationBreakers({ clock: this.#clock, random: this.#random });
    const deps: PluginDeps = {
      clock: this.#clock,
      budget: (endpoint, connections) => this.#hosts.budget(endpoint, connections),
      limited: (transport) => this.#hosts.limited(transport),
      health: (endpoint, key) => this.#hosts.health(endpoint, key),
      memory: (endpoint) => this.#memory.of(endpoint),
    };
    const ledger = options.plugins.find(({ provides }) => provides === StateStoreToken);
    this.#ledger = ledger?.key && `${ledger.name}:${ledger.key}`;
    this.#root = PluginContainer.root(deps, options.container);
    for (const plugin of options.plugins) if (plugin !== given) add(this.#root, plugin);
    for (const source of this.#sources) {
      const child = this.#root.child();
      for (const plugin of source.plugins) add(child, plugin);
      this.#children.set(source.name, child);
      if (source.limit)
        this.#limits.set(source.name, limitOf(source.limit, this.#clock, `source ${source.name}`));
    }
  }

  async run({ signal, once, adopt, trustClock, ...scope }: RunOptions = {}): Promise<RunResult> {
    const store = await this.#open();
    const noted = new TroubleNotes({ store, sharing: (source) => this.#sharing(source, scope) });
    const { time, unready } = await this.#begin(store, noted, trustClock);
    this.#hosts.forgetRefusals();
    const stop = signal ?? new AbortController().signal;
    const shutdown = new Shutdown({ stop, timeout: this.#shutdownTimeout, clock: this.#clock });
    const { chosen, broken } = this.#putTogether(narrow(this.#sources, scope), store, time);
    this.#warnOfPlaces(chosen);
    const hooks = this.#hookRunner(chosen, store);
    const marker = new TimeMarker(time);
    const writer = new LedgerWriter({
      store: hooks?.ledger ?? store,
      clock: this.#clock,
      alongside: () => marker.changes(),
    });
    const logins = new FirstLogins(chosen.map(({ name }) => name));
    const admissions = this.#admissions(store, adopt);
    const committing = Math.max(LEAST_COMMITTING, Math.floor(COMMITTING / Math.max(1, chosen.length)));
    hooks?.start();
    for (const { name: source, error } of broken) {
      const failed: CrawlEvent = { type: "source-failed", source, at: this.#clock.now(), error };
      fanOut(this.#root.all(ObserverToken))(failed);
      hooks?.on(failed);
    }
    try {
      const running = chosen
        .map((source) => ({ ...source, emit: all(source.emit, [noted, ...(hooks ? [hooks] : [])]) }))
        .map((source) =>
          this.#run(source, {
            writer,
            logins,
            shutdown,
            once,
            committing,
            admit: () => admissions.of(source.destination),
            unready,
          }),
        );
      const sources = [...(await Promise.all(running)), ...broken];
      this.#trustDestinations(sources);
      const outcome = WORST.find((one) => sources.some((result) => result.outcome === one)) ?? "complete";
      return { outcome, sources };
    } finally {
      shutdown.end();
      await hooks?.finish({ ms: shutdown.left, stop });
      await noted.settled();
    }
  }

  /** Of all sources: one that isn't run now may have been, or will be. */
  #placeDoubts(): ReturnType<typeof sharedPlaces> {
    return sharedPlaces(
      this.#sources.flatMap(({ name, layout }) => {
        const destination = this.#destinationOf(name);
        return destination ? [{ name, layout, destination }] : [];
      }),
    );
  }

  #warnOfPlaces(chosen: readonly Source[]): void {
    const at = this.#clock.now();
    for (const { source, detail } of this.#placeDoubts())
      chosen.find(({ name }) => name === source)?.emit({ type: "source-warning", source, at, detail });
  }

  async *plan({ signal, ...scope }: Scope & { signal?: AbortSignal } = {}): AsyncIterable<PlannedSlot> {
    const store = await this.#open();
    this.#hosts.forgetRefusals();
    const time = await this.#time(store);
    for (const definition of narrow(this.#sources, scope))
      yield* plan(this.#source(definition, store, time), signal ?? new AbortController().signal);
  }

  async *check({ signal, read, ...scope }: Scope & CheckOptions = {}) {
    // Few programs ever need it.
    const { checkSources } = await import("../check/check-sources.js");
    this.#hosts.forgetRefusals();
    const sources = narrow(this.#sources, scope).map((source) => {
      const transport = this.#children.get(source.name)!.get(TransportToken);
      const destination = this.#destinationOf(source.name);
      const transports = hasManyHosts(transport) ? transport.transports : [transport];
      return { ...source, transports, destination };
    });
    const doubts = this.#placeDoubts();
    yield* checkSources(sources, { clock: this.#clock, signal, read, doubts });
  }

  async status(scope: Scope = {}): Promise<SourceStatus[]> {
    const store = await this.#open();
    const now = this.#clock.now();
    return Promise.all(narrow(this.#sources, scope).map((source) => sourceStatus(source, store, now)));
  }

  async *gaps(scope: Scope = {}) {
    const store = await this.#open();
    const now = this.#clock.now();
    for (const source of narrow(this.#sources, scope))
      yield* gaps({ ...source, source: source.name, store, now });
  }

  async *files(query: Parameters<Daybook["files"]>[0] = {}) {
    const store = await this.#open();
    yield* files(this.#sources, store, query);
  }

  async explain(path: string, options: Scope = {}) {
    const store = await this.#open();
    const now = this.#clock.now();
    const sources = narrow(this.#sources, options);
    const found = await explain(path, sources, store, now);
    if (found.length > 0) return found;
    for (const source of sources)
      for (const origin of originsOf(path, source, this.#children.get(source.name)!.get(DestinationToken)))
        for (const one of await explain(origin, [source], store, now)) found.push(one);
    return found;
  }

  async *verify({ repair = false, checked, ...scope }: VerifyScope = {}) {
    const store = await this.#open();
    const now = () => this.#clock.now();
    const time = await this.#time(store);
    const sure = () => time.sure();
    // Sources may have destinations of their own; those that share one are looked at together.
    const byDestination = new Map<Destination, VerifiedSource[]>();
    for (const { name, range, layout, policy } of narrow(this.#sources, scope)) {
      const destination = this.#children.get(name)!.get(DestinationToken);
      const sources = byDestination.get(destination) ?? [];
      byDestination.set(destination, [
        ...sources,
        { name, range, root: layout.root ?? "/", keep: policy.keep },
      ]);
    }
    const admissions = this.#admissions(store);
    for (const [destination, sources] of byDestination) {
      await admissions.known(destination);
      yield* verify({ store, destination, sources, repair, checked, now, sure });
    }
  }

  async *clean({ dryRun = false, yes = false, ...scope }: CleanScope = {}) {
    const store = await this.#open();
    const time = await this.#time(store, { trust: yes });
    if (yes && !dryRun) await store.record([markOf(time)]);
    const admissions = this.#admissions(store);
    for (const definition of narrow(this.#sources, scope)) {
      const source = this.#source(definition, store, time);
      await admissions.known(source.destination);
      yield* clean(source, { dryRun, yes, range: scope.range });
    }
  }

  async retry({ paths, expired, ...scope }: RetryScope = {}) {
    const store = await this.#open();
    // The ledger has no path that ends with a slash.
    const only = paths && new Set(paths.map((path) => path.replace(/(?<=[^/])\/+$/, "")));
    return retry(store, narrow(this.#sources, scope), { now: this.#clock.now(), only, expired });
  }

  async *takeOver(
    files: AsyncIterable<ForeignFile>,
    { hash = true, dryRun = false, ...scope }: Scope & TakeoverOptions = {},
  ) {
    const { takeOver } = await import("../takeover/take-over.js");
    const store = await this.#open();
    const clock = this.#clock;
    const sources = narrow(this.#sources, scope);
    const leases = dryRun ? [] : sources.map(({ name }) => new LeaseKeeper({ store, clock, source: name }));
    let lost: DaybookError | undefined;
    try {
      for (const lease of leases) await lease.take((error) => (lost = error));
      const admissions = this.#admissions(store);
      for (const { name } of sources) {
        const destination = this.#children.get(name)!.get(DestinationToken);
        await (dryRun ? admissions.known(destination) : admissions.of(destination));
      }
      const of = ({ name }: SourceDefinition) => {
        const own = this.#children.get(name)!;
        return { destination: own.get(DestinationToken), inspectors: own.all(InspectorToken) };
      };
      for await (const one of takeOver(files, { store, sources, of, hash, dryRun, now: () => clock.now() })) {
        if (lost) throw lost;
        yield one;
      }
    } finally {
      for (const lease of leases) await lease.release();
    }
  }

  async availability({ sources, range }: Scope = {}) {
    const store = await this.#open();
    const now = this.#clock.now();
    const found = [];
    for (const source of narrow(this.#sources, { sources }))
      found.push(await availability(source, store, now, range));
    return found;
  }

  async *slots({ sources, range }: Scope = {}) {
    const store = await this.#open();
    const now = this.#clock.now();
    for (const source of narrow(this.#sources, { sources })) yield* slotStatuses(source, store, now, range);
  }

  async delays(scope: Scope = {}) {
    const store = await this.#open();
    const now = this.#clock.now();
    return Promise.all(narrow(this.#sources, scope).map((source) => delays(source, store, now)));
  }

  hosts(): HostStatus[] {
    return this.#hosts.status();
  }

  sourceHosts(): SourceHosts[] {
    return [...this.#manyHosts].map(([source, { hosts }]) => ({ source, hosts }));
  }

  async hostFacts(): Promise<HostFact[]> {
    await this.#open();
    return this.#memory.facts();
  }

  async troubles(): Promise<Trouble[]> {
    const known = new Set(["", ...this.#sources.map(({ name }) => name)]);
    return (await troubles(await this.#open())).filter(({ source }) => known.has(source));
  }

  async hooks(): Promise<HookStatus[]> {
    if (this.#hooks.length === 0) return [];
    const store = await this.#open();
    const backlog = await store.backlog();
    return Promise.all(
      this.#hooks.map(async ({ name }) => {
        const waiting = backlog.get(name) ?? 0;
        const [first] = waiting > 0 ? await store.messages(name, 1) : [];
        return { name, waiting, ...(first && { oldest: first.at }) };
      }),
    );
  }

  sources(): SourceSettings[] {
    return this.#sources.map(({ name, range, policy }) => ({ name, range, policy }));
  }

  async close(): Promise<void> {
    await this.#noted;
    this.#store = undefined;
    await this.#root.close();
  }

  #run(
    source: Source,
    run: Pick<
      SourceRunOptions,
      "writer" | "logins" | "shutdown" | "once" | "committing" | "admit" | "unready"
    >,
  ): Promise<SourceResult> {
    const { endpoint } = source.transport.capabilities;
    const transport = this.#children.get(source.name)!.get(TransportToken);
    const many = hasManyHosts(transport) ? transport : undefined;
    if (many) this.#manyHosts.set(source.name, many);
    const endpoints = many ? many.hosts.map((host) => host.endpoint) : [endpoint];
    const budgets = endpoints.flatMap((each) => this.#hosts.knownBudget(each) ?? []);
    const breakers = {
      host: this.#hosts.breaker(endpoint, many && (() => many.hosts.some(({ down }) => !down))),
      destination: this.#destinations.of(source.destination),
    };
    const unwatch = many?.watch((change) => {
      const type = change.up ? "host-regained" : "host-lost";
      source.emit({ ...change, type, source: source.name, at: this.#clock.now() } as CrawlEvent);
    });
    return runSource({ ...run, source, breakers, budgets }).finally(unwatch);
  }

  /** A ledger that can't tell how late it was when it was last written to fails the sources, and not the call. */
  async #begin(
    store: StateStore,
    noted: TroubleNotes,
    trustClock: boolean | undefined,
  ): Promise<{ time: TrustedTime; unready?: DaybookError }> {
    try {
      await noted.recall();
      return { time: await this.#time(store, { noted, trust: trustClock }) };
    } catch (error) {
      return { time: new TrustedTime({ clock: this.#clock }), unready: asDaybookError(error, "store") };
    }
  }

  async #time(
    store: StateStore,
    { noted, trust = false }: { noted?: TroubleNotes; trust?: boolean } = {},
  ): Promise<TrustedTime> {
    const emit = fanOut(this.#root.all(ObserverToken));
    const tell = (detail: string, doubtful: boolean) => {
      const at = this.#clock.now();
      emit({ type: "source-warning", source: "", at, detail });
      noted?.clock(doubtful ? detail : undefined, at);
    };
    const mark = await readMark(store);
    const time = new TrustedTime({ clock: this.#clock, mark, ...(noted && !trust && { tell }) });
    const theirs = await store.databaseTime?.();
    if (theirs) time.heard(theirs);
    if (trust) time.trust();
    if (!time.doubtful) noted?.clock(undefined, this.#clock.now());
    return time;
  }

  /** One that can't be made, for what an adapter of its own throws, fails alone. Throws where none can. */
  #putTogether(
    definitions: readonly SourceDefinition[],
    store: StateStore,
    time: TrustedTime,
  ): { chosen: Source[]; broken: (SourceResult & { error: DaybookError })[] } {
    const chosen: Source[] = [];
    const broken: (SourceResult & { error: DaybookError })[] = [];
    for (const definition of definitions) {
      const { name } = definition;
      try {
        chosen.push(this.#source(definition, store, time));
      } catch (cause) {
        const error = asDaybookError(cause, "config", { source: name, operation: "put together" });
        broken.push({
          name,
          outcome: "failed",
          error,
          fetched: { files: 0, bytes: 0 },
          summary: NOTHING_KNOWN,
        });
      }
    }
    if (chosen.length === 0 && broken.length > 0) throw broken[0]!.error;
    return { chosen, broken };
  }

  /** Undefined where it can't be made: its source fails by that. */
  #destinationOf(name: string): Destination | undefined {
    try {
      return this.#children.get(name)!.get(DestinationToken);
    } catch {
      return undefined;
    }
  }

  #source(definition: SourceDefinition, store: StateStore, time: TrustedTime): Source {
    const { name, range, layout, policy } = definition;
    const own = this.#children.get(name)!;
    const limit = this.#limits.get(name);
    const transport = this.#hosts.limited(own.get(TransportToken));
    const believed = policy.sizes === "distrust" ? withoutSizes(transport) : transport;
    return {
      name,
      range,
      layout,
      policy,
      store,
      transport: withWitness(withBandwidth(believed, limit ? [limit] : []), time),
      destination: own.get(DestinationToken),
      owners: new PlaceOwners({ store, elsewhere: this.#elsewhere(own.get(DestinationToken)) }),
      inspectors: own.all(InspectorToken),
      clock: time,
      time,
      emit: fanOut(own.all(ObserverToken)),
      random: this.#random,
    };
  }

  #admissions(store: StateStore, adopt = false): Admissions {
    const sources = new Map<Destination, string[]>();
    for (const { name } of this.#sources) {
      const destination = this.#destinationOf(name);
      if (destination) sources.set(destination, [...(sources.get(destination) ?? []), name]);
    }
    return new Admissions({ store, sources, ledger: this.#ledger, adopt, now: () => this.#clock.now() });
  }

  /** The sources of a run whose files land where this one's do. */
  #sharing(source: string, scope: Scope): string[] {
    const of = (name: string) => this.#children.get(name)!.get(DestinationToken);
    const destination = of(source);
    return narrow(this.#sources, scope).flatMap(({ name }) => (of(name) === destination ? [name] : []));
  }

  /** Sources whose files land at another destination. */
  #elsewhere(destination: Destination): Set<string> {
    const placeOf = (one: Destination) => one.place ?? one;
    const others = this.#sources.filter(({ name }) => {
      const own = this.#destinationOf(name);
      return own === undefined || placeOf(own) !== placeOf(destination);
    });
    return new Set(others.map(({ name }) => name));
  }

  #hookRunner(running: readonly Source[], store: StateStore): HookRunner | undefined {
    if (this.#hooks.length === 0) return undefined;
    const sources = running.map((source) => ({ ...source, host: source.transport.capabilities.endpoint }));
    return new HookRunner({
      hooks: this.#hooks,
      store,
      sources,
      clock: this.#clock,
      random: this.#random,
      emit: fanOut(this.#root.all(ObserverToken)),
    });
  }

  #open(): Promise<StateStore> {
    this.#store ??= (async () => {
      const store = this.#root.get(StateStoreToken);
      await store.open();
      // What isn't known of a host is learnt again.
      this.#memory.recall((await store.notes(HOST_NOTES).catch(() => [])).map(hostFact));
      return store;
    })().catch((error: unknown) => {
      this.#store = undefined;
      throw error;
    });
    return this.#store;
  }

  /** What was suspect after a crash has been looked at, where every source of a destination got so far. */
  #trustDestinations(results: readonly SourceResult[]): void {
    const well = new Set(results.filter(({ outcome }) => outcome !== "failed").map(({ name }) => name));
    const looked = new Map<Destination, boolean>();
    for (const { name } of this.#sources) {
      const destination = this.#destinationOf(name);
      if (destination) looked.set(destination, (looked.get(destination) ?? true) && well.has(name));
    }
    for (const [destination, all] of looked) if (all) destination.trust();
  }

  #noHost(): never {
    throw new DaybookError("config", "a clock talks to no host");
  }
}

function all(emit: Source["emit"], others: readonly Observer[]): Source["emit"] {
  return (event) => {
    emit(event);
    for (const other of others) other.on(event);
  };
}

function add(container: PluginContainer, plugin: Plugin): void {
  container.add(plugin, { many: MANY.has(plugin.provides) });
}
