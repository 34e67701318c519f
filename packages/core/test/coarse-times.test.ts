import { allOf, flat, minAge, type ReadinessRule, type Transport } from "@daybook/core";
import type { MemoryTransport } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { collect, Mirror, MINUTE, type MirrorOptions } from "./support/mirror.js";

const DAY = 24 * 60 * MINUTE;
const now: ReadinessRule = () => undefined;

/** A folder without dates, listed every two seconds. */
function folder(options: MirrorOptions = {}): Mirror {
  return new Mirror({
    now: "2025-01-20T19:48:04Z",
    precision: "minute",
    ...options,
    source: {
      layout: flat("/in"),
      start: "2025-01-01T00:00:00Z",
      end: undefined,
      poll: 2000,
      ...options.source,
    },
  });
}

async function during(mirror: Mirror, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const running = mirror.daybook.run({ signal: stop.signal });
  await work();
  stop.abort();
  await mirror.clock.runUntil(running);
}

/** A transport that can't be asked about one file. */
const plain = (inner: MemoryTransport): Transport => ({
  capabilities: inner.capabilities,
  list: (path, options) => inner.list(path, options),
  read: (path, options) => inner.read(path, options),
  close: () => inner.close(),
});

const write = (mirror: Mirror, text: string, name = "status") =>
  mirror.tree.put(`/in/${name}`, text, mirror.clock.now());

const at = (seconds: number) => seconds * 1000;

