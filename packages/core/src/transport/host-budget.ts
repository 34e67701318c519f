import type { Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import type { Lane } from "./transport.js";

/** What a budget asks of the pools that share it. */
export interface BudgetMember {
  /** Closes one idle session to make room, if there is one; its permit is then the budget's again. */
  evictIdle(): boolean;
}

interface Waiter<S> {
  readonly member: BudgetMember;
  readonly lane: Lane;
  /** With a session where one of the member's own was handed over, else with a permit to open one. */
  readonly grant: (session: S | undefined) => void;
}

export interface HostBudgetOptions {
  /** Connections to the host at once. */
  readonly connections: number;
  /** How long after the server refused a login one more is tried again, in ms. Default 5 minutes. */
  readonly recoverAfterMs?: number;
  readonly clock?: Clock;
}

/**
 * The connections one host may be sent, shared by everything that talks to it. A permit stands for one open session,
 * busy or idle. Live goes before backfill; within a lane, first come first served. A server that refuses one more
 * login shrinks the budget to what it does accept; the budget then grows back one by one.
 */
export class HostBudget {
  readonly #configured: number;
  readonly #recoverAfterMs: number;
  readonly #clock: Clock;
  readonly #members = new Set<BudgetMember>();
  readonly #waiting: Record<Lane, Waiter<unknown>[]> = { live: [], backfill: [] };
  #limit: number;
  #shrunkAt = 0;
  #open = 0;
  #backfill = 0;
  #liveExpected = 0;

  constructor(options: HostBudgetOptions) {
    this.#configured = Math.max(1, Math.floor(options.connections));
    this.#limit = this.#configured;
    this.#recoverAfterMs = options.recoverAfterMs ?? 300_000;
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Sessions allowed now. */
  get limit(): number {
    return this.#limit;
  }

  /** Sessions open now, idle ones included. */
  get open(): number {
    return this.#open;
  }

  /**
   * While live work is expected on the host, backfill leaves one connection free, if there is more than one: a large
   * old file then never stands before a new one. Returns the end of the expectation.
   */
  expectLive(): () => void {
    this.#liveExpected++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#liveExpected--;
      this.wake();
    };
  }

  join(member: BudgetMember): void {
    this.#members.add(member);
  }

  leave(member: BudgetMember): void {
    this.#members.delete(member);
  }

  /** Whether a lane may have one more session busy now. */
  admits(lane: Lane): boolean {
    if (lane === "live" || this.#liveExpected === 0) return true;
    return this.#backfill < Math.max(1, this.#limit - 1);
  }

  /** Notes that a session became busy, or ceased to be. */
  busy(lane: Lane, change: 1 | -1): void {
    if (lane === "backfill") this.#backfill += change;
  }

  /** A permit to open one more session, if there is one. */
  tryPermit(): boolean {
    this.#recover();
    if (this.#open < this.#limit || this.#evict()) {
      this.#open++;
      return true;
    }
    return false;
  }

  wait<S>(waiter: Waiter<S>, options: { first?: boolean } = {}): () => void {
    const queue = this.#waiting[waiter.lane] as Waiter<S>[];
    if (options.first) queue.unshift(waiter);
    else queue.push(waiter);
    return () => {
      const at = queue.indexOf(waiter);
      if (at >= 0) queue.splice(at, 1);
    };
  }

  /** The next in line that may go now, taken out of the line. */
  next(): Waiter<unknown> | undefined {
    if (this.#open > this.#limit) return undefined;
    return (
      this.#waiting.live.shift() ?? (this.admits("backfill") ? this.#waiting.backfill.shift() : undefined)
    );
  }

  /** Gives a permit back: a session was closed, or could not be opened. */
  giveBack(): void {
    this.#open--;
    this.wake();
  }

  /** Takes back the permit of a session that was closed to make room, for the one who asked for the room. */
  forget(): void {
    this.#open--;
  }

  /** Lets waiters go as far as there are permits. */
  wake(): void {
    for (;;) {
      const anyone =
        this.#waiting.live.length > 0 || (this.#waiting.backfill.length > 0 && this.admits("backfill"));
      if (!anyone || !this.tryPermit()) return;
      const waiter = this.next();
      if (waiter === undefined) {
        this.#open--;
        return;
      }
      waiter.grant(undefined);
    }
  }

  /**
   * The server refused a login that held a permit. With other sessions open the budget shrinks to them and the answer
   * is true: wait for one of those. Alone, the answer is false: there is nothing to wait for here.
   */
  refused(): boolean {
    this.#open--;
    if (this.#open === 0) return false;
    this.#limit = Math.min(this.#limit, this.#open);
    this.#shrunkAt = this.#clock.now().getTime();
    return true;
  }

  #recover(): void {
    if (this.#limit === this.#configured) return;
    const now = this.#clock.now().getTime();
    if (now - this.#shrunkAt < this.#recoverAfterMs) return;
    this.#limit++;
    this.#shrunkAt = now;
  }

  #evict(): boolean {
    for (const member of this.#members) if (member.evictIdle()) return true;
    return false;
  }
}
