import { template, type RunResult } from "@daybook/core";
import { afterEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE, Mirror, type MirrorOptions } from "./support/mirror.js";

const DAY = 24 * HOUR;
const SECOND = 1000;
const NOON = Date.parse("2025-03-01T12:00:00Z");

/** Files of an hour, a folder each. */
const layout = template("/live/{yyyy}{MM}{dd}{HH}/{mm}.dat");
const iso = (ms: number) => new Date(ms).toISOString();
const slotOf = (ms: number) => `/live/${iso(ms).slice(0, 13).replace(/[-T]/g, "")}`;

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

function live({
  now = NOON,
  end,
  ...source
}: { now?: number; end?: number; keep?: number; start?: number } = {}) {
  const { start = NOON - 3 * HOUR, ...policy } = source;
  const options: MirrorOptions = {
    now: iso(now),
    source: {
      ...{ layout, start: iso(start), end: end === undefined ? undefined : iso(end), ...policy },
      ...{ poll: 20 * SECOND, grace: 0, lookback: 0 },
    },
  };
  const mirror = new Mirror(options);
  const put = (ms: number) =>
    mirror.tree.put(`${slotOf(ms)}/${iso(ms).slice(14, 16)}.dat`, iso(ms), new Date(ms));
  return { mirror, put };
}

function start(mirror: Mirror, options: { trustClock?: boolean } = {}) {
  const stop = new AbortController();
  let result: RunResult | undefined;
  const run = mirror.daybook.run({ signal: stop.signal, ...options }).then((r) => (result = r));
  const end = async () => {
    stop.abort();
    return mirror.clock.runUntil(run);
  };
  running.push(end);
  return { end, ended: () => result };
}

async function states(mirror: Mirror): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const slot of mirror.store.slots("RMA1", { start: new Date(0) })) found[slot.path] = slot.state;
  return found;
}

const told = (mirror: Mirror) => mirror.of("source-warning").map(({ detail }) => detail);

describe("a clock that is ahead for a moment", () => {
  for (const [what, leap, lasts] of [
    ["four hours, for half a minute", 4 * HOUR, 30],
    ["ten days, for half a minute", 10 * DAY, 30],
    ["25 minutes, for a minute", 25 * MINUTE, 60],
  ] as const)
    it(`makes nothing missing that is yet to come: ${what}`, async () => {
      const { mirror, put } = live();
      for (const ago of [2.5, 1.5, 0.5]) put(NOON - ago * HOUR);
      const run = start(mirror);
      await mirror.clock.advance(30 * SECOND);
      mirror.clock.leap(leap);
      await mirror.clock.advance(lasts * SECOND);
      const meanwhile = Object.entries(await states(mirror));
      expect(meanwhile.filter(([path, state]) => path >= slotOf(NOON) && state !== "open")).toEqual([]);
      mirror.clock.leap(-leap);
      await mirror.clock.advance(30 * SECOND);
      // The hours come, each with a file.
      for (let hour = 0; hour < 5; hour++) {
        put(NOON + (hour + 0.4) * HOUR);
        await mirror.clock.advance(HOUR);
      }
      expect(mirror.home()).toHaveProperty(`RMA1/${slotOf(NOON + 4 * HOUR).slice(6)}/24.dat`);
      expect(Object.keys(mirror.home())).toHaveLength(8);
      expect((await mirror.gaps()).filter(({ kind }) => kind !== "open")).toEqual([]);
      await run.end();
      expect(told(mirror)).toEqual([
        expect.stringMatching(/clock says/),
        expect.stringMatching(/believed again/),
      ]);
    });

  it("doesn't end a run whose range isn't over", async () => {
    const { mirror, put } = live({ end: NOON + 3 * HOUR });
    for (const ago of [2.5, 1.5, 0.5]) put(NOON - ago * HOUR);
    const run = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    mirror.clock.leap(2 * DAY);
    await mirror.clock.advance(30 * SECOND);
    expect(run.ended()).toBeUndefined();
    mirror.clock.leap(-2 * DAY);
    for (let hour = 0; hour < 3; hour++) {
      put(NOON + (hour + 0.4) * HOUR);
      await mirror.clock.advance(HOUR);
    }
    await mirror.clock.advance(MINUTE);
    expect(run.ended()?.outcome).toBe("complete");
    expect(Object.keys(mirror.home())).toHaveLength(6);
  });
});

