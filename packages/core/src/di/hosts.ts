import type { HostStatus } from "./daybook.js";
import { Breaker } from "../crawl/breaker.js";
import type { Clock } from "../time/clock.js";
import { asDaybookError, DaybookError } from "../errors/daybook-error.js";
import { HostHealth } from "../failover/host-health.js";
import { BandwidthLimit } from "../transport/bandwidth-limit.js";
import { HostBudget } from "../transport/host-budget.js";
import type { RateLimit } from "../transport/rate-limit.js";
import type { Transport } from "../transport/transport.js";
import { withBandwidth } from "../transport/with-bandwidth.js";

/** What holds for a host, whoever talks to it. */
export interface HostOptions {
  /** Bytes per second, shared by all sources on it. */
  readonly limit?: RateLimit;
}

/** What all sources on one host share, by its endpoint. */
export class Hosts {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #budgets = new Map<string, HostBudget>();
  readonly #breakers = new Map<string, Breaker>();
  /** By endpoint, and by how it is used. */
  readonly #health = new Map<string, Map<string, HostHealth>>();
  readonly #limits: ReadonlyMap<string, BandwidthLimit>;

  /** `options` by name ("ftp.example.com"), by name and port, or by endpoint ("ftp://ftp.example.com:21"). */
  constructor(options: {
    clock: Clock;
    random: () => number;
    options?: Readonly<Record<string, HostOptions>>;
  }) {
    const { clock, random } = options;
    this.#clock = clock;
    this.#random = random;
    const limited = Object.entries(options.options ?? {}).flatMap(([name, { limit }]) =>
      limit ? [[name.toLowerCase(), limitOf(limit, clock, `host ${name}`)] as const] : [],
    );
    this.#limits = new Map(limited);
  }

  budget(endpoint: string, connections: number): HostBudget {
    const known = this.#budgets.get(endpoint);
    if (known) {
      known.widen(connections);
      return known;
    }
    const budget = new HostBudget({ connections, clock: this.#clock });
    this.#budgets.set(endpoint, budget);
    return budget;
  }

  /** How things stand with each host that was asked for a connection. */
  status(): HostStatus[] {
    return [...this.#budgets].map(([endpoint, { open, limit, waiting }]) => {
      const down = outage(this.#breakers.get(endpoint)) ?? this.#outageOf(endpoint);
      return { endpoint, open, limit, waiting, down };
    });
  }

  /** The budget, if a transport has asked for one. */
  knownBudget(endpoint: string): HostBudget | undefined {
    return this.#budgets.get(endpoint);
  }

  /** Somebody asks anew: logins that were refused before are tried again, once. */
  forgetRefusals(): void {
    for (const budget of this.#budgets.values()) budget.forgetRefusals();
  }

  /** `anyWell` where the endpoint is several hosts: see `BreakerOptions`. */
  breaker(endpoint: string, anyWell?: () => boolean): Breaker {
    const known = this.#breakers.get(endpoint);
    const breaker = known ?? new Breaker({ clock: this.#clock, random: this.#random, anyWell });
    this.#breakers.set(endpoint, breaker);
    return breaker;
  }

  /** How one of several hosts fares, for those that use it in the same way. */
  health(endpoint: string, key = ""): HostHealth {
    const all = this.#health.get(endpoint) ?? new Map<string, HostHealth>();
    const health = all.get(key) ?? new HostHealth({ clock: this.#clock });
    this.#health.set(endpoint, all.set(key, health));
    return health;
  }

  /** The first that is told of, where it is used in several ways. */
  #outageOf(endpoint: string): HostStatus["down"] {
    for (const health of this.#health.get(endpoint)?.values() ?? []) {
      const down = outage(health);
      if (down) return down;
    }
    return undefined;
  }

  /** The transport, kept to what its host is limited to. */
  limited(transport: Transport): Transport {
    const names = namesOf(transport.capabilities.endpoint);
    return withBandwidth(
      transport,
      names.flatMap((name) => this.#limits.get(name) ?? []),
    );
  }
}

function outage(host: Breaker | HostHealth | undefined): HostStatus["down"] {
  return host?.down && { error: host.down, since: host.downSince, nextTryAt: host.nextTryAt };
}

/** `whose` names it in the error. */
export function limitOf(limit: RateLimit, clock: Clock, whose: string): BandwidthLimit {
  try {
    return new BandwidthLimit({ limit, clock });
  } catch (error) {
    throw new DaybookError("config", `limit of ${whose}: ${asDaybookError(error, "config").detail}`);
  }
}

/** What an endpoint is called: as it is, by its host and port, and by its host. */
function namesOf(endpoint: string): string[] {
  const [, address, host] = /^[^:]+:\/\/((\[[^\]]*\]|[^:/]+)(?::\d+)?)/.exec(endpoint) ?? [];
  return [...new Set([endpoint, address, host])].flatMap((name) => name?.toLowerCase() ?? []);
}
