import {
  DaybookError,
  DestinationToken,
  flat,
  LocalDestination,
  MemoryStore,
  TransportToken,
  type FileRecord,
  type LocalFs,
  type ReadinessRule,
  type StateStore,
  type Transport,
} from "@daybook/core";
import { describe, expect, it } from "vitest";
import { bound } from "./support/bound.js";
import { error } from "./support/made-up.js";
import { HOUR, MINUTE, Mirror, put, threeHours } from "./support/mirror.js";

const inHour = (hour: string) => (path: string) => path.includes(`/01/01/${hour}/`);

describe("a file", () => {
  it.each(["unsupported", "auth", "config"] as const)(
    "whose reading is answered with what is %s is given up alone, with its name",
    async (kind) => {
      const mirror = new Mirror({
        faults: {
          onRead: (path) => (inHour("01")(path) ? { fail: error(kind, { operation: "read" }) } : undefined),
        },
      });
      threeHours(mirror);
      expect((await mirror.run()).outcome).toBe("gaps");
      expect(Object.keys(mirror.home())).toHaveLength(4);
      expect(mirror.of("host-down")).toEqual([]);
      for (const event of mirror.of("file-quarantined")) expect(event.error.message).toContain(event.path);
      expect((await mirror.gaps()).map((gap) => gap.kind)).toEqual(["quarantined", "quarantined"]);
    },
  );

  it("on which every connection ends is asked for ever more seldom, never given up, and holds nothing else up", async () => {
    const faults = {
      onRead: (path: string) =>
        inHour("01")(path) ? { fail: error("network", { operation: "read" }) } : undefined,
    };
    const mirror = new Mirror({ faults });
    put(mirror, "2025-01-01T00:05:10Z");
    put(mirror, "2025-01-01T01:05:10Z");
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(3 * HOUR);
    expect(Object.keys(mirror.home())).toHaveLength(1);
    expect(mirror.of("host-down")).toEqual([]);
    expect(mirror.transport.calls.read.length).toBeLessThan(80);
    expect((await mirror.files())[1]).toMatchObject({
      status: "pending",
      attempts: 0,
      reason: "made up: network",
    });
    expect((await mirror.gaps()).find(({ kind }) => kind === "pending")!.reason).toBe("made up: network");
    faults.onRead = () => undefined;
    mirror.transport.faults = {};
    expect((await mirror.clock.runUntil(running, { maxTime: HOUR })).sources[0]!.fetched.files).toBe(2);
    expect((await events(mirror)).filter((what) => what === "failed")).toHaveLength(1);
  });

  it.each(["network", "timeout", "cut-short", "busy"] as const)(
    "alone in its source that ends every connection (%s) lets a run that looks once end, and takes no host down",
    async (kind) => {
      const mirror = new Mirror({
        sources: [
          { name: "one" },
          { name: "two", start: "2025-01-01T01:00:00Z", end: "2025-01-01T02:00:00Z" },
        ],
        faults: {
          onRead: (path) => (inHour("00")(path) ? { fail: error(kind, { operation: "read" }) } : undefined),
        },
        source: { end: "2025-01-01T01:00:00Z" },
      });
      put(mirror, "2025-01-01T00:05:10Z");
      put(mirror, "2025-01-01T01:05:10Z");
      for (let n = 0; n < 8; n++) {
        const { sources } = await mirror.run({ once: true });
        expect(sources[1]).toMatchObject({ outcome: "gaps" === sources[1]!.outcome ? "gaps" : "complete" });
      }
      expect(mirror.of("host-down")).toEqual([]);
      expect(Object.keys(mirror.home())).toHaveLength(1);
      expect((await mirror.files()).some(({ status }) => status === "quarantined")).toBe(false);
    },
  );
});

