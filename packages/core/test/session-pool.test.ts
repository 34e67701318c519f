import { HostBudget, SessionPool, SystemClock, isDaybookError, DaybookError } from "@daybook/core";
import type { Clock, Lane, SessionLease } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";

interface Session {
  readonly id: number;
  alive: boolean;
}

class ManualClock implements Clock {
  ms = Date.UTC(2025, 0, 1);
  now(): Date {
    return new Date(this.ms);
  }
  async sleep(): Promise<void> {
    throw new Error("nothing here sleeps");
  }
}

interface PlaceOptions {
  budget: HostBudget;
  /** Logins the server accepts at once. */
  accepts?: number;
  clock?: Clock;
  idleMs?: number;
}

/** A pool of in-memory sessions, with what happened to them. */
function place({ budget, accepts = Infinity, clock, idleMs }: PlaceOptions) {
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
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const budgetOf = (connections: number, clock?: Clock) =>
  new HostBudget({ connections, clock, recoverAfterMs: 1000 });

const kindOf = async (promise: Promise<unknown>) => {
  try {
    await promise;
    return "resolved";
  } catch (error) {
    return isDaybookError(error) ? error.kind : `foreign: ${String(error)}`;
  }
};

test("a released session is used again, and the lease says so", async () => {
  const { pool, state } = place({ budget: budgetOf(2) });
  const first = await pool.acquire();
  first.release({ reusable: true });
  const second = await pool.acquire();
  expect([first.reused, second.reused, second.session === first.session]).toEqual([false, true, true]);
  expect(state.opened).toBe(1);
});

test("a session that isn't reusable is closed and its permit serves a new one", async () => {
  const budget = budgetOf(1);
  const { pool, state } = place({ budget });
  (await pool.acquire()).release({ reusable: false });
  const next = await pool.acquire();
  expect([next.reused, state.opened, state.closed, budget.open]).toEqual([false, 2, 1, 1]);
});

test("releasing twice counts once", async () => {
  const budget = budgetOf(2);
  const { pool } = place({ budget });
  const lease = await pool.acquire();
  lease.release({ reusable: false });
  lease.release({ reusable: false });
  expect(budget.open).toBe(0);
});

test("no more sessions are open at once than the budget allows, over all pools that share it", async () => {
  const budget = budgetOf(3);
  const places = [place({ budget }), place({ budget })];
  const use = async (n: number) => {
    const lease = await places[n % 2]!.pool.acquire({ lane: n % 3 === 0 ? "backfill" : "live" });
    const open = places[0]!.state.open + places[1]!.state.open;
    await settle();
    lease.release({ reusable: n % 5 !== 0 });
    return open;
  };
  const seen = await Promise.all(Array.from({ length: 40 }, (_, n) => use(n)));
  expect(Math.max(...seen)).toBe(3);
});

test("within a lane, first come is first served", async () => {
  const { pool } = place({ budget: budgetOf(1) });
  const held = await pool.acquire();
  const order: number[] = [];
  const waiting = [1, 2, 3, 4].map(async (n) => {
    const lease = await pool.acquire();
    order.push(n);
    lease.release({ reusable: n !== 2 });
  });
  held.release({ reusable: true });
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3, 4]);
});

test("live goes before backfill that came earlier", async () => {
  const { pool } = place({ budget: budgetOf(1) });
  const held = await pool.acquire();
  const order: Lane[] = [];
  const take = async (lane: Lane) => {
    const lease = await pool.acquire({ lane });
    order.push(lane);
    lease.release({ reusable: true });
  };
  const waiting = [take("backfill"), take("backfill"), take("live")];
  held.release({ reusable: true });
  await Promise.all(waiting);
  expect(order).toEqual(["live", "backfill", "backfill"]);
});

test("while live work is expected, backfill leaves one connection free", async () => {
  const budget = budgetOf(3);
  const { pool } = place({ budget });
  const over = budget.expectLive();
  const got: SessionLease<Session>[] = [];
  const backfill = [1, 2, 3].map(async () => got.push(await pool.acquire({ lane: "backfill" })));
  await settle();
  expect(got).toHaveLength(2);
  const live = await pool.acquire({ lane: "live" });
  live.release({ reusable: true });
  await settle();
  expect(got).toHaveLength(2);
  over();
  await Promise.all(backfill);
  expect(got).toHaveLength(3);
});

