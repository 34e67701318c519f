import type { DependencyContainer } from "tsyringe";
import { Crawler } from "../crawl/crawler.js";
import { LeaseKeeper } from "../crawl/lease-keeper.js";
import { LedgerWriter } from "../crawl/ledger-writer.js";
import { SlotVisitor } from "../crawl/slot-visitor.js";
import { reconcile } from "../crawl/reconcile.js";
import type { Source } from "../crawl/source.js";
import type { Destination } from "../destination/destination.js";
import { asDaybookError, DaybookError, isDaybookError } from "../errors/daybook-error.js";
import { fanOut } from "../observe/fan-out.js";
import { Planner } from "../plan/planner.js";
import { isLive } from "../plan/schedule.js";
import { explain } from "../report/explain.js";
import { gaps } from "../report/gaps.js";
import { retry } from "../report/retry.js";
import { sourceStatus } from "../report/status.js";
import { verify } from "../report/verify.js";
import type { FileRecord, StateStore } from "../store/state-store.js";
import type { TimeRange } from "../time/range.js";
import { SystemClock } from "../time/system-clock.js";
import { PluginContainer } from "./container.js";
import type {
  Daybook,
  DaybookOptions,
  PlannedSlot,
  RetryScope,
  RunOptions,
  RunResult,
  Scope,
  SourceResult,
  SourceStatus,
  VerifyScope,
} from "./daybook.js";
import { Hosts } from "./hosts.js";
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
  readonly #hosts: Hosts;
  readonly #clock;
  readonly #shutdownTimeout: number;
  #store: Promise<StateStore> | undefined;

  constructor(options: DaybookOptions & { container?: DependencyContainer }) {
    this.#sources = defineSources(options.sources);
    this.#shutdownTimeout = options.shutdownTimeout ?? SHUTDOWN;
    const given = options.plugins.find((plugin) => plugin.provides === ClockToken) as
      Plugin<SystemClock> | undefined;
    const clockless = { clock: new SystemClock(), budget: () => this.#noBudget() };
    this.#clock = given ? given.create(clockless) : clockless.clock;
    this.#hosts = new Hosts({ clock: this.#clock });
    const deps: PluginDeps = {
      clock: this.#clock,
      budget: (endpoint, connections) => this.#hosts.budget(endpoint, connections),
    };
    this.#root = PluginContainer.root(deps, options.container);
    for (const plugin of options.plugins) if (plugin !== given) add(this.#root, plugin);
    for (const source of this.#sources) {
      const child = this.#root.child();
      for (const plugin of source.plugins) add(child, plugin);
      this.#children.set(source.name, child);
    }
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    const store = await this.#open();
    const writer = new LedgerWriter(store);
    const stop = options.signal ?? new AbortController().signal;
    const shutdown = this.#shutdown(stop);
    try {
      const chosen = narrow(this.#sources, options);
      const results = await Promise.all(
        chosen.map((source) => this.#crawl(source, store, writer, shutdown, options)),
      );
      const outcome = WORST.find((one) => results.some((result) => result.outcome === one)) ?? "complete";
      return { outcome, sources: results };
    } finally {
      shutdown.end();
    }
  }

  async *plan(scope: Scope & { signal?: AbortSignal } = {}): AsyncIterable<PlannedSlot & { source: string }> {
    const store = await this.#open();
    const signal = scope.signal ?? new AbortController().signal;
    for (const definition of narrow(this.#sources, scope)) {
      const source = this.#source(definition, store);
      const visitor = new SlotVisitor(source);
      const now = this.#clock.now();
      for await (const planned of new Planner({ ...definition, source: definition.name, store }).due(now)) {
        const lane = isLive(planned.window, now.getTime(), definition.policy) ? "live" : "backfill";
        const { visit, tasks, waiting, error } = await visitor.visit(planned, lane, signal);
        if (error && error.retry === "no" && error.kind !== "permission") throw error;
        yield {
          source: definition.name,
          path: planned.slot.path,
          start: planned.window.start,
          end: planned.window.end,
          listing: visit.listing,
          reason: visit.reason,
          fetch: [
            ...tasks.map(({ record }) => ({ path: record.path, size: record.size })),
            ...waiting.map(({ path, size, reason }) => ({ path, size, waits: reason })),
          ],
        };
      }
    }
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
    const { attributes: wanted, limit = Infinity, ...rest } = query;
    const layouts = new Map(this.#sources.map(({ name, layout }) => [name, layout]));
    let left = limit;
    const enough = wanted === undefined ? { ...rest, limit: query.limit } : rest;
    for await (const file of store.find(enough)) {
      const attributes = layouts.get(file.source)?.parse(file.path)?.attributes ?? {};
      if (!Object.entries(wanted ?? {}).every(([key, value]) => attributes[key] === value)) continue;
      if (left-- <= 0) return;
      yield { ...file, attributes } satisfies FileRecord & { attributes: Readonly<Record<string, string>> };
    }
  }

  async explain(path: string, options: Scope = {}) {
    const store = await this.#open();
    return explain(path, narrow(this.#sources, options), store, this.#clock.now());
  }

  async *verify({ repair = false, checked, ...scope }: VerifyScope = {}) {
    const store = await this.#open();
    const now = () => this.#clock.now();
    // Sources may have destinations of their own; those that share one are looked at together.
    const byDestination = new Map<Destination, { name: string; range: TimeRange; root: string }[]>();
    for (const { name, range, layout } of narrow(this.#sources, scope)) {
      const destination = this.#children.get(name)!.get(DestinationToken);
      const sources = byDestination.get(destination) ?? [];
      byDestination.set(destination, [...sources, { name, range, root: layout.root ?? "/" }]);
    }
    for (const [destination, sources] of byDestination)
      yield* verify({ store, destination, sources, repair, checked, now });
  }

  async retry({ paths, ...scope }: RetryScope = {}) {
    const store = await this.#open();
    return retry(store, narrow(this.#sources, scope), this.#clock.now(), paths && new Set(paths));
  }

  async close(): Promise<void> {
    this.#store = undefined;
    await this.#root.close();
  }

  async #crawl(
    definition: SourceDefinition,
    store: StateStore,
    writer: LedgerWriter,
    shutdown: Shutdown,
    { once }: RunOptions,
  ): Promise<SourceResult> {
    const { name, range, policy } = definition;
    const fetched = { files: 0, bytes: 0 };
    const lost = new AbortController();
    const lease = new LeaseKeeper({ store, clock: this.#clock, source: name });
    let error: DaybookError | undefined;
    let source: Source | undefined;
    try {
      source = this.#source(definition, store);
      await source.destination.open();
      await lease.take((cause) => {
        error = cause;
        lost.abort();
      });
      const { suspectSince } = source.destination;
      if (suspectSince) await reconcile(source, writer, suspectSince);
      const { endpoint } = source.transport.capabilities;
      const live = range.end === undefined || isLive(range, this.#clock.now().getTime(), policy);
      const endLive = live ? this.#hosts.knownBudget(endpoint)?.expectLive() : undefined;
      source.emit({ type: "source-started", source: name, at: this.#clock.now() });
      try {
        const crawler = new Crawler({ source, writer, breaker: this.#hosts.breaker(endpoint) });
        const outcome = await crawler.run({
          stop: AbortSignal.any([shutdown.stop, lost.signal]),
          abort: AbortSignal.any([shutdown.abort, lost.signal]),
          once,
        });
        fetched.files = outcome.files;
        fetched.bytes = outcome.bytes;
        error ??= outcome.error;
      } finally {
        endLive?.();
      }
    } catch (cause) {
      error ??= asDaybookError(cause, "store", { source: name });
    } finally {
      await lease.release();
    }
    const at = this.#clock.now();
    if (error) {
      source?.emit({ type: "source-failed", source: name, at, error });
      const summary = await this.#summary(definition, store);
      return { name, outcome: "failed", error, fetched, summary };
    }
    const summary = await store.summarize({ source: name, range });
    let outcome: SourceResult["outcome"] = "complete";
    if (shutdown.stop.aborted) outcome = "stopped";
    else
      for await (const _gap of gaps({ ...definition, source: name, store, now: at })) {
        outcome = "gaps";
        break;
      }
    source?.emit({ type: "source-finished", source: name, at });
    return { name, outcome, fetched, summary };
  }

  /** What a ledger that may itself have failed can still say. */
  async #summary({ name, range }: SourceDefinition, store: StateStore) {
    const none = { pending: 0, stored: 0, quarantined: 0, gone: 0, bytes: 0 };
    const slots = { open: 0, failed: 0, partial: 0, complete: 0, empty: 0, missing: 0 };
    return store
      .summarize({ source: name, range })
      .catch(() => ({ slots, settled: 0, files: none, skipped: 0, unreadable: 0 }));
  }

  #source(definition: SourceDefinition, store: StateStore): Source {
    const { name, range, layout, policy } = definition;
    const own = this.#children.get(name)!;
    return {
      name,
      range,
      layout,
      policy,
      store,
      transport: own.get(TransportToken),
      destination: own.get(DestinationToken),
      inspectors: own.all(InspectorToken),
      clock: this.#clock,
      emit: fanOut(own.all(ObserverToken)),
      random: Math.random,
    };
  }

  #open(): Promise<StateStore> {
    this.#store ??= (async () => {
      const store = this.#root.get(StateStoreToken);
      await store.open();
      return store;
    })();
    return this.#store;
  }

  #shutdown(stop: AbortSignal): Shutdown {
    const abort = new AbortController();
    const waiting = new AbortController();
    const onStop = () =>
      this.#clock.sleep(this.#shutdownTimeout, waiting.signal).then(
        () => abort.abort(),
        (error: unknown) => {
          if (!isDaybookError(error, "cancelled")) throw error;
        },
      );
    if (stop.aborted) abort.abort();
    else stop.addEventListener("abort", onStop, { once: true });
    const end = () => {
      stop.removeEventListener("abort", onStop);
      waiting.abort();
    };
    return { stop, abort: abort.signal, end };
  }

  #noBudget(): never {
    throw new DaybookError("config", "a clock talks to no host");
  }
}

interface Shutdown {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  end(): void;
}

function add(container: PluginContainer, plugin: Plugin): void {
  container.add(plugin, { many: MANY.has(plugin.provides) });
}
