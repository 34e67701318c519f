import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import { monotonic, type Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { BudgetMember, HostBudget } from "./host-budget.js";
import type { LoginGate } from "./login-gate.js";
import { onAbort } from "./on-abort.js";
import type { Lane, TransportCallOptions } from "./transport.js";

export interface SessionPoolOptions<S> {
  readonly budget: HostBudget;
  /** Connects and logs in. Rejects with kind "busy" where the server has enough connections. Must honour the signal. */
  open(signal: AbortSignal): Promise<S>;
  /**
   * What it logs in with, such as `[user, password]`: pools of the same budget that log in alike try a wrong password
   * once between them. Only a digest of it is kept. Default: like no other.
   */
  readonly login?: readonly unknown[];
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
  readonly #gate: LoginGate;
  readonly #busy = new Set<S>();
  /** What ends the calls that wait for their turn or for a login. */
  readonly #pending = new Set<() => void>();
  #idle: Idle<S>[] = [];
  #sweeper: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SessionPoolOptions<S>) {
    this.#options = options;
    this.#budget = options.budget;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#clock = options.clock ?? new SystemClock();
    this.#gate = this.#budget.login(options.login ?? this);
    this.#budget.join(this);
  }

  /**
   * A session of one's own. Rejects with "cancelled" when the signal fires or the pool is closed, with "busy" where
   * the server accepts no login at all, else with whatever `open` rejects with.
   */
  async acquire(options: TransportCallOptions = {}): Promise<SessionLease<S>> {
    const lane = options.lane ?? "live";
    const { signal } = options;
    for (let first = false; ; first = true) {
      const idle = await this.#turn(lane, signal, first);
      if (idle !== undefined) {
        const lease = this.#lease(idle, lane, true);
        if (!this.#closed && !signal?.aborted) return lease;
        lease.release({ reusable: true });
        throw cancelled();
      }
      try {
        return this.#lease(await this.#gate.pass(() => this.#open(signal), signal), lane, false);
      } catch (error) {
        this.#budget.done(lane);
        const wait = isDaybookError(error, "busy") ? this.#budget.refused() : this.#budget.forget();
        // One that waits on goes back to the head of the line before anybody else is let through.
        if (wait !== true) {
          this.#budget.wake();
          throw error;
        }
      }
    }
  }

  takeIdle(): S | undefined {
    // The most recently used first, so that what isn't needed grows old and is closed.
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (this.#fresh(idle)) return idle.session;
      this.#end(idle.session);
    }
    return undefined;
  }

  evictIdle(): boolean {
    const idle = this.#idle.shift();
    if (idle === undefined) return false;
    this.#end(idle.session);
    return true;
  }

  /** Closes every session, busy ones too, and refuses further leases. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#sweeper);
    for (const cancel of [...this.#pending]) cancel();
    for (const session of this.#busy) this.#options.close(session);
    while (this.evictIdle());
    this.#budget.leave(this);
    this.#budget.wake();
  }

  /** Waits in line. Resolves with an idle session, or with undefined for a permit to open one. */
  #turn(lane: Lane, signal: AbortSignal | undefined, first: boolean): Promise<S | undefined> {
    if (this.#closed || signal?.aborted) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      let granted = false;
      let forget = () => {};
      const grant = (session: unknown) => {
        granted = true;
        forget();
        // Busy from here on: a close before the caller gets to it must reach it.
        if (session !== undefined) this.#busy.add(session as S);
        resolve(session as S | undefined);
      };
      const leave = this.#budget.enter({ member: this, lane, grant }, { first });
      // Mostly there is a session to be had at once.
      if (granted) return;
      const cancel = () => {
        forget();
        leave();
        reject(cancelled());
      };
      this.#pending.add(cancel);
      const unhook = signal && onAbort(signal, cancel);
      forget = () => {
        this.#pending.delete(cancel);
        unhook?.();
      };
    });
  }

  /** Logs in, so that both the caller's signal and a close of the pool stop it. */
  async #open(signal: AbortSignal | undefined): Promise<S> {
    const stop = new AbortController();
    const cancel = () => stop.abort();
    if (this.#closed || signal?.aborted) throw cancelled();
    this.#pending.add(cancel);
    const unhook = signal && onAbort(signal, cancel);
    try {
      const session = await this.#options.open(stop.signal);
      if (!stop.signal.aborted) return session;
      this.#options.close(session);
      throw cancelled();
    } catch (error) {
      throw stop.signal.aborted ? cancelled() : error;
    } finally {
      this.#pending.delete(cancel);
      unhook?.();
    }
  }

  #lease(session: S, lane: Lane, reused: boolean): SessionLease<S> {
    this.#busy.add(session);
    let released = false;
    return {
      session,
      reused,
      release: ({ reusable }) => {
        if (released) return;
        released = true;
        this.#busy.delete(session);
        this.#budget.done(lane);
        this.#putBack(session, reusable);
        this.#budget.wake();
      },
    };
  }

  #putBack(session: S, reusable: boolean): void {
    if (!reusable || this.#closed || !this.#options.usable(session)) {
      this.#end(session);
      return;
    }
    this.#idle.push({ session, since: monotonic(this.#clock) });
    this.#sweepLater();
  }

  #end(session: S): void {
    this.#options.close(session);
    this.#budget.forget();
  }

  #fresh(idle: Idle<S>): boolean {
    return this.#options.usable(idle.session) && monotonic(this.#clock) - idle.since < this.#idleMs;
  }

  #sweepLater(): void {
    if (this.#sweeper !== undefined) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = undefined;
      const stale = this.#idle.filter((idle) => !this.#fresh(idle));
      this.#idle = this.#idle.filter((idle) => !stale.includes(idle));
      for (const { session } of stale) this.#end(session);
      if (this.#idle.length > 0) this.#sweepLater();
      this.#budget.wake();
    }, this.#idleMs);
    this.#sweeper.unref();
  }
}

function cancelled(): DaybookError {
  return new DaybookError("cancelled", "stopped before a connection was free", { operation: "connect" });
}