test("with a single connection, backfill still gets its turn while live work is expected", async () => {
  const budget = budgetOf(1);
  const { pool } = place({ budget });
  budget.expectLive();
  const lease = await pool.acquire({ lane: "backfill" });
  const live = pool.acquire({ lane: "live" });
  const later = pool.acquire({ lane: "backfill" });
  lease.release({ reusable: true });
  (await live).release({ reusable: true });
  expect((await later).reused).toBe(true);
});

test("a refused login shrinks the budget, and everybody is served by what is left", async () => {
  const budget = budgetOf(6);
  const { pool, state } = place({ budget, accepts: 2 });
  let served = 0;
  const work = Array.from({ length: 12 }, async () => {
    const lease = await pool.acquire();
    await settle();
    served++;
    lease.release({ reusable: true });
  });
  await Promise.all(work);
  expect([served, budget.limit, state.most]).toEqual([12, 2, 2]);
});

test("one whose login was refused keeps its place in line", async () => {
  const budget = budgetOf(2);
  const { pool, gate } = place({ budget, accepts: 1 });
  const held = await pool.acquire();
  const order: string[] = [];
  const take = async (name: string) => {
    const lease = await pool.acquire();
    order.push(name);
    lease.release({ reusable: true });
  };
  let answer: () => void = () => {};
  gate.hold = new Promise((resolve) => (answer = resolve));
  const early = take("refused at first");
  await settle();
  const late = take("came while the login was under way");
  answer();
  await settle();
  expect(budget.limit).toBe(1);
  held.release({ reusable: true });
  await Promise.all([early, late]);
  expect(order).toEqual(["refused at first", "came while the login was under way"]);
});

test("a login refused while no session is open rejects with busy instead of waiting for ever", async () => {
  const budget = budgetOf(3);
  const { pool } = place({ budget, accepts: 0 });
  expect(await Promise.all([1, 2, 3, 4, 5].map(() => kindOf(pool.acquire())))).toEqual(Array(5).fill("busy"));
  expect(budget.open).toBe(0);
});

test("a shrunken budget grows back one by one with time", async () => {
  const clock = new ManualClock();
  const budget = budgetOf(4, clock);
  const server = place({ budget, accepts: 1, clock });
  const held = await server.pool.acquire();
  const waiting = server.pool.acquire();
  await settle();
  expect(budget.limit).toBe(1);
  held.release({ reusable: true });
  const lease = await waiting;
  clock.ms += 999;
  budget.wake();
  expect(budget.limit).toBe(1);
  clock.ms += 1;
  budget.wake();
  budget.wake();
  expect(budget.limit).toBe(2);
  clock.ms += 1000;
  budget.wake();
  expect(budget.limit).toBe(3);
  lease.release({ reusable: true });
});

test("one in line before the budget recovered is served before one who comes after", async () => {
  const clock = new ManualClock();
  const budget = budgetOf(2, clock);
  const server = place({ budget, accepts: 1, clock });
  await server.pool.acquire();
  const order: string[] = [];
  const early = server.pool.acquire().then((lease) => (order.push("early"), lease));
  await settle();
  clock.ms += 1000;
  server.state.open = 0;
  const late = server.pool.acquire().then((lease) => (order.push("late"), lease));
  (await early).release({ reusable: true });
  await late;
  expect(order).toEqual(["early", "late"]);
});

test("an idle session of one pool makes room for another pool's", async () => {
  const budget = budgetOf(1);
  const [a, b] = [place({ budget }), place({ budget })];
  (await a.pool.acquire()).release({ reusable: true });
  const lease = await b.pool.acquire();
  expect([lease.reused, a.state.closed, b.state.opened, budget.open]).toEqual([false, 1, 1, 1]);
});

test("a session released while another pool is next in line is closed for it", async () => {
  const budget = budgetOf(1);
  const [a, b] = [place({ budget }), place({ budget })];
  const held = await a.pool.acquire();
  const waiting = b.pool.acquire();
  await settle();
  held.release({ reusable: true });
  await waiting;
  expect([a.state.open, b.state.open, budget.open]).toEqual([0, 1, 1]);
});

test("a dead idle session is not handed out", async () => {
  const budget = budgetOf(1);
  const { pool } = place({ budget });
  const lease = await pool.acquire();
  lease.release({ reusable: true });
  lease.session.alive = false;
  const next = await pool.acquire();
  expect([next.reused, next.session.alive, budget.open]).toEqual([false, true, 1]);
});