describe("a listing", () => {
  it("on which every connection ends keeps its slot back, and nothing else", async () => {
    const mirror = new Mirror({
      faults: {
        onList: (path) =>
          path.endsWith("/01/01/01") ? { fail: error("network", { operation: "list" }) } : undefined,
      },
    });
    threeHours(mirror);
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(3 * HOUR);
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect(mirror.of("host-down")).toEqual([]);
    expect(mirror.transport.calls.list.filter((path) => path.endsWith("/01/01/01")).length).toBeLessThan(80);
    mirror.transport.faults = {};
    expect((await mirror.clock.runUntil(running, { maxTime: HOUR })).outcome).toBe("complete");
  });

  it.each(["auth", "config", "unsupported"] as const)(
    "that is answered with what is %s is one slot's trouble",
    async (kind) => {
      const mirror = new Mirror({
        faults: {
          onList: (path) =>
            path.endsWith("/01/01/01") ? { fail: error(kind, { operation: "list" }) } : undefined,
        },
      });
      threeHours(mirror);
      expect((await mirror.run({ once: true })).outcome).toBe("gaps");
      expect(Object.keys(mirror.home())).toHaveLength(4);
    },
  );

  it("that nothing was prepared for fails its slot, and nothing else", async () => {
    const mirror: Mirror = new Mirror({
      transport: (inner) => ({
        ...bound<Transport>(inner),
        capabilities: inner.capabilities,
        list: async (path) => {
          const listing = await inner.list(path);
          return path.endsWith("/01/01/01") ? { ...listing, entries: undefined as never } : listing;
        },
      }),
    });
    threeHours(mirror);
    expect((await mirror.run({ once: true })).outcome).toBe("gaps");
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect((await mirror.gaps()).map(({ kind, slot }) => [kind, slot])).toEqual([
      ["failed", "/L2/RMA1/2025/01/01/01"],
    ]);
  });
});