describe("a file that is written again within the time it is listed with", () => {
  it.each([
    ["by default", undefined, {}],
    ["where it is fetched at once", now, {}],
    ["where it needs no age", minAge(0), {}],
    ["where the server's clock is ahead", undefined, { now: "2025-01-20T19:47:31Z" }],
  ] as const)("comes in its last form %s", async (_, ready, more: { readonly now?: string }) => {
    const mirror = folder({ ...more, source: { ...(ready && { ready }) } });
    const lead = more.now ? at(33) : 0;
    const put = (text: string) =>
      mirror.tree.put("/in/status", text, new Date(mirror.clock.now().getTime() + lead));
    put("AAAA");
    await during(mirror, async () => {
      await mirror.clock.advance(at(40));
      put("BBBB");
      await mirror.clock.advance(at(180));
    });
    expect(Object.values(mirror.home())).toEqual(["BBBB"]);
  });

  it("comes in its last form where only days are listed", async () => {
    const mirror = folder({ precision: "day", source: { ready: now, poll: MINUTE } });
    write(mirror, "AAAA");
    await during(mirror, async () => {
      await mirror.clock.advance(10 * MINUTE);
      expect(Object.values(mirror.home())).toEqual(["AAAA"]);
      write(mirror, "BBBB");
      await mirror.clock.advance(DAY);
    });
    expect(Object.values(mirror.home())).toEqual(["BBBB"]);
    expect((await mirror.files())[0]).toMatchObject({ version: 2 });
  });

  it.each([
    ["is read once, and never asked about, where its minute was over", undefined, true, 1, 0],
    [
      "is read once where the server says its exact time before it is read, and once it is over",
      now,
      true,
      1,
      2,
    ],
    ["has its bytes compared, once, where the server tells no exact times", now, false, 2, 0],
  ] as const)("%s", async (_, ready, tells, reads, stats) => {
    const mirror = folder({
      source: { ...(ready && { ready }) },
      ...(!tells && { transport: (inner) => plain(inner) }),
    });
    write(mirror, "AAAA");
    await during(mirror, () => mirror.clock.advance(10 * MINUTE));
    expect(mirror.transport.calls.read).toHaveLength(reads);
    expect(mirror.transport.stats).toHaveLength(stats);
    expect(await mirror.files()).toMatchObject([{ status: "stored", version: 1 }]);
    expect(mirror.of("file-stored")).toHaveLength(reads);
  });

  it("is read once where there are more of them than are kept in memory", async () => {
    const mirror = folder({ source: { ready: now, poll: MINUTE } });
    const names = Array.from({ length: 2_100 }, (_, i) => `n${i}`);
    for (const name of names) write(mirror, name, name);
    await during(mirror, () => mirror.clock.advance(5 * MINUTE));
    expect(mirror.transport.calls.read).toHaveLength(names.length);
    expect(mirror.transport.stats).toHaveLength(2 * names.length);
    const files = await mirror.files();
    expect(files.filter(({ status, version }) => status === "stored" && version === 1)).toHaveLength(
      names.length,
    );
  });

  it("is read again where it was written between its listing and its reading", async () => {
    const mirror = folder({ source: { ready: now } });
    write(mirror, "AAAA");
    let rewritten = false;
    mirror.transport.faults = {
      onRead: () => {
        // The bytes that are read are the old ones: the file is opened first.
        if (!rewritten) void mirror.clock.sleep(at(1)).then(() => write(mirror, "BBBB"));
        rewritten = true;
        return undefined;
      },
    };
    await during(mirror, () => mirror.clock.advance(5 * MINUTE));
    expect(Object.values(mirror.home())).toEqual(["BBBB"]);
  });

  it("is asked about no more by a server that never tells", async () => {
    const mirror = folder({
      source: { ready: now },
      transport: (inner) => ({
        ...plain(inner),
        stat: async (path) => {
          inner.stats.push(path);
          return { name: path, type: "file" };
        },
      }),
    });
    for (let i = 0; i < 50; i++) write(mirror, "AAAA", `n${i}`);
    await during(mirror, () => mirror.clock.advance(5 * MINUTE));
    expect(mirror.transport.calls.read).toHaveLength(100);
    expect(mirror.transport.stats.length).toBeLessThan(10);
  });

  it("makes an hour that is over due again", async () => {
    const mirror = new Mirror({
      now: "2025-01-20T19:48:04Z",
      precision: "minute",
      source: { ready: now, end: "2025-01-01T01:00:00Z" },
    });
    const path = "/L2/RMA1/2025/01/01/00/0510/RMA1_0315_01_DBZH_20250101T000510Z.BUFR";
    mirror.tree.put(path, "AAAA", mirror.clock.now());
    await mirror.run();
    await mirror.clock.advance(at(20));
    mirror.tree.put(path, "BBBB", mirror.clock.now());
    const [slot] = await collect(mirror.store.slots("RMA1", { start: new Date(0) }));
    expect(slot!.nextVisitAt!.getTime() - mirror.clock.now().getTime()).toBeLessThanOrEqual(2 * MINUTE);
    await mirror.clock.advance(2 * MINUTE);
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["BBBB"]);
  });

  it("waits no longer than it did where times are exact", async () => {
    const mirror = folder({ precision: "second" });
    write(mirror, "AAAA");
    await during(mirror, async () => {
      await mirror.clock.advance(at(13));
      expect(Object.values(mirror.home())).toEqual(["AAAA"]);
    });
  });
});

