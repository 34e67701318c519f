import { HostBudget, SessionPool, isDaybookError, DaybookError } from "@daybook/core";
import type { Clock } from "@daybook/core";

export interface Session {
  readonly id: number;
  alive: boolean;
}

export class ManualClock implements Clock {
  ms = Date.UTC(2025, 0, 1);
  now(): Date {
    return new Date(this.ms);
  }
  async sleep(): Promise<void> {
    throw new Error("nothing here sleeps");
  }
}

export interface PlaceOptions {
  budget: HostBudget;
  /** Logins the server accepts at once. */
  accepts?: number;
  clock?: Clock;
  idleMs?: number;
}

/** A pool of in-memory sessions, with what happened to them. */
export function place({ budget, accepts = Infinity, clock, idleMs }: PlaceOptions) {
  const state = { opened: 0, closed: 0, most: 0, open: 0 };
  const gate = { hold: undefined as Promise<void> | undefined, fail: undefined as Error | undefined };
  const pool = new SessionPool<Session>({
    budget,
    clock,
    idleMs,
    open: async (signal) => {
      if (gate.hold) {
        await Promise.race([
          gate.hold,
          new Promise((_, reject) =>
            signal.addEventListener("abort", () => reject(new Error("the socket was closed")), {
              once: true,
            }),
          ),
        ]);
      }
      await Promise.resolve();
      if (gate.fail) throw gate.fail;
      if (state.open >= accepts) throw new DaybookError("busy", "421 too many connections");
      state.opened++;
      state.open++;
      state.most = Math.max(state.most, state.open);
      return { id: state.opened, alive: true };
    },
    close: (session) => {
      if (!session.alive) return;
      session.alive = false;
      state.closed++;
      state.open--;
    },
    usable: (session) => session.alive,
  });
  return { pool, state, gate };
}

/** Lets everything that can go on without outside help do so. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export const budgetOf = (connections: number, clock?: Clock) =>
  new HostBudget({ connections, clock, recoverAfterMs: 1000 });

export const kindOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
    return "resolved";
  } catch (error) {
    return isDaybookError(error) ? error.kind : `foreign: ${String(error)}`;
  }
};
