import { MemoryStore, type DaybookError } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { isDead, thisHolder } from "../src/crawl/lease-holder.js";
import { LeaseKeeper } from "../src/crawl/lease-keeper.js";
import type { Machine } from "../src/crawl/machine.js";
import { Mirror, threeHours } from "./support/mirror.js";

describe("a holder of a lease", () => {
  const here: Machine = { host: "radar", id: "machine 1", boot: "boot 1", processes: "pid:[1]" };
  const dead = (then: Machine, now: Machine) => isDead(thisHolder(then), now);
  /** A number that no process has. */
  const ended = (holder: string) => holder.replace(/process \d+/, "process 99999999");

  it("that runs on this machine is alive, and dead once it has ended", () => {
    expect(isDead(thisHolder())).toBe(false);
    expect(isDead(ended(thisHolder()))).toBe(true);
    expect(dead(here, here)).toBe(false);
    expect(isDead(ended(thisHolder(here)), here)).toBe(true);
  });

  it("of an earlier boot of this machine is dead, whatever process has its number now", () => {
    expect(dead(here, { ...here, boot: "boot 2" })).toBe(true);
  });

  it("of another machine isn't known to be dead, be its name and its numbers the same", () => {
    expect(dead(here, { ...here, host: "other", boot: "boot 2" })).toBe(false);
    expect(dead(here, { ...here, id: "machine 2", boot: "boot 2" })).toBe(false);
    expect(isDead("somebody else", here)).toBe(false);
  });

  it("in a container isn't known to be dead after a boot: containers of one image may all call themselves the same", () => {
    const container = { ...here, id: undefined };
    expect(dead(container, { ...container, boot: "boot 2" })).toBe(false);
    expect(isDead(ended(thisHolder(here)), { ...here, processes: "pid:[2]" })).toBe(false);
  });
});

describe("a lease", () => {
  it("is given up without a question by who stood still for longer than it lasts", async () => {
    const store = new MemoryStore();
    await store.open();
    let [passed, asked] = [0, 0];
    // Like a process that was stopped: its timer fires late, and its wall clock may not even show it.
    const clock = {
      now: () => new Date("2025-01-01T00:00:00Z"),
      monotonic: () => passed,
      sleep: async () => void (passed += 61_000),
    };
    const counting = {
      leaseHolder: store.leaseHolder.bind(store),
      lease: (...request: Parameters<MemoryStore["lease"]>) => (asked++, store.lease(...request)),
    };
    const keeper = new LeaseKeeper({ store: counting, clock, source: "RMA1" });
    const error = await new Promise<DaybookError>((resolve) => void keeper.take(resolve));
    expect(error).toMatchObject({ kind: "busy", code: "lease-lost" });
    expect(asked).toBe(1);
  });
});

describe("a run whose lease another has taken", () => {
  const other = "somebody on another machine";

  /** Two sources; in the middle of the first one's crawl its lease goes to somebody else. */
  function robbed(holder: string | undefined): { mirror: Mirror; store: MemoryStore } {
    const store = new MemoryStore();
    const mirror = new Mirror({
      store,
      connections: 1,
      sources: [{ name: "RMA1" }, { name: "RMA2" }],
    });
    threeHours(mirror);
    let taken = false;
    mirror.transport.faults = {
      onRead: (path) => {
        if (taken || !path.includes("T01")) return undefined;
        taken = true;
        void rob();
        return undefined;
      },
    };
    async function rob(): Promise<void> {
      const now = mirror.clock.now();
      const held = (await store.leaseHolder("crawl:RMA1", now))!;
      await store.lease("crawl:RMA1", held, 0, now);
      if (holder) await store.lease("crawl:RMA1", holder, 3_600_000, now);
    }
    return { mirror, store };
  }

  it("writes nothing more for that source and says who has it; the others go on", async () => {
    const { mirror, store } = robbed(other);
    const { sources } = await mirror.run();
    expect(sources.map(({ outcome }) => outcome)).toEqual(["failed", "complete"]);
    expect(sources[0]!.error).toMatchObject({ kind: "busy" });
    expect(sources[0]!.error!.detail).toContain(other);
    const files = (await store.summarize({ source: "RMA1" })).files;
    expect(files.pending).toBeGreaterThan(0);
    expect((await store.summarize({ source: "RMA2" })).files.pending).toBe(0);
  });

  it("begins anew where nobody has it any more, and fetches nothing twice", async () => {
    const { mirror } = robbed(undefined);
    const { outcome } = await mirror.run();
    expect(outcome).toBe("complete");
    expect(mirror.of("source-warning").map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/nothing (was written|more); it begins anew/),
    ]);
    const stored = mirror.of("file-stored").filter(({ source, adopted }) => source === "RMA1" && !adopted);
    expect(new Set(stored.map(({ file }) => file.path)).size).toBe(stored.length);
    expect((await mirror.gaps()).length).toBe(0);
  });
});
