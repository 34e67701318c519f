import { isDaybookError } from "@daybook/core";
import type { Lane, SessionLease } from "@daybook/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Session, ManualClock, place, settle, budgetOf, kindOf } from "./support/pool.js";

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