test("a session idle for too long is not handed out", async () => {
  const clock = new ManualClock();
  const { pool, state } = place({ budget: budgetOf(1), clock, idleMs: 5000 });
  (await pool.acquire()).release({ reusable: true });
  clock.ms += 5000;
  expect((await pool.acquire()).reused).toBe(false);
  expect(state.closed).toBe(1);
});

test("idle sessions are closed in time when nobody asks for one", async () => {
  const budget = budgetOf(1);
  const { pool, state } = place({ budget, idleMs: 5, clock: new SystemClock() });
  (await pool.acquire()).release({ reusable: true });
  await expect.poll(() => [state.closed, budget.open]).toEqual([1, 0]);
});

test("abort while waiting rejects with cancelled and gives the place in line up", async () => {
  const { pool } = place({ budget: budgetOf(1) });
  const held = await pool.acquire();
  const stop = new AbortController();
  const waiting = kindOf(pool.acquire({ signal: stop.signal }));
  const next = pool.acquire();
  await settle();
  stop.abort();
  expect(await waiting).toBe("cancelled");
  held.release({ reusable: true });
  expect((await next).reused).toBe(true);
});

test("abort while logging in rejects with cancelled and frees the permit", async () => {
  const budget = budgetOf(1);
  const { pool, gate } = place({ budget });
  gate.hold = new Promise(() => {});
  const stop = new AbortController();
  const opening = kindOf(pool.acquire({ signal: stop.signal }));
  await settle();
  expect(budget.open).toBe(1);
  stop.abort();
  expect(await opening).toBe("cancelled");
  expect(budget.open).toBe(0);
});

test("a call that is cancelled already takes nothing", async () => {
  const budget = budgetOf(1);
  const { pool, state } = place({ budget });
  expect(await kindOf(pool.acquire({ signal: AbortSignal.abort() }))).toBe("cancelled");
  expect([state.opened, budget.open]).toEqual([0, 0]);
});

test("abort just as a session is handed over neither loses the session nor hands it out", async () => {
  const budget = budgetOf(1);
  const { pool } = place({ budget });
  const held = await pool.acquire();
  const stop = new AbortController();
  const waiting = kindOf(pool.acquire({ signal: stop.signal }));
  await settle();
  held.release({ reusable: true });
  stop.abort();
  expect(await waiting).toBe("cancelled");
  expect((await pool.acquire()).session).toBe(held.session);
});

test("a login that fails rejects with its own error and lets the next in line try", async () => {
  const { pool, gate } = place({ budget: budgetOf(1) });
  gate.fail = new DaybookError("auth", "530 wrong password");
  const both = [kindOf(pool.acquire()), kindOf(pool.acquire())];
  expect(await Promise.all(both)).toEqual(["auth", "auth"]);
});

test("close ends busy and idle sessions, those in line and those logging in", async () => {
  const budget = budgetOf(3);
  const { pool, state, gate } = place({ budget });
  const [busy, idle] = [await pool.acquire(), await pool.acquire()];
  idle.release({ reusable: true });
  gate.hold = new Promise(() => {});
  const again = await pool.acquire();
  const logins = kindOf(pool.acquire());
  await settle();
  const inLine = kindOf(pool.acquire());
  await settle();
  pool.close();
  pool.close();
  expect(await Promise.all([logins, inLine, kindOf(pool.acquire())])).toEqual(Array(3).fill("cancelled"));
  busy.release({ reusable: true });
  again.release({ reusable: true });
  expect([state.open, budget.open]).toEqual([0, 0]);
});

test("closing one pool lets another that shares the budget go on", async () => {
  const budget = budgetOf(1);
  const [a, b] = [place({ budget }), place({ budget })];
  const held = await a.pool.acquire();
  const waiting = b.pool.acquire();
  await settle();
  a.pool.close();
  held.release({ reusable: true });
  expect((await waiting).session.alive).toBe(true);
});

test("a wider budget lets those in line go at once, a narrower one changes nothing", async () => {
  const budget = budgetOf(1);
  const { pool } = place({ budget });
  await pool.acquire();
  const waiting = pool.acquire();
  budget.widen(2);
  expect((await waiting).reused).toBe(false);
  budget.widen(1);
  expect(budget.limit).toBe(2);
});

