import { DaybookError, isDaybookError, MemoryStore, type StateStore, type Transport } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { liveThrough } from "./simulation/history.js";
import type { Plant } from "./simulation/program.js";
import { HOUR, MINUTE, Mirror, put, type MirrorOptions } from "./support/mirror.js";

/** A ledger that hands its calls on, some of them changed. */
function ledger(inner: StateStore, changed: Partial<StateStore>): StateStore {
  return {
    open: () => inner.open(),
    slots: (...query) => inner.slots(...query),
    glimpses: (...query) => inner.glimpses(...query),
    files: (...query) => inner.files(...query),
    record: (...call) => inner.record(...call),
    find: (query) => inner.find(query),
    summarize: (query) => inner.summarize(query),
    events: (...query) => inner.events(...query),
    lease: (...request) => inner.lease(...request),
    messages: (...query) => inner.messages(...query),
    backlog: () => inner.backlog(),
    planned: (source) => inner.planned(source),
    notes: (prefix) => inner.notes(prefix),
    filesAt: (locations) => inner.filesAt(locations),
    leaseHolder: (...query) => inner.leaseHolder(...query),
    close: () => inner.close(),
    ...changed,
  };
}

/** A mirror of a server that takes its time, in ms. */
function slowly({ list, read, ...options }: MirrorOptions & { list: number; read: number }): Mirror {
  const mirror: Mirror = new Mirror({
    ...options,
    transport: (inner) => ({
      capabilities: inner.capabilities,
      list: async (directory, call) => {
        const listing = await inner.list(directory, call);
        await mirror.clock.sleep(list, call?.signal);
        return listing;
      },
      read: async (path, call) => {
        await mirror.clock.sleep(read, call?.signal);
        return inner.read(path, call);
      },
      close: () => inner.close(),
    }),
  });
  return mirror;
}