describe("a record", () => {
  it("of a size that can't be fails its own file, of all files and sources", async () => {
    const mirror: Mirror = new Mirror({
      sources: [{ name: "one" }, { name: "two" }],
      transport: (inner) => ({
        ...bound<Transport>(inner),
        capabilities: inner.capabilities,
        list: async (path) => {
          const listing = await inner.list(path);
          const entries = listing.entries.map((entry) =>
            path.endsWith("/01/3510") && entry.type === "file" ? { ...entry, size: 2 ** 64 - 1 } : entry,
          );
          return { ...listing, entries };
        },
      }),
    });
    threeHours(mirror);
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(Object.keys(mirror.home())).toHaveLength(10);
    const gaps = await mirror.gaps();
    expect(gaps.map(({ kind, source }) => [source, kind])).toEqual([
      ["one", "quarantined"],
      ["two", "quarantined"],
    ]);
    expect(gaps[0]!.reason).toMatch(/can't hold/);
  });

  it.each([
    ["is seen first", (status: string) => status === "pending"],
    ["is stored", (status: string) => status === "stored"],
    ["is told in whatever way", () => true],
  ])(
    "that the ledger refuses when its file %s fails that file alone, and its hour isn't said to be done",
    async (_name, refuses) => {
      const mirror = new Mirror({
        store: refusing((path, status) => isThat(path) && refuses(status)),
        sources: [{ name: "one" }, { name: "two" }],
      });
      threeHours(mirror);
      const { outcome } = await mirror.clock.runUntil(mirror.daybook.run({ once: true }));
      expect(outcome).toBe("gaps");
      const stored = (await mirror.files()).filter(({ status }) => status === "stored");
      expect(stored).toHaveLength(10);
      for await (const slot of mirror.store.slots("one", { start: new Date(0) }))
        expect(slot.path.endsWith("/01") && slot.state === "complete").toBe(false);
    },
  );

  it.each([
    ["once its marker has come", (file: FileRecord) => file.status === "pending" && !file.reason],
    ["in whatever way from then on", (file: FileRecord) => !file.reason?.startsWith("not ready")],
  ])(
    "that the ledger refuses %s fails that file alone in a folder too large to be kept",
    async (_, refuses) => {
      const inner = new MemoryStore();
      const afterTheLast: ReadinessRule = ({ siblings }) =>
        siblings.has("~done") ? undefined : "the last one";
      const record: StateStore["record"] = async (changes, options) => {
        const isRefused = (file: FileRecord) => file.path === "/in/n7.dat" && refuses(file);
        if (changes.some((change) => change.kind === "file" && isRefused(change.file))) throw refusal();
        return inner.record(changes, options);
      };
      const mirror = new Mirror({
        store: { ...bound<StateStore>(inner), record },
        source: { layout: flat("/in", "*.dat"), end: undefined, ready: afterTheLast },
      });
      const old = new Date("2025-01-01T00:00:00Z");
      const files = Array.from({ length: 1_200 }, (_each, n) => `/in/n${n}.dat`);
      for (const path of files) mirror.tree.put(path, path, old);
      // Listed last, so that the files were recorded as waiting for it.
      mirror.tree.put("/in/~done", "", old);
      const { sources } = await mirror.run({ once: true });
      expect(sources[0]).not.toHaveProperty("error", expect.anything());
      expect(Object.keys(mirror.home())).toHaveLength(files.length - 1);
      const left = (await mirror.files()).filter(({ status }) => status !== "stored");
      expect(left.map(({ path }) => path)).toEqual(["/in/n7.dat"]);
    },
  );

  it("of a visit that the ledger refuses keeps its slot back, and nothing else", async () => {
    const inner = new MemoryStore();
    const record: StateStore["record"] = async (changes) => {
      if (changes.some((change) => change.kind === "visit" && change.visit.path.endsWith("/01/01/01")))
        throw refusal();
      return inner.record(changes);
    };
    const mirror = new Mirror({ store: { ...bound<StateStore>(inner), record } });
    threeHours(mirror);
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    expect(Object.keys(mirror.home())).toHaveLength(4);
    expect(mirror.transport.calls.list.length).toBeLessThan(100);
    expect(mirror.of("source-warning")[0]!.detail).toMatch(/ledger refuses/);
    stop.abort();
    expect((await mirror.clock.runUntil(running)).outcome).toBe("stopped");
  });
});

describe("a destination", () => {
  /** Two sources that write to disks of their own; the first one's is in trouble while told so. */
  const twoDisks = (trouble: () => NodeJS.ErrnoException | undefined) => {
    const mirror: Mirror = new Mirror({ sources: [{ name: "one" }, { name: "two" }] });
    const fail = (name: "writeSync" | "openSync" | "mkdirSync") =>
      ((...args: never[]) => {
        const error = opened ? trouble() : undefined;
        if (error) throw error;
        return (mirror.fs[name] as (...all: never[]) => unknown)(...args);
      }) as never;
    let opened = false;
    const fs: LocalFs = {
      ...bound(mirror.fs),
      writeSync: fail("writeSync"),
      openSync: fail("openSync"),
      mkdirSync: fail("mkdirSync"),
    };
    const own = {
      name: "own",
      provides: DestinationToken,
      create: () => {
        const destination = new LocalDestination({ path: "/other", fs });
        const open = destination.open.bind(destination);
        return Object.assign(destination, { open: () => open().finally(() => (opened = true)) });
      },
    };
    const [first, second] = mirror.sourceOptions();
    mirror.restart({ sources: [{ ...first!, plugins: [...first!.plugins, own] }, second!] });
    return mirror;
  };

  it.each(["ENOSPC", "EDQUOT", "ENXIO", "EMFILE", "EROFS"])(
    "that fails with %s makes its own sources wait, says so once, and heals",
    async (code) => {
      let away = true;
      const mirror = twoDisks(() => (away ? Object.assign(new Error(code), { code }) : undefined));
      threeHours(mirror);
      const running = mirror.daybook.run();
      await mirror.clock.advance(HOUR);
      expect(Object.keys(mirror.home())).toHaveLength(6);
      expect(mirror.of("source-finished")).toMatchObject([{ source: "two", outcome: "complete" }]);
      expect(mirror.of("source-paused")).toMatchObject([{ source: "one", because: "destination" }]);
      expect(await mirror.daybook.troubles()).toMatchObject([{ source: "one", cause: "destination" }]);
      expect(mirror.transport.calls.read.length).toBeLessThan(200);
      away = false;
      await mirror.clock.advance(10 * MINUTE);
      expect((await mirror.clock.runUntil(running)).outcome).toBe("complete");
      expect(mirror.of("source-resumed")).toMatchObject([{ source: "one", because: "destination" }]);
      expect(await mirror.daybook.troubles()).toEqual([]);
      const kept = Object.keys(mirror.volume.toJSON("/other")).filter((path) => path.endsWith(".BUFR"));
      expect(kept).toHaveLength(6);
    },
  );
});

describe("a log-in", () => {
  const refused = () => error("auth", { operation: "connect" });
  const twoLogins = (right: { one: boolean; two: boolean }, calls: string[] = []): Mirror => {
    const mirror = new Mirror({ sources: [{ name: "one" }, { name: "two" }] });
    const login = (name: "one" | "two") => ({
      name: "login",
      provides: TransportToken,
      create: () => ({
        ...bound(mirror.transport),
        capabilities: { ...mirror.transport.capabilities, endpoint: `memory://${name}` },
        close: async () => undefined,
        list: async (path: string) => {
          calls.push(name);
          if (!right[name]) throw refused();
          return mirror.transport.list(path);
        },
      }),
    });
    const [first, second] = mirror.sourceOptions();
    const only = (source: typeof first, name: "one" | "two") => ({ ...source!, plugins: [login(name)] });
    mirror.restart({ sources: [only(first, "one"), only(second, "two")] });
    return mirror;
  };

  it("that is refused makes its source wait for minutes, says so once, and heals", async () => {
    const right = { one: false, two: true };
    const calls: string[] = [];
    const mirror = twoLogins(right, calls);
    threeHours(mirror);
    const running = mirror.daybook.run();
    await mirror.clock.advance(4 * MINUTE);
    const asked = calls.filter((name) => name === "one").length;
    expect(asked).toBeLessThanOrEqual(8);
    expect(mirror.of("source-finished")).toMatchObject([{ source: "two" }]);
    await mirror.clock.advance(5 * HOUR);
    expect(calls.filter((name) => name === "one").length - asked).toBeLessThanOrEqual(9);
    const [paused] = mirror.of("source-paused");
    expect(mirror.of("source-paused")).toMatchObject([{ source: "one", because: "login" }]);
    const { error: why, at: since, nextTryAt } = paused!;
    const trouble = { source: "one", cause: "login", kind: "auth", detail: why.detail, since, nextTryAt };
    expect(await mirror.daybook.troubles()).toEqual([trouble]);
    right.one = true;
    await mirror.clock.runUntil(running, { maxTime: 2 * HOUR });
    expect(mirror.of("source-resumed")).toMatchObject([{ source: "one", because: "login" }]);
    expect(await mirror.daybook.troubles()).toEqual([]);
    expect(mirror.of("source-finished").map(({ outcome }) => outcome)).toEqual(["complete", "complete"]);
  });

  it("that is refused to all ends the run at once, and each source says so", async () => {
    const mirror = twoLogins({ one: false, two: false });
    threeHours(mirror);
    const { outcome, sources } = await mirror.run({}, MINUTE);
    expect(outcome).toBe("failed");
    expect(sources.map(({ error }) => error!.kind)).toEqual(["auth", "auth"]);
    expect(
      mirror
        .of("source-failed")
        .map(({ source }) => source)
        .sort(),
    ).toEqual(["one", "two"]);
    // Whoever looks at the ledger later sees it, until a run gets further.
    const stopped = await mirror.restart().troubles();
    expect(stopped.map(({ source, cause, kind }) => [source, cause, kind])).toEqual([
      ["one", "stopped", "auth"],
      ["two", "stopped", "auth"],
    ]);
    await mirror.run({}, MINUTE);
    expect(await mirror.daybook.troubles()).toEqual([]);
  });

  it("that is refused fails its own source, where a run looks once", async () => {
    const mirror = twoLogins({ one: false, two: true });
    threeHours(mirror);
    const { sources } = await mirror.run({ once: true });
    expect(sources.map(({ outcome }) => outcome)).toEqual(["failed", "complete"]);
  });

  it("that is refused later on doesn't end the run", async () => {
    const right = { one: true, two: true };
    const mirror = twoLogins(right);
    threeHours(mirror);
    await mirror.run();
    right.one = false;
    right.two = false;
    await mirror.store.record([
      { kind: "due", source: "one", path: "/L2/RMA1/2025/01/01/00", at: new Date(0) },
    ]);
    const running = mirror.daybook.run();
    await mirror.clock.advance(MINUTE);
    right.one = true;
    expect((await mirror.clock.runUntil(running, { maxTime: 2 * HOUR })).outcome).toBe("complete");
  });
});

describe("a source", () => {
  it("that throws what nobody expected ends alone", async () => {
    const mirror = new Mirror({ sources: [{ name: "one" }, { name: "two" }] });
    threeHours(mirror);
    const [first, second] = mirror.sourceOptions();
    const layout = {
      ...bound(first!.layout),
      root: first!.layout.root,
      slots: () => {
        throw new TypeError("boom");
      },
    };
    mirror.restart({ sources: [{ ...first!, layout }, second!] });
    const { sources } = await mirror.run();
    expect(sources.map(({ outcome }) => outcome)).toEqual(["failed", "complete"]);
  });
});

describe("a server's words", () => {
  it("are cut where they become an error, and so in the ledger, the log and the reasons", async () => {
    const words = `550 ${"x".repeat(60_000)}`;
    const mirror = new Mirror({
      faults: {
        onRead: () => ({ fail: new DaybookError("busy", words, { operation: "read" }) }),
        onList: (path) => (path.endsWith("/02") ? { fail: new DaybookError("protocol", words) } : undefined),
      },
    });
    threeHours(mirror);
    for (let n = 0; n < 5; n++) {
      await mirror.run({ once: true });
      await mirror.clock.advance(10 * MINUTE);
    }
    const written = JSON.stringify([await mirror.files(), await mirror.gaps(), await events(mirror, true)]);
    expect(written.length).toBeLessThan(20_000);
    for (const { error: said } of mirror.of("file-failed")) expect(said.message.length).toBeLessThan(1000);
  });
});

const isThat = (path: string) => path.includes("/01/3510/");

const refusal = () => new DaybookError("store", "its number is out of range", { code: "record-refused" });

/** A ledger that can't keep some records of files. */
function refusing(refuses: (path: string, status: string) => boolean): StateStore {
  const inner = new MemoryStore();
  const record: StateStore["record"] = async (changes) => {
    if (changes.some((change) => change.kind === "file" && refuses(change.file.path, change.file.status)))
      throw refusal();
    return inner.record(changes);
  };
  return { ...bound<StateStore>(inner), record };
}

/** What was told of every file and slot. */
async function events(mirror: Mirror, details = false): Promise<string[]> {
  const all: string[] = [];
  const paths = (await mirror.files()).map(({ path }) => path);
  for (const path of [...paths, "/L2/RMA1/2025/01/01/02"])
    for await (const { what, detail } of mirror.store.events("RMA1", path))
      all.push(details ? `${detail}` : what);
  return all;
}
