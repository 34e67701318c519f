import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDaybookError } from "@daybook/core";
import { FakeClock } from "@daybook/testing";
import { describe, expect, test } from "vitest";

const start = new Date("2025-01-01T00:00:00Z");
const at = (ms: number) => new Date(start.getTime() + ms);

describe("a fake clock", () => {
  test("stands still until it is moved", async () => {
    const clock = new FakeClock(start);
    let awake = false;
    void clock.sleep(1000).then(() => (awake = true));
    expect(clock.pending).toBe(1);
    expect(clock.nextWakeAt).toEqual(at(1000));
    await clock.advance(999);
    expect([awake, clock.now()]).toEqual([false, at(999)]);
    await clock.advance(1);
    expect([awake, clock.now(), clock.pending]).toEqual([true, at(1000), 0]);
    expect(clock.nextWakeAt).toBeUndefined();
  });

  test("wakes sleepers in the order of time, each in its own moment, also those that lie down on the way", async () => {
    const clock = new FakeClock(start);
    const seen: [string, number][] = [];
    const sleeper = async (name: string, ...naps: number[]) => {
      for (const nap of naps) {
        await clock.sleep(nap);
        seen.push([name, clock.now().getTime() - start.getTime()]);
      }
    };
    void sleeper("late", 50);
    void sleeper("naps", 10, 10, 10, 10);
    void sleeper("first", 20);
    await clock.advance(45);
    expect(seen).toEqual([
      ["naps", 10],
      ["first", 20],
      ["naps", 20],
      ["naps", 30],
      ["naps", 40],
    ]);
    expect(clock.now()).toEqual(at(45));
    await clock.set(at(60));
    expect(seen.at(-1)).toEqual(["late", 50]);
  });

  test("can be set back, which wakes nobody", async () => {
    const clock = new FakeClock(start);
    let awake = false;
    void clock.sleep(10).then(() => (awake = true));
    await clock.set(at(-1000));
    expect(clock.now()).toEqual(at(-1000));
    await clock.advance(1009);
    expect(awake).toBe(false);
    await clock.advance(1);
    expect(awake).toBe(true);
  });

  test("a sleep that is aborted is cancelled, before or meanwhile", async () => {
    const clock = new FakeClock(start);
    const stop = new AbortController();
    const sleep = clock.sleep(10, stop.signal);
    stop.abort();
    expect(await sleep.catch((error) => error)).toSatisfy((error) => isDaybookError(error, "cancelled"));
    expect(clock.pending).toBe(0);
    const again = clock.sleep(10, stop.signal);
    expect(await again.catch((error) => error)).toSatisfy((error) => isDaybookError(error, "cancelled"));
  });

  test("runs a program through days in no time, and settles as it does", async () => {
    const clock = new FakeClock(start);
    const program = async () => {
      for (let i = 0; i < 48; i++) {
        await Promise.all([clock.sleep(3_600_000), clock.sleep(1000).then(() => clock.sleep(1000))]);
      }
      return clock.now();
    };
    expect(await clock.runUntil(program())).toEqual(at(48 * 3_600_000));
    const failing = clock.sleep(5).then(() => Promise.reject(new Error("as it does")));
    await expect(clock.runUntil(failing)).rejects.toThrow("as it does");
  });

  test("moves on only when files have been read and written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "daybook-clock-"));
    const clock = new FakeClock(start);
    const deadline = clock.sleep(1000).then(() => "too late");
    const work = async () => {
      for (let i = 0; i < 20; i++) {
        await writeFile(join(folder, "x"), Buffer.alloc(1_000_000, i));
        await readFile(join(folder, "x"));
      }
      await clock.sleep(500);
      return "in time";
    };
    expect(await clock.runUntil(Promise.race([deadline, work()]))).toBe("in time");
    expect(clock.now()).toEqual(at(500));
    await rm(folder, { recursive: true });
  });

  test("says so where the promise can't settle any more, or not in time", async () => {
    const clock = new FakeClock(start);
    await expect(clock.runUntil(new Promise(() => {}))).rejects.toThrow(
      /2025-01-01T00:00:00.000Z .* nothing is left to wake/,
    );
    await expect(clock.runUntil(clock.sleep(1001), { maxTime: 1000 })).rejects.toThrow(/1000 ms have passed/);
    await clock.runUntil(clock.sleep(1000), { maxTime: 1000 });
  });
});
