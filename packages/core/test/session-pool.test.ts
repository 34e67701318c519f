import { DaybookError, HostBudget, SessionPool, SystemClock } from "@daybook/core";
import { expect, test } from "vitest";
import { type Session, ManualClock, place, settle, budgetOf, kindOf } from "./support/pool.js";

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

test("a refusal of a login that was let in before ends that call only: it may be a limit in other words", async () => {
  const budget = budgetOf(5);
  let refusing = false;
  let tries = 0;
  const [one, other] = [0, 1].map(
    () =>
      new SessionPool<Session>({
        budget,
        login: ["me", "x"],
        open: async () => {
          tries++;
          if (refusing) throw new DaybookError("auth", "530 not now");
          return { id: tries, alive: true };
        },
        close: () => {},
        usable: ({ alive }) => alive,
      }),
  );
  await one!.acquire();
  refusing = true;
  expect(await kindOf(one!.acquire())).toBe("auth");
  refusing = false;
  await other!.acquire();
  expect(tries).toBe(3);
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