describe("a clock that was ahead at the start", () => {
  it("by 60 days deletes nothing, whatever the source keeps, and leaves no trace once it is right", async () => {
    const { mirror, put } = live({ keep: 30 * DAY });
    for (const ago of [2.5, 1.5, 0.5]) put(NOON - ago * HOUR);
    await start(mirror)
      .end()
      .then(() => undefined);
    const first = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    await first.end();
    const before = mirror.home();
    expect(Object.keys(before)).toHaveLength(3);

    mirror.clock.leap(60 * DAY);
    mirror.restart();
    const wrong = start(mirror);
    await mirror.clock.advance(30 * MINUTE);
    await wrong.end();
    expect(mirror.home()).toEqual(before);
    expect(Object.values(await states(mirror))).not.toContain("missing");
    expect(told(mirror)).toEqual([expect.stringMatching(/nothing is deleted for its age/)]);
    // Not even after hours: nothing but the clock says so.
    mirror.restart();
    const longer = start(mirror);
    await mirror.clock.advance(3 * HOUR);
    await longer.end();
    expect(mirror.home()).toEqual(before);

    mirror.clock.leap(-60 * DAY);
    mirror.restart();
    put(NOON + 3.6 * HOUR);
    const right = start(mirror);
    await mirror.clock.advance(HOUR + MINUTE);
    await right.end();
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect((await states(mirror))[slotOf(NOON + 3 * HOUR)]).toBe("complete");
  });

  it("doesn't give up what is older than its source keeps by that clock alone", async () => {
    const { mirror, put } = live({ keep: 30 * DAY });
    put(NOON - 2.5 * HOUR);
    const first = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    await first.end();
    mirror.clock.leap(60 * DAY);
    put(NOON - 1.5 * HOUR);
    mirror.restart();
    const wrong = start(mirror);
    await mirror.clock.advance(MINUTE);
    await wrong.end();
    expect(Object.keys(mirror.home())).toHaveLength(2);
  });
});

describe("a machine that really was off for 60 days", () => {
  async function off(files: boolean) {
    const { mirror, put } = live({ keep: 30 * DAY });
    for (const ago of [2.5, 1.5, 0.5]) put(NOON - ago * HOUR);
    const first = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    await first.end();
    await mirror.clock.advance(60 * DAY);
    mirror.clock.reboot();
    const now = NOON + 60 * DAY;
    if (files) for (const ago of [10, 20, 30]) put(now - ago * MINUTE);
    mirror.restart();
    return { mirror, put, now };
  }

  it("is believed where a server's files are of that time, and lets go of what is old", async () => {
    const { mirror, now } = await off(true);
    const run = start(mirror);
    await mirror.clock.advance(20 * MINUTE);
    expect((await states(mirror))[slotOf(now - 5 * HOUR)]).toBe("missing");
    await mirror.clock.advance(HOUR);
    expect(Object.keys(mirror.home())).toHaveLength(3);
    await run.end();
  });

  it("is believed after an hour where nobody says anything, but deletes nothing for that", async () => {
    const { mirror, now } = await off(false);
    const run = start(mirror);
    await mirror.clock.advance(50 * MINUTE);
    expect((await states(mirror))[slotOf(now - 5 * HOUR)]).toBe("open");
    const [detail] = told(mirror);
    expect(await mirror.daybook.troubles()).toMatchObject([{ source: "", cause: "clock", detail }]);
    await mirror.clock.advance(30 * MINUTE);
    expect((await states(mirror))[slotOf(now - 5 * HOUR)]).toBe("missing");
    expect(told(mirror)[1]).toContain("believed again");
    expect(await mirror.daybook.troubles()).toEqual([]);
    expect(Object.keys(mirror.home())).toHaveLength(3);
    await run.end();
  });

  it("is believed by who says so", async () => {
    const { mirror, now } = await off(false);
    const run = start(mirror, { trustClock: true });
    await mirror.clock.advance(MINUTE);
    expect((await states(mirror))[slotOf(now - 5 * HOUR)]).toBe("missing");
    expect(mirror.home()).toEqual({});
    expect(told(mirror)).toEqual([]);
    await run.end();
  });

  it("has its files deleted by hand only by who says that the clock is right", async () => {
    const { mirror } = await off(false);
    const clean = async (yes?: boolean) => {
      for await (const _one of mirror.daybook.clean({ yes }));
    };
    await expect(mirror.clock.runUntil(clean())).rejects.toMatchObject({
      kind: "config",
      detail: expect.stringMatching(/--yes/) as string,
    });
    expect(Object.keys(mirror.home())).toHaveLength(3);
    await mirror.clock.runUntil(clean(true));
    expect(mirror.home()).toEqual({});
  });

  it("isn't believed for one file that is dated wrongly", async () => {
    const { mirror, put, now } = await off(false);
    put(now - 10 * MINUTE);
    mirror.restart();
    const run = start(mirror);
    await mirror.clock.advance(MINUTE);
    expect((await states(mirror))[slotOf(now - 5 * HOUR)]).toBe("open");
    expect(Object.keys(mirror.home())).toHaveLength(4);
    await run.end();
  });
});