describe("times of a server whose clock was set to another zone", () => {
  const old = new Date("2025-01-10T10:20:30Z");
  const names = ["a", "b", "c"];

  async function stored(options: MirrorOptions = {}): Promise<Mirror> {
    const mirror = folder({ now: "2025-01-20T12:00:00Z", precision: "second", ...options });
    for (const name of names) mirror.tree.put(`/in/${name}`, `of ${name}`, old);
    await mirror.run({ once: true });
    await mirror.clock.advance(MINUTE);
    return mirror;
  }
  const moved = (ms: number) => new Date(old.getTime() + ms);

  it.each([60, -60, 30, 345, 13 * 60])(
    "that moved by %d minutes bring nothing a second time",
    async (minutes) => {
      const mirror = await stored();
      for (const name of names) mirror.tree.put(`/in/${name}`, `of ${name}`, moved(minutes * MINUTE));
      for (let i = 0; i < 2; i++) await mirror.run({ once: true });
      expect(mirror.transport.calls.read).toHaveLength(3);
      const files = await mirror.files();
      expect(files).toMatchObject(names.map(() => ({ version: 1, modifiedAt: moved(minutes * MINUTE) })));
      const events = await collect(mirror.store.events("RMA1", "/in"));
      expect(events.filter(({ what }) => what === "times-moved")).toHaveLength(1);
    },
  );

  it("bring nothing a second time where thousands are listed in batches", async () => {
    const mirror = folder({ now: "2025-01-20T12:00:00Z", precision: "minute" });
    const all = Array.from({ length: 2_100 }, (_, i) => `/in/n${i}`);
    for (const path of all) mirror.tree.put(path, path, old);
    await mirror.run({ once: true });
    for (const path of all) mirror.tree.put(path, path, moved(60 * MINUTE));
    await mirror.clock.advance(MINUTE);
    await mirror.run({ once: true });
    expect(mirror.transport.calls.read).toHaveLength(2_100);
  });

  it("have the bytes compared where that is asked for, and are no version where they are the same", async () => {
    const mirror = await stored({ source: { onTimeShift: "compare" } });
    for (const name of names)
      mirror.tree.put(`/in/${name}`, name === "b" ? "new b" : `of ${name}`, moved(60 * MINUTE));
    mirror.tree.put("/in/b", "oF b", moved(60 * MINUTE));
    await mirror.run({ once: true });
    expect(mirror.transport.calls.read).toHaveLength(6);
    const versions = (await mirror.files()).map(({ version }) => version);
    expect(versions).toEqual([1, 2, 1]);
    expect(mirror.home()["RMA1/b"]).toBe("oF b");
  });

  it.each([
    ["by no quarters of an hour", names, 61],
    ["by a day", names, 24 * 60],
    ["while another stayed", ["a", "b"], 60],
  ])("are not taken for it where files are published again %s", async (_, some, minutes) => {
    const mirror = await stored();
    for (const name of some) mirror.tree.put(`/in/${name}`, `oF ${name}`, moved(minutes * MINUTE));
    await mirror.run({ once: true });
    for (const name of some) expect(mirror.home()[`RMA1/${name}`]).toBe(`oF ${name}`);
  });

  it("of a file that is alone are believed once its bytes were compared", async () => {
    for (const [text, version] of [
      ["of a", 1],
      ["oF a", 2],
    ] as const) {
      const mirror = folder({ now: "2025-01-20T12:00:00Z", precision: "second" });
      mirror.tree.put("/in/a", "of a", old);
      await mirror.run({ once: true });
      mirror.tree.put("/in/a", text, moved(60 * MINUTE));
      await mirror.clock.advance(MINUTE);
      await mirror.run({ once: true });
      expect(mirror.home()["RMA1/a"]).toBe(text);
      expect(await mirror.files()).toMatchObject([{ status: "stored", version }]);
    }
  });

  it("are not taken for it where all are written anew every hour on the hour, in one size", async () => {
    const mirror = folder({ now: "2025-01-20T12:10:00Z" });
    const hourly = (hour: number) => {
      for (const name of names)
        mirror.tree.put(`/in/${name}`, `${name} of ${hour}`, new Date(Date.UTC(2025, 0, 20, hour)));
    };
    for (let hour = 12; hour < 20; hour++) {
      hourly(hour);
      await mirror.run({ once: true });
      expect(mirror.home()).toMatchObject({ "RMA1/b": `b of ${hour}` });
      await mirror.clock.advance(60 * MINUTE);
    }
  });
});

it("a file that is dated ahead is told as such", async () => {
  const mirror = folder({ precision: "second", source: { ready: allOf(minAge(MINUTE)) } });
  mirror.tree.put("/in/a", "a", new Date("2042-01-20T00:00:00Z"));
  await mirror.run({ once: true });
  expect((await mirror.files())[0]!.reason).toBe(
    "not ready: its time is 17 years ahead of this machine's clock",
  );
});
