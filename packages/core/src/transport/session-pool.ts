import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { BudgetMember, HostBudget } from "./host-budget.js";
import type { Lane, TransportCallOptions } from "./transport.js";

export interface SessionPoolOptions<S> {
  readonly budget: HostBudget;
  /** Connects and logs in. Rejects with kind "busy" where the server has enough connections. Must honour the signal. */
  open(signal: AbortSignal): Promise<S>;
  /** Ends a session at once, whatever it is doing. Must not throw. */
  close(session: S): void;
  /** Whether an idle session still works, as far as can be told without asking the server. */
  usable(session: S): boolean;
  /** Idle sessions are closed after this, in ms. Default 60 s: servers cut them off some time later. */
  readonly idleMs?: number;
  readonly clock?: Clock;
}

/** A session in one caller's hands. */
export interface SessionLease<S> {
  readonly session: S;
  /** True where the session has served before: its first failure may only mean that the server had dropped it. */
  readonly reused: boolean;
  /** Ends the lease, once; further calls do nothing. A session that isn't reusable is closed. */
  release(options: { reusable: boolean }): void;
}

interface Idle<S> {
  readonly session: S;
  readonly since: number;
}

/**
 * Sessions to one server under one login, opened when needed and reused. How many there are, and who comes first, is
 * the budget's business. Whoever holds a lease has the session alone.
 */
export class SessionPool<S> implements BudgetMember {
  readonly #options: SessionPoolOptions<S>;
  readonly #budget: HostBudget;
  readonly #idleMs: number;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #busy = new Set<S>();
  #idle: Idle<S>[] = [];
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: SessionPoolOptions<S>) {
    this.#options = options;
    this.#budget = options.budget;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#clock = options.clock ?? new SystemClock();
    this.#budget.join(this);
  }

  async acquire(options: TransportCallOptions = {}): Promise<SessionLease<S>> {
    const lane = options.lane ?? "live";
    const signal = options.signal
      ? AbortSignal.any([options.signal, this.#closing.signal])
      : this.#closing.signal;
    let first = false;
    for (;;) {
      if (signal.aborted) throw cancelled();
      const idle = this.#budget.admits(lane) ? this.#takeIdle() : undefined;
      if (idle !== undefined) return this.#lease(idle, lane, true);
      if (!this.#budget.admits(lane) || !this.#budget.tryPermit()) {
        const handed = await this.#waitForTurn(lane, signal, first);
        if (handed !== undefined) return this.#lease(handed, lane, true);
      }
      try {
        return this.#lease(await this.#open(signal), lane, false);
      } catch (error) {
        if (isDaybookError(error, "busy") && this.#budget.refused()) {
          first = true;
          continue;
        }
        if (isDaybookError(error, "busy")) this.#budget.wake();
        else this.#budget.giveBack();
        throw error;
      }
    }
  }

  evictIdle(): boolean {
    const idle = this.#idle.shift();
    if (idle === undefined) return false;
    this.#options.close(idle.session);
    // Only the count: the budget hands the permit on itself.
    this.#budget.forget();
    return true;
  }

  /** Closes every session, busy ones too, and refuses further leases. Safe to call twice. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    clearTimeout(this.#sweeper);
    for (const session of this.#busy) this.#options.close(session);
    const idle = this.#idle;
    this.#idle = [];
    for (const { session } of idle) {
      this.#options.close(session);
      this.#budget.giveBack();
    }
    this.#budget.leave(this);
  }

  async #open(signal: AbortSignal): Promise<S> {
    const session = await this.#options.open(signal);
    if (!signal.aborted) return session;
    this.#options.close(session);
    throw cancelled();
  }

  #lease(session: S, lane: Lane, reused: boolean): SessionLease<S> {
    this.#busy.add(session);
    this.#budget.busy(lane, 1);
    let released = false;
    return {
      session,
      reused,
      release: ({ reusable }) => {
        if (released) return;
        released = true;
        this.#busy.delete(session);
        this.#budget.busy(lane, -1);
        this.#putBack(session, reusable);
      },
    };
  }

  #putBack(session: S, reusable: boolean): void {
    if (!reusable || this.#closing.signal.aborted || !this.#options.usable(session)) {
      this.#options.close(session);
      this.#budget.giveBack();
      return;
    }
    if (this.#budget.open > this.#budget.limit) {
      this.#options.close(session);
      this.#budget.giveBack();
      return;
    }
    const waiter = this.#budget.next();
    if (waiter === undefined) {
      this.#idle.push({ session, since: this.#clock.now().getTime() });
      this.#sweepLater();
    } else if (waiter.member === this) {
      waiter.grant(session);
    } else {
      this.#options.close(session);
      waiter.grant(undefined);
    }
  }

  #takeIdle(): S | undefined {
    // The most recently used first, so that what isn't needed grows old and is closed.
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#fresh(idle)) return idle.session;
      this.#options.close(idle.session);
      this.#budget.giveBack();
    }
    return undefined;
  }

  #fresh(idle: Idle<S>): boolean {
    return this.#options.usable(idle.session) && this.#clock.now().getTime() - idle.since < this.#idleMs;
  }

  #waitForTurn(lane: Lane, signal: AbortSignal, first: boolean): Promise<S | undefined> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        leave();
        reject(cancelled());
      };
      const leave = this.#budget.wait<S>(
        {
          member: this,
          lane,
          grant: (session) => {
            signal.removeEventListener("abort", onAbort);
            resolve(session);
          },
        },
        { first },
      );
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #sweepLater(): void {
    if (this.#sweeper !== undefined) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = undefined;
      const stale = this.#idle.filter((idle) => !this.#fresh(idle));
      this.#idle = this.#idle.filter((idle) => !stale.includes(idle));
      for (const { session } of stale) {
        this.#options.close(session);
        this.#budget.giveBack();
      }
      if (this.#idle.length > 0) this.#sweepLater();
    }, this.#idleMs);
    this.#sweeper.unref();
  }
}

function cancelled(): DaybookError {
  return new DaybookError("cancelled", "stopped before a connection was free", { operation: "connect" });
}