test("whatever happens in whatever order, nobody waits for ever and no permit is lost", async () => {
  const action = fc.record({
    pool: fc.integer({ min: 0, max: 2 }),
    lane: fc.constantFrom<Lane>("live", "backfill"),
    turns: fc.integer({ min: 0, max: 3 }),
    end: fc.constantFrom("reusable", "broken", "abort", "dies"),
  });
  const scene = fc.record({
    connections: fc.integer({ min: 1, max: 4 }),
    accepts: fc.integer({ min: 1, max: 4 }),
    live: fc.boolean(),
    actions: fc.array(action, { maxLength: 30 }),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ connections, accepts, live, actions }) => {
      const budget = budgetOf(connections);
      const over = live ? budget.expectLive() : undefined;
      const places = [0, 1, 2].map(() => place({ budget, accepts }));
      const open = () => places.reduce((sum, { state }) => sum + state.open, 0);
      let [most, permits] = [0, true];
      await Promise.all(
        actions.map(async ({ pool, lane, turns, end }) => {
          const stop = new AbortController();
          const wanted = places[pool]!.pool.acquire({ lane, signal: stop.signal }).catch((error: unknown) => {
            if (!isDaybookError(error, "cancelled") && !isDaybookError(error, "busy")) throw error;
          });
          for (let n = 0; n < turns; n++) await settle();
          if (end === "abort") stop.abort();
          const lease = await wanted;
          most = Math.max(most, open());
          permits &&= budget.open <= budget.limit;
          if (end === "dies" && lease) lease.session.alive = !(places[pool]!.state.open-- > 0);
          lease?.release({ reusable: end !== "broken" });
        }),
      );
      over?.();
      expect(permits).toBe(true);
      expect(most).toBeLessThanOrEqual(connections);
      expect(budget.open).toBe(open());
      for (const { pool } of places) pool.close();
      expect([budget.open, open()]).toEqual([0, 0]);
    }),
    { numRuns: 150 },
  );
});

/** Pools whose every login is refused, each with what it logs in with. */
function refused(budget: HostBudget, ...logins: readonly (readonly unknown[] | undefined)[]) {
  const state = { tries: 0 };
  const pools = logins.map(
    (login) =>
      new SessionPool<Session>({
        budget,
        login,
        open: async () => {
          state.tries++;
          await settle();
          throw new DaybookError("auth", "530 login incorrect");
        },
        close: () => {},
        usable: () => true,
      }),
  );
  return { pools, state };
}

test("a password that turns out wrong is tried once for all who wait and ask later, and again after a while", async () => {
  const clock = new ManualClock();
  const { pools, state } = refused(new HostBudget({ connections: 5, clock }), undefined);
  const [pool] = pools;
  const all = await Promise.all(Array.from({ length: 5 }, () => kindOf(pool!.acquire())));
  expect(all).toEqual(Array.from({ length: 5 }, () => "auth"));
  clock.ms += 299_999;
  expect(await kindOf(pool!.acquire())).toBe("auth");
  expect(state.tries).toBe(1);
  clock.ms += 1;
  expect(await kindOf(pool!.acquire())).toBe("auth");
  expect(state.tries).toBe(2);
});

test("pools that log in alike try a wrong password once between them; others are not held up by it", async () => {
  const budget = budgetOf(5);
  const { pools, state } = refused(budget, ["me", "x"], ["me", "x"], ["me", "y"], undefined, undefined);
  const [one, same, ...others] = pools.map((pool) => () => kindOf(pool.acquire()));
  expect(await Promise.all([one!(), same!()])).toEqual(["auth", "auth"]);
  await same!();
  expect(state.tries).toBe(1);
  for (const other of others) await other();
  expect(state.tries).toBe(4);
  budget.forgetRefusals();
  await one!();
  await same!();
  expect(state.tries).toBe(5);
});

test("nobody waits for another's first login longer than they want to, and its end by a stop is nobody else's", async () => {
  const { pool, gate, state } = place({ budget: budgetOf(5) });
  let go = () => {};
  gate.hold = new Promise((resolve) => (go = resolve));
  const [first, second] = [new AbortController(), new AbortController()];
  const leaving = pool.acquire({ signal: first.signal });
  const impatient = pool.acquire({ signal: second.signal });
  const patient = [pool.acquire(), pool.acquire()];
  await settle();
  second.abort();
  await expect(impatient).rejects.toMatchObject({ kind: "cancelled" });
  first.abort();
  await expect(leaving).rejects.toMatchObject({ kind: "cancelled" });
  go();
  for (const lease of await Promise.all(patient)) lease.release({ reusable: true });
  expect(state.opened).toBe(2);
});
