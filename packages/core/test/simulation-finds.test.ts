import { MemoryStore, type StateStore } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, Mirror, put } from "./support/mirror.js";

/** A ledger that hands its calls on, some of them changed. */
function ledger(inner: StateStore, changed: Partial<StateStore>): StateStore {
  return {
    open: () => inner.open(),
    slots: (...query) => inner.slots(...query),
    files: (...query) => inner.files(...query),
    record: (changes) => inner.record(changes),
    find: (query) => inner.find(query),
    summarize: (query) => inner.summarize(query),
    events: (...query) => inner.events(...query),
    lease: (...request) => inner.lease(...request),
    leaseHolder: (...query) => inner.leaseHolder(...query),
    close: () => inner.close(),
    ...changed,
  };
}

// Each of these was met in a random history first.
describe("a listing", () => {
  it("that begins before its slot closes and ends after is followed by another, or the run would never end", async () => {
    const mirror: Mirror = new Mirror({
      now: "2025-01-01T01:09:50Z",
      source: { end: "2025-01-01T01:00:00Z", lookback: 0, grace: 10 * MINUTE, revisit: [] },
      transport: (inner) => ({
        capabilities: inner.capabilities,
        list: async (directory, options) => {
          const listing = await inner.list(directory, options);
          await mirror.clock.sleep(30_000, options?.signal);
          return listing;
        },
        read: (path, options) => inner.read(path, options),
        close: () => inner.close(),
      }),
    });
    put(mirror, "2025-01-01T00:05:10Z");
    expect((await mirror.run({}, HOUR)).outcome).toBe("complete");
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
    expect((await mirror.run()).outcome).toBe("failed");
    await mirror.clock.advance(3 * HOUR);
    mirror.restart();
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(1);
  });
});
