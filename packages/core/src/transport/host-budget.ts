import { createHash } from "node:crypto";
import { monotonic, type Clock } from "../time/clock.js";
import { SystemClock } from "../time/system-clock.js";
import { LoginGate } from "./login-gate.js";
import type { Lane } from "./transport.js";

/** What a budget asks of the pools that share it. */
export interface BudgetMember {
  /** An idle session that still works, taken out of the member's keeping; its permit stays taken. */
  takeIdle(): unknown;
  /** Closes one idle session to make room, if there is one, and calls `forget` for it. */
  evictIdle(): boolean;
}

/** Somebody in line. */
export interface BudgetWaiter {
  readonly member: BudgetMember;
  readonly lane: Lane;
  /** Called once: with an idle session of the member's own, else with a permit to open one. Must not throw. */
  grant(session: unknown): void;
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
  readonly #recoverAfterMs: number;
  readonly #clock: Clock;
  readonly #members = new Set<BudgetMember>();
  /** By a digest of what is logged in with, or by a member that shares its login with nobody. */
  readonly #logins = new Map<unknown, LoginGate>();
  readonly #line: Record<Lane, BudgetWaiter[]> = { live: [], backfill: [] };
  #configured: number;
  #limit: number;
  #shrunkAt = 0;
  #open = 0;
  #backfill = 0;
  #liveExpected = 0;

  constructor(options: HostBudgetOptions) {
    this.#configured = atLeastOne(options.connections);
    this.#limit = this.#configured;
    this.#recoverAfterMs = options.recoverAfterMs ?? 300_000;
    this.#clock = options.clock ?? new SystemClock();
  }

  /** Sessions allowed now. */
  get limit(): number {
    return this.#limit;
  }

  /** Sessions open now, idle ones and ones still logging in included. */
  get open(): number {
    return this.#open;
  }

  /** Calls in line for a connection. */
  get waiting(): Readonly<Record<Lane, number>> {
    return { live: this.#line.live.length, backfill: this.#line.backfill.length };
  }

  /** Allows as many connections, if it is more than now. What the server refused stays refused until it recovers. */
  widen(connections: number): void {
    const wanted = atLeastOne(connections);
    if (wanted <= this.#configured) return;
    if (this.#limit === this.#configured) this.#limit = wanted;
    this.#configured = wanted;
    this.wake();
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

  /** The gate that all logins with the same credentials pass; a member that shares its own with nobody gives itself. */
  login(credentials: readonly unknown[] | BudgetMember): LoginGate {
    const key = Array.isArray(credentials)
      ? createHash("sha256").update(JSON.stringify(credentials)).digest("base64")
      : credentials;
    const gate = this.#logins.get(key) ?? new LoginGate({ clock: this.#clock });
    this.#logins.set(key, gate);
    return gate;
  }

  /** Somebody asks anew: logins that were refused are tried again. */
  forgetRefusals(): void {
    for (const gate of this.#logins.values()) gate.forgetRefusal();
  }

  join(member: BudgetMember): void {
    this.#members.add(member);
  }

  leave(member: BudgetMember): void {
    this.#members.delete(member);
    this.#logins.delete(member);
  }

  /**
   * Gets in line, or to its head. The grant may come before this returns. Every grant is answered by one `done` for
   * the lane, and by `forget` once the session it led to is closed. The returned function leaves the line.
   */
  enter(waiter: BudgetWaiter, options: { first?: boolean } = {}): () => void {
    const line = this.#line[waiter.lane];
    if (options.first) line.unshift(waiter);
    else line.push(waiter);
    this.wake();
    return () => {
      const at = line.indexOf(waiter);
      if (at >= 0) line.splice(at, 1);
    };
  }

  /** What was granted to the lane is no longer in use. Follow with `wake`. */
  done(lane: Lane): void {
    if (lane === "backfill") this.#backfill--;
  }

  /** A session was closed, or could not be opened: its permit is free. Follow with `wake`. */
  forget(): void {
    this.#open--;
  }

  /**
   * The server refused a login as one too many. With other sessions open the budget shrinks to them, and the answer is
   * true: wait for one of those. Alone, the answer is false: there is nothing to wait for here. The permit is free.
   */
  refused(): boolean {
    this.#open--;
    if (this.#open === 0) return false;
    this.#limit = Math.min(this.#limit, this.#open);
    this.#shrunkAt = monotonic(this.#clock);
    return true;
  }

  /**
   * The server won't send to one of so many sessions, idle ones perhaps included: idle ones are closed, and one fewer is
   * allowed. True: the one that was refused should be closed, and its work done by another. False: it was alone.
   */
  crowded(): boolean {
    while (this.#evict());
    const alone = this.#open <= 1;
    this.#limit = atLeastOne(Math.min(this.#limit, this.#open) - 1);
    this.#shrunkAt = monotonic(this.#clock);
    return !alone;
  }

  /** Lets those in line go as far as there are sessions and permits for them. */
  wake(): void {
    this.#recover();
    for (;;) {
      const line = this.#nextLine();
      const waiter = line?.[0];
      if (line === undefined || waiter === undefined) return;
      const session = waiter.member.takeIdle();
      if (session === undefined && !this.#permit()) return;
      line.shift();
      if (waiter.lane === "backfill") this.#backfill++;
      waiter.grant(session);
    }
  }

  #nextLine(): BudgetWaiter[] | undefined {
    if (this.#line.live.length > 0) return this.#line.live;
    const reserved = this.#liveExpected > 0 ? 1 : 0;
    return this.#backfill < Math.max(1, this.#limit - reserved) ? this.#line.backfill : undefined;
  }

  #permit(): boolean {
    if (this.#open >= this.#limit && !this.#evict()) return false;
    this.#open++;
    return true;
  }

  #evict(): boolean {
    for (const member of this.#members) if (member.evictIdle()) return true;
    return false;
  }

  #recover(): void {
    if (this.#limit >= this.#configured) return;
    const now = monotonic(this.#clock);
    if (now - this.#shrunkAt < this.#recoverAfterMs) return;
    this.#limit++;
    this.#shrunkAt = now;
  }
}

function atLeastOne(connections: number): number {
  return Math.max(1, Math.floor(connections) || 1);
}
