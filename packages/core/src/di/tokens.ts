import type { Destination } from "../destination/destination.js";
import type { HostHealth } from "../failover/host-health.js";
import type { Inspector } from "../inspect/inspector.js";
import type { Observer } from "../observe/observer.js";
import type { StateStore } from "../store/state-store.js";
import type { Clock } from "../time/clock.js";
import type { HostBudget } from "../transport/host-budget.js";
import type { OneHostMemory } from "../transport/host-memory.js";
import type { Transport } from "../transport/transport.js";

/** A name under which the container knows an implementation of `T`; the same for every copy of core. */
export type Token<T> = symbol & { readonly __provides?: T };

const token = <T>(name: string): Token<T> => Symbol.for(`@daybook/core/${name}`);

export const TransportToken = token<Transport>("Transport");
export const StateStoreToken = token<StateStore>("StateStore");
export const DestinationToken = token<Destination>("Destination");
export const InspectorToken = token<Inspector>("Inspector");
export const ObserverToken = token<Observer>("Observer");
export const ClockToken = token<Clock>("Clock");

/** What a plugin's `create` is handed: the things it may share with others. */
export interface PluginDeps {
  readonly clock: Clock;
  /** The one budget of a host, made at the first call; a later call for more connections widens it. */
  budget(endpoint: string, connections: number): HostBudget;
  /**
   * The transport, kept to what its host is limited to. Core does so with a source's own transport; only one that is
   * made of others does it with those.
   */
  limited(transport: Transport): Transport;
  /**
   * How one of several hosts fares, for all that use it in the same way, such as with the same login: that of one source
   * may be refused where another's isn't. `key` is the plugin's own.
   */
  health(endpoint: string, key?: string): HostHealth;
  /** What was learnt of a host, now and by earlier processes. Default nothing, and for nobody else. */
  memory?(endpoint: string): OneHostMemory;
}

/**
 * An implementation, on its way into the container. `key` names what it was made from: plugins with the same key and
 * token are created once and shared, which is how several sources come to use one pool of connections. It stays in
 * memory and may hold secrets.
 */
export interface Plugin<T = unknown> {
  readonly name: string;
  readonly provides: Token<T>;
  readonly key?: string;
  create(deps: PluginDeps): T;
}
