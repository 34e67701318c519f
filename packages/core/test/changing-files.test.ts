import { flat, minAge, type Transport } from "@daybook/core";
import type { MemoryTransport } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE, Mirror, type MirrorOptions } from "./support/mirror.js";

const POLL = 10_000;
const LOG = "/logs/app.log";

interface Log {
  readonly mirror: Mirror;
  /** Whether it is written to before each listing and each reading of it. */
  busy: boolean;
}

/** A log that grows all the time, for who waits for nothing. */
function log(options: MirrorOptions["source"] = {}): Log {
  const grow = () => {
    if (!made.busy) return;
    const { tree, clock } = made.mirror;
    tree.put(LOG, `${Buffer.from(tree.bytes(LOG)!).toString()}more\n`, clock.now());
  };
  const transport = (inner: MemoryTransport): Transport => ({
    capabilities: inner.capabilities,
    list: (directory, more) => {
      grow();
      return inner.list(directory, more);
    },
    read: (path, more) => {
      grow();
      return inner.read(path, more);
    },
    close: () => inner.close(),
  });
  const mirror = new Mirror({
    transport,
    source: {
      layout: flat("/logs"),
      end: undefined,
      poll: POLL,
      ready: minAge(0),
      maxRetryDelay: 10 * MINUTE,
      ...options,
    },
  });
  const made: Log = { mirror, busy: true };
  mirror.tree.put(LOG, "start\n", mirror.clock.now());
  return made;
}

async function during({ mirror }: Log, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const running = mirror.daybook.run({ signal: stop.signal });
  await work();
  stop.abort();
  await mirror.clock.runUntil(running);
}

describe("a file that grows each time it is fetched", () => {
  it("is not stored, waits with a reason that says what to do, and is tried ever more seldom", async () => {
    const growing = log();
    const { mirror } = growing;
    await during(growing, async () => {
      await mirror.clock.advance(2 * MINUTE);
      const [file] = await mirror.files();
      expect(file).toMatchObject({
        status: "pending",
        reason: expect.stringMatching(/changes each time.*min_age/),
      });
      const early = mirror.transport.calls.read.length;
      await mirror.clock.advance(HOUR);
      // Every ten minutes at last, of 360 looks.
      expect(mirror.transport.calls.read.length - early).toBeLessThan(20);
    });
    expect(mirror.home()).toEqual({});
    expect(await mirror.files()).toMatchObject([
      { status: "pending", attempts: expect.toSatisfy((n: number) => n < 2) },
    ]);
  });

  it("is fetched as soon as it rests, however long it is to be left alone otherwise", async () => {
    const growing = log({ maxRetryDelay: 10 * HOUR });
    const { mirror } = growing;
    await during(growing, async () => {
      await mirror.clock.advance(20 * MINUTE);
      growing.busy = false;
      mirror.tree.put(LOG, "start\nthe end\n", mirror.clock.now());
      await mirror.clock.advance(4 * POLL);
    });
    expect(Object.values(mirror.home())).toEqual(["start\nthe end\n"]);
    expect(await mirror.files()).toMatchObject([{ status: "stored", version: 1 }]);
  });

  it("is a gap, with its reason, of a run that ends", async () => {
    const growing = log({ end: "2025-01-19T00:00:00Z" });
    const { mirror } = growing;
    for (let n = 0; n < 2; n++) {
      const { outcome } = await mirror.run({ once: true });
      expect(outcome).toBe("gaps");
      await mirror.clock.advance(10 * POLL);
    }
    expect(await mirror.gaps()).toMatchObject([{ reason: expect.stringContaining("longer than") }]);
  });

  it("is taken as it comes where sizes are distrusted", async () => {
    const growing = log({ sizes: "distrust" });
    await during(growing, () => growing.mirror.clock.advance(MINUTE));
    expect(Object.values(growing.mirror.home())).toEqual([expect.stringMatching(/^start\n(?:more\n)+$/)]);
  });

  it("is given up where it only seems so, and is the same at each look", async () => {
    const growing = log();
    growing.busy = false;
    const { mirror } = growing;
    const fixed = mirror.clock.now();
    const list = mirror.transport.list.bind(mirror.transport);
    mirror.transport.list = async (directory, more) => {
      const { entries, ...rest } = await list(directory, more);
      return { ...rest, entries: entries.map((entry) => ({ ...entry, size: 1, modifiedAt: fixed })) };
    };
    await during(growing, () => mirror.clock.advance(HOUR));
    expect(await mirror.files()).toMatchObject([{ status: "quarantined", attempts: 5 }]);
  });
});