describe("starts on a machine that stays on", () => {
  async function again(mirror: Mirror) {
    mirror.restart();
    return mirror.run({ once: true });
  }

  it("a day apart never doubt the clock: hours are missing that are, and what is old is let go of", async () => {
    const { mirror, put } = live({ keep: 2 * DAY });
    put(NOON - 0.5 * HOUR);
    await again(mirror);
    for (let night = 1; night <= 3; night++) {
      await mirror.clock.advance(DAY);
      await again(mirror);
      expect((await states(mirror))[slotOf(NOON + night * DAY - 5 * HOUR)]).toBe("missing");
    }
    expect(told(mirror)).toEqual([]);
    expect(mirror.home()).toEqual({});
  });

  it("doubt a clock that went on by more than the machine did", async () => {
    const { mirror, put } = live({ keep: 2 * DAY });
    put(NOON - 0.5 * HOUR);
    await again(mirror);
    await mirror.clock.advance(DAY);
    mirror.clock.leap(2 * DAY);
    await again(mirror);
    expect(told(mirror)).toEqual([expect.stringMatching(/later than 2025-03-02T12:0/)]);
    const found = Object.entries(await states(mirror));
    const missing = found.filter(([, state]) => state === "missing").map(([path]) => path);
    expect(missing.filter((path) => path > slotOf(NOON + 11 * HOUR)).length).toBeGreaterThan(0);
    expect(missing.filter((path) => path >= slotOf(NOON + DAY))).toEqual([]);
    expect(Object.keys(mirror.home())).toHaveLength(1);
  });

  it("doubt after it was off, each one says so, and an hour of steadiness counts from start to start", async () => {
    const { mirror, put } = live({ keep: 2 * DAY });
    put(NOON - 0.5 * HOUR);
    await again(mirror);
    await mirror.clock.advance(7 * DAY);
    mirror.clock.reboot();
    const hour = slotOf(NOON + 6 * DAY);
    for (const minutes of [0, 30, 20]) {
      await mirror.clock.advance(minutes * MINUTE);
      await again(mirror);
      expect((await states(mirror))[hour]).toBe("open");
    }
    expect(told(mirror)).toEqual(Array(3).fill(expect.stringMatching(/stay open.* --trust-clock/)));
    await mirror.clock.advance(30 * MINUTE);
    await again(mirror);
    expect((await states(mirror))[hour]).toBe("missing");
    // What is deleted can't be taken back: that it was steady isn't enough.
    expect(Object.keys(mirror.home())).toHaveLength(1);
  });

  it("don't take one container's time for another's", async () => {
    const { mirror, put } = live();
    put(NOON - 0.5 * HOUR);
    await again(mirror);
    const uptime = mirror.clock.uptime.bind(mirror.clock);
    mirror.clock.uptime = () => ({ ...uptime(), ms: uptime().ms + 30 * DAY });
    await mirror.clock.advance(10 * MINUTE);
    await again(mirror);
    expect(told(mirror)).toEqual([]);
    mirror.clock.uptime = () => ({ ...uptime(), ms: 0 });
    await mirror.clock.advance(5 * HOUR);
    await again(mirror);
    expect(told(mirror)).toEqual([expect.stringMatching(/nothing else shows/)]);
  });

  it("and that slept in the middle of a run take that for the time it was", async () => {
    const { mirror, put } = live();
    put(NOON - 0.5 * HOUR);
    const run = start(mirror);
    await mirror.clock.advance(MINUTE);
    mirror.clock.suspend(8 * HOUR);
    await mirror.clock.advance(2 * MINUTE);
    expect((await states(mirror))[slotOf(NOON + 5 * HOUR)]).toBe("missing");
    expect(told(mirror).filter((detail) => /clock/.test(detail))).toEqual([]);
    await run.end();
  });
});

describe("a clock that is behind", () => {
  it("makes nothing missing and deletes nothing; it is told, and all is well once it is right", async () => {
    const { mirror, put } = live({ keep: 30 * DAY });
    for (const ago of [2.5, 1.5, 0.5]) put(NOON - ago * HOUR);
    const first = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    await first.end();
    const before = await states(mirror);
    mirror.clock.leap(-NOON);
    mirror.restart();
    const run = start(mirror);
    await mirror.clock.advance(30 * SECOND);
    expect(await states(mirror)).toEqual(before);
    expect(told(mirror)).toEqual([expect.stringMatching(/set the clock right/)]);
    mirror.clock.leap(NOON);
    put(NOON + 0.2 * HOUR);
    await mirror.clock.advance(HOUR + MINUTE);
    await run.end();
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect(told(mirror)).toHaveLength(2);
  });
});

describe("a record from the future", () => {
  it("that an earlier Daybook wrote doesn't count: gaps says so, and a run lists the slot again", async () => {
    const { mirror, put } = live({ end: NOON });
    const path = slotOf(NOON - 0.5 * HOUR);
    await mirror.store.open();
    const none = { count: 0, names: [] };
    for (const hour of [3, 2, 1])
      await mirror.store.record([
        {
          kind: "visit",
          visit: {
            ...{ source: "RMA1", path: slotOf(NOON - hour * HOUR), start: new Date(NOON - hour * HOUR) },
            ...{ end: new Date(NOON - (hour - 1) * HOUR), listing: "missing", closed: true, failures: 0 },
            ...{ visitedAt: new Date(NOON + 10 * DAY), skipped: none, unreadable: none },
            selection: mirror.daybook.sources()[0]!.policy.selection,
          },
        },
      ]);
    put(NOON - 0.5 * HOUR);
    expect((await mirror.gaps()).map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual(
      Array(3).fill("unseen: it was listed by a clock that was ahead, which says nothing"),
    );
    expect((await mirror.run()).outcome).toBe("gaps");
    expect((await states(mirror))[path]).toBe("complete");
    expect(Object.keys(mirror.home())).toHaveLength(1);
  });
});