// Each of these was met in a random history first.
describe("a listing", () => {
  it("that begins before its slot closes and ends after is followed by another, or the run would never end", async () => {
    const mirror = slowly({
      list: 30_000,
      read: 0,
      now: "2025-01-01T01:09:50Z",
      source: { end: "2025-01-01T01:00:00Z", lookback: 0, grace: 10 * MINUTE, revisit: [] },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    expect((await mirror.run({}, HOUR)).outcome).toBe("complete");
  });
});

describe("a server that lists, and is too busy to send", () => {
  it("is not asked for the same file every second, for as long as it is", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z");
    let busy = true;
    mirror.transport.faults = {
      onRead: () => (busy ? { fail: new DaybookError("busy", "450 try again later") } : undefined),
    };
    const running = mirror.daybook.run();
    await mirror.clock.advance(HOUR);
    expect(mirror.transport.calls.read.length).toBeLessThan(400);
    busy = false;
    expect((await mirror.clock.runUntil(running, { maxTime: 10 * MINUTE })).outcome).toBe("gaps");
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("a ledger that fails when a run is summed up", () => {
  it("fails the source, and not the call", async () => {
    const inner = new MemoryStore();
    const broken = ledger(inner, { summarize: () => Promise.reject(new Error("the disk is gone")) });
    const mirror = new Mirror({ store: broken });
    put(mirror, "2025-01-01T00:05:10Z");
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("failed");
    expect(sources[0]!.error).toMatchObject({ kind: "store" });
  });
});

describe("a ledger that can't tell what was noted when a run begins", () => {
  /** Once. */
  const deaf = (about: RegExp) => {
    let failed = false;
    const inner = new MemoryStore();
    const notes: StateStore["notes"] = async (prefix) => {
      if (failed || !about.test(prefix)) return inner.notes(prefix);
      failed = true;
      throw new Error("the disk is gone");
    };
    const mirror = new Mirror({ store: ledger(inner, { notes }) });
    put(mirror, "2025-01-01T00:05:10Z");
    return mirror;
  };

  it("fails the source, and not the call, and nothing is brought home without knowing how late it is", async () => {
    const mirror = deaf(/^time/);
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("failed");
    expect(sources[0]!.error).toMatchObject({ kind: "store" });
    expect(mirror.of("source-failed")).toHaveLength(1);
    expect(mirror.home()).toEqual({});
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("is asked what hosts need in vain, and the run goes on", async () => {
    const mirror = deaf(/^host/);
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("a ledger that fails once", () => {
  it("is not told that a slot is done whose file it didn't hear of", async () => {
    const inner = new MemoryStore();
    let failures = 1;
    const record: StateStore["record"] = async (changes) => {
      const stores = changes.some((change) => change.kind === "file" && change.file.status === "stored");
      if (!stores || failures-- <= 0) return inner.record(changes);
      // Meanwhile the slot's other files come home, and what is to be written of them waits behind this.
      await mirror.clock.sleep(MINUTE);
      throw new Error("the connection was lost");
    };
    const mirror = slowly({
      list: 0,
      read: 1000,
      store: ledger(inner, { record }),
      connections: 1,
      now: "2025-01-01T04:30:00Z",
    });
    for (const second of ["10", "11", "12"]) put(mirror, `2025-01-01T00:05:${second}Z`);
    expect((await mirror.run()).outcome).toBe("failed");
    mirror.restart();
    await mirror.run({}, HOUR);
    expect((await mirror.files()).map(({ status }) => status)).toEqual(["stored", "stored", "stored"]);
  });
});

describe("after the machine stopped", () => {
  const DEAD = "/home/.daybook/open-999999999-x";

  const die = (mirror: Mirror) => {
    mirror.volume.writeFileSync(DEAD, "");
    mirror.volume.utimesSync(DEAD, mirror.clock.now(), mirror.clock.now());
    return mirror.restart();
  };

  it("a file whose change was ignored is not taken for damaged", async () => {
    const mirror = new Mirror({ source: { onChange: "ignore" } });
    const path = put(mirror, "2025-01-01T00:05:10Z", "the first");
    await mirror.run();
    mirror.tree.put(path, "another", mirror.clock.now());
    await mirror.store.record([
      { kind: "due", source: "RMA1", path: "/L2/RMA1/2025/01/01/00", at: mirror.clock.now() },
    ]);
    await mirror.run();
    expect((await mirror.files())[0]!.size).toBe("another".length);
    die(mirror);
    await mirror.run();
    expect(Object.values(mirror.home())).toEqual(["the first"]);
  });

  it("a file of a slot that was listed long before is looked at as well", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z");
    await mirror.run();
    const [file] = await mirror.files();
    await mirror.clock.advance(3 * HOUR);
    // A long queue: it was stored three hours after its slot was listed.
    await mirror.store.record([{ kind: "file", file: { ...file!, storedAt: mirror.clock.now() } }]);
    mirror.volume.unlinkSync(`/home/${file!.location}`);
    die(mirror);
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(1);
  });

  it("the suspicion outlives a program that died before it had looked", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z");
    await mirror.run();
    const [file] = await mirror.files();
    mirror.volume.unlinkSync(`/home/${file!.location}`);
    die(mirror);
    const inner = mirror.store;
    const dying = ledger(inner, { lease: () => Promise.reject(new Error("killed")) });
    mirror.restart({ store: dying });
    expect((await mirror.run({ once: true })).outcome).toBe("failed");
    await mirror.clock.advance(3 * HOUR);
    mirror.restart();
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(1);
  });
});

describe("what random histories find when it is planted", () => {
  /** The first that is found to be wrong in this way. */
  async function find(words: string, plant: Plant, seeds: number): Promise<string | undefined> {
    for (let seed = 1; seed <= seeds; seed++) {
      const { wrong } = await liveThrough(seed, { plant });
      if (wrong?.includes(words)) return wrong;
    }
    return undefined;
  }

  it("a look that passes over what is due", async () => {
    const store = (inner: StateStore): StateStore => {
      let looks = 0;
      const slots: StateStore["slots"] = async function* (source, range, filter) {
        if (filter?.dueBy && ++looks % 2 === 0) return;
        yield* inner.slots(source, range, filter);
      };
      return { ...bound(inner), slots };
    };
    expect(await find("was due when", { store }, 60)).toBeDefined();
  }, 120_000);

  it("records that a clock made which was ahead, believed", async () => {
    const store = (inner: StateStore): StateStore => {
      const slots: StateStore["slots"] = async function* (source, range, filter) {
        if (!filter?.visitedAfter) yield* inner.slots(source, range, filter);
      };
      return { ...bound(inner), slots };
    };
    expect(await find("has not settled", { store }, 600)).toBeDefined();
  }, 240_000);

  it("a line that fails, taken for what is wrong with the file", async () => {
    const transport = (inner: Transport): Transport => ({
      ...bound(inner),
      read: async (path, options) => {
        const blame = (error: unknown) =>
          isDaybookError(error, "network") ? new DaybookError("protocol", error.detail) : error;
        const stream = await inner.read(path, options).catch((error: unknown) => {
          throw blame(error);
        });
        return stream;
      },
    });
    expect(await find("was given up after", { transport }, 300)).toBeDefined();
  }, 240_000);
});
