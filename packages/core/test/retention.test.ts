import { DaybookError, flat, type LetGo, type StateStore } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { collect, HOUR, Mirror, put, radarPath, type MirrorOptions } from "./support/mirror.js";

const DAY = 24 * HOUR;
const A = radarPath("2025-01-01T00:05:10Z");
const B = radarPath("2025-01-01T01:05:10Z");
const home = (path: string) => path.replace("/L2/", "/home/");
const local = (path: string) => path.replace("/L2/", "");

/** Two files, stored by a source that keeps all, on 20 January. */
async function mirrored(options: MirrorOptions = {}): Promise<Mirror> {
  const mirror = new Mirror({ source: { end: "2025-01-01T02:00:00Z" }, ...options });
  put(mirror, "2025-01-01T00:05:10Z", "aaaa");
  put(mirror, "2025-01-01T01:05:10Z", "bbbb");
  await mirror.run();
  return mirror;
}

/** The same after a restart with a source that keeps nothing of that age. */
async function expired(options?: MirrorOptions): Promise<Mirror> {
  const mirror = await mirrored(options);
  mirror.restart({ source: { keep: 10 * DAY } });
  await mirror.run();
  return mirror;
}

const statuses = async (mirror: Mirror) => (await mirror.files()).map(({ status }) => status);
const reads = (mirror: Mirror) => mirror.transport.calls.read.length;
const clean = (mirror: Mirror, dryRun = false): Promise<LetGo[]> =>
  mirror.clock.runUntil(collect(mirror.daybook.clean({ dryRun })));

describe("a file older than its source keeps files", () => {
  it("is deleted with its empty folders, and its row, hash and hour stay as they were", async () => {
    const mirror = await mirrored();
    const before = await mirror.files();
    mirror.restart({ source: { keep: 10 * DAY } });
    const { outcome, sources } = await mirror.run();
    expect([outcome, sources[0]!.fetched.files]).toEqual(["complete", 0]);
    expect(mirror.home()).toEqual({});
    expect(mirror.volume.existsSync("/home/RMA1")).toBe(false);
    const after = await mirror.files();
    for (const [i, file] of after.entries()) {
      const { sha256, size, storedAt, version } = before[i]!;
      expect(file).toMatchObject({ status: "expired", sha256, size, storedAt, version });
      expect(file.location).toBeUndefined();
    }
    expect(sources[0]!.summary).toMatchObject({
      slots: { complete: 2 },
      settled: 2,
      files: { stored: 0, expired: 2, bytes: 0 },
    });
    expect(mirror.of("files-expired")).toMatchObject([{ files: 2, bytes: 8 }]);
    expect(await mirror.gaps()).toEqual([]);
  });

  it("is never fetched again by itself: not after a restart, a late visit, a check or a change", async () => {
    const mirror = await expired();
    const fetched = reads(mirror);
    const relist = async () => {
      const [hour] = A.match(/.*\/00/)!;
      await mirror.daybook.retry({ paths: [hour] });
      mirror.restart({ source: { keep: 10 * DAY } });
      await mirror.run();
    };
    await relist();
    expect(await collect(mirror.daybook.verify())).toEqual([]);
    expect(await collect(mirror.daybook.verify({ repair: true }))).toEqual([]);
    await mirror.run();
    put(mirror, "2025-01-01T00:05:10Z", "a newer version");
    await relist();
    expect(reads(mirror)).toBe(fetched);
    expect(mirror.home()).toEqual({});
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
    const [told] = await mirror.daybook.explain(A);
    expect(told!.events.map(({ what }) => what)).toContain("change-ignored");
    expect(told!.story.join(" ")).toMatch(/Version 1 was stored at .*It was let go: it was deleted at/);
  });

  it("is not fetched again by itself when its source keeps files for longer, nor is a newer version", async () => {
    const mirror = await expired();
    put(mirror, "2025-01-01T00:05:10Z", "a newer version");
    for (const path of [A, B]) await mirror.daybook.retry({ paths: [path.match(/.*\/\d\d(?=\/)/)![0]] });
    mirror.restart({ source: { keep: 100 * DAY } });
    const { sources } = await mirror.run();
    expect(sources[0]!.fetched.files).toBe(0);
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
    await mirror.daybook.retry({ paths: [A] });
    mirror.restart({ source: { keep: 100 * DAY } });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "a newer version" });
  });

  it("is not fetched when it is that old before it is seen, and its hour is settled", async () => {
    const mirror = new Mirror({ source: { end: "2025-01-01T02:00:00Z", keep: 10 * DAY } });
    put(mirror, "2025-01-01T00:05:10Z", "aaaa");
    put(mirror, "2025-01-01T01:05:10Z", "bbbb");
    expect((await mirror.run()).outcome).toBe("complete");
    expect(reads(mirror)).toBe(0);
    expect(await mirror.files()).toMatchObject(
      [
        { status: "expired", version: 0, reason: /older than its source keeps files when it was first seen/ },
        { status: "expired", version: 0 },
      ].map((file) => ({
        ...file,
        ...("reason" in file && { reason: expect.stringMatching(file.reason!) }),
      })),
    );
    // Kept for longer, what was passed over is fetched once its hour is looked at again.
    mirror.restart({ source: { keep: 100 * DAY } });
    await mirror.daybook.retry({ paths: [A.match(/.*\/00/)![0]] });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "aaaa" });
  });

  it("that became so while it waited is not fetched any more", async () => {
    const mirror = new Mirror({
      source: {
        end: "2025-01-01T02:00:00Z",
        keep: 20 * DAY,
        retryDelay: 5 * DAY,
        maxRetryDelay: 5 * DAY,
        poll: HOUR,
      },
      faults: { onRead: () => ({ fail: new DaybookError("not-found", "try later") }) },
    });
    put(mirror, "2025-01-01T00:05:10Z", "aaaa");
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(await mirror.files()).toMatchObject([{ status: "expired", version: 0 }]);
    expect(reads(mirror)).toBe(1);
  });

  it("is let go in the hour it becomes so, by a run that goes on", async () => {
    const mirror = await mirrored();
    mirror.restart({ source: { keep: 19 * DAY + 2 * HOUR, end: undefined } });
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    expect(Object.keys(mirror.home())).toEqual([local(A), local(B)]);
    await mirror.clock.advance(2 * HOUR + 60_000);
    expect(Object.keys(mirror.home())).toEqual([local(B)]);
    await mirror.clock.advance(HOUR);
    expect(mirror.home()).toEqual({});
    stop.abort();
    await mirror.clock.runUntil(running);
  });

  it("comes back when it is asked for by its path, is kept as long again, and then let go", async () => {
    const mirror = await expired();
    expect(await mirror.daybook.retry()).toEqual({ files: 0, slots: 0 });
    expect(await mirror.daybook.retry({ paths: [A] })).toEqual({ files: 1, slots: 0 });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "aaaa" });
    expect(await clean(mirror)).toEqual([]);
    await mirror.clock.advance(9 * DAY);
    await mirror.run({ trustClock: true });
    expect(mirror.home()).toEqual({ [local(A)]: "aaaa" });
    await mirror.clock.advance(2 * DAY);
    await mirror.run({ trustClock: true });
    expect(mirror.home()).toEqual({});
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
    const [told] = await mirror.daybook.explain(A);
    expect(told!.events.find(({ what }) => what === "retried")!.detail).toMatch(
      /version 1 was sha256 [0-9a-f]{64}/,
    );
  });

  it("comes back with all of its hour where that is asked for", async () => {
    const mirror = await expired();
    const paths = [A.match(/.*\/00/)![0]];
    expect(await mirror.daybook.retry({ paths, expired: true })).toEqual({ files: 1, slots: 1 });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "aaaa" });
  });

  it("comes back where a time is asked for that holds it, not with all of an hour that the time cuts", async () => {
    const mirror = await expired();
    const until = (end: string) =>
      mirror.daybook.retry({ expired: true, range: { start: new Date(0), end: new Date(end) } });
    expect(await until("2025-01-01T00:05:00Z")).toEqual({ files: 0, slots: 0 });
    expect(await until("2025-01-01T01:05:00Z")).toEqual({ files: 1, slots: 0 });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "aaaa" });
  });

  it("that was asked for and is not at the source any more makes no gap", async () => {
    const mirror = await expired();
    mirror.tree.remove(A);
    await mirror.daybook.retry({ paths: [A] });
    expect((await mirror.run()).outcome).toBe("complete");
    expect(await mirror.files()).toMatchObject([{ status: "expired", path: A }, { status: "expired" }]);
    expect(await mirror.gaps()).toEqual([]);
  });

  it("does not take the place of what somebody put there when it comes back", async () => {
    const mirror = await expired();
    mirror.volume.mkdirSync(home(A).replace(/\/[^/]*$/, ""), { recursive: true });
    mirror.volume.writeFileSync(home(A), "mine");
    await mirror.daybook.retry({ paths: [A] });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "mine" });
    expect((await mirror.files())[0]).toMatchObject({ status: "quarantined" });
  });
});

describe("what is not the stored file is left alone", () => {
  it("where somebody replaced it, and says so", async () => {
    const mirror = await mirrored();
    mirror.volume.writeFileSync(home(A), "mine");
    mirror.restart({ source: { keep: 10 * DAY } });
    await mirror.run();
    expect(mirror.home()).toEqual({ [local(A)]: "mine" });
    expect(mirror.of("files-left")).toMatchObject([{ files: 1, location: local(A) }]);
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
    const [told] = await mirror.daybook.explain(A);
    expect(told!.events.map(({ what }) => what)).toContain("left-alone");
    const wrong = await collect(mirror.daybook.verify());
    expect(wrong).toMatchObject([{ kind: "unrecorded", location: local(A) }]);
  });

  it("unless it has the very same bytes", async () => {
    const mirror = await mirrored();
    mirror.volume.writeFileSync(home(A), "aaaa");
    mirror.restart({ source: { keep: 10 * DAY } });
    await mirror.run();
    expect(mirror.home()).toEqual({});
  });

  it("where a symbolic link leads to it, and it stays stored", async () => {
    const mirror = await mirrored();
    mirror.volume.renameSync("/home/RMA1/2025/01/01/00", "/elsewhere");
    mirror.volume.symlinkSync("/elsewhere", "/home/RMA1/2025/01/01/00");
    mirror.restart({ source: { keep: 10 * DAY } });
    expect(await clean(mirror)).toMatchObject([
      { path: A, outcome: "refused", detail: expect.stringMatching(/symbolic link/) },
      { path: B, outcome: "deleted", bytes: 4 },
    ]);
    expect(Object.values(mirror.volume.toJSON("/elsewhere"))).toEqual(["aaaa"]);
    expect(await statuses(mirror)).toEqual(["stored", "expired"]);
  });

  it("where the ledger names a place outside the destination", async () => {
    const mirror = await mirrored();
    mirror.volume.writeFileSync("/precious", "aaaa");
    const [file] = await mirror.files();
    for (const location of ["../precious", "/precious", "RMA1/../../precious", ".daybook/parts/x"]) {
      await mirror.store.record([{ kind: "file", file: { ...file!, location, sha256: file!.sha256 } }]);
      mirror.volume.writeFileSync("/home/.daybook/parts/x", "aaaa");
      mirror.restart({ source: { keep: 10 * DAY } });
      const [first] = await clean(mirror);
      expect(first).toMatchObject({ location });
      expect(first!.outcome).not.toBe("deleted");
    }
    expect(mirror.volume.readFileSync("/precious", "utf8")).toBe("aaaa");
    expect(mirror.volume.readFileSync("/home/.daybook/parts/x", "utf8")).toBe("aaaa");
  });
});

describe("a program that dies", () => {
  /** A ledger that takes no expired files. */
  function forgetful(inner: StateStore): StateStore {
    return new Proxy(inner, {
      get: (_, key: keyof StateStore) => {
        const own = inner[key] as (...args: unknown[]) => unknown;
        if (key !== "record") return typeof own === "function" ? own.bind(inner) : own;
        return async (changes: Parameters<StateStore["record"]>[0]) => {
          if (changes.some((change) => change.kind === "file" && change.file.status === "expired"))
            throw new DaybookError("store", "killed");
          return inner.record(changes);
        };
      },
    });
  }

  it("between deleting and recording causes no fetch, no loss and no false alarm", async () => {
    const mirror = await mirrored();
    mirror.restart({ source: { keep: 10 * DAY }, store: forgetful(mirror.store) });
    expect((await mirror.run()).outcome).toBe("failed");
    expect(mirror.home()).toEqual({});
    expect(await statuses(mirror)).toEqual(["stored", "stored"]);
    const fetched = reads(mirror);
    mirror.restart({ source: { keep: 10 * DAY } });
    expect(await collect(mirror.daybook.verify())).toEqual([]);
    expect(await collect(mirror.daybook.verify({ repair: true }))).toEqual([]);
    expect((await mirror.run()).outcome).toBe("complete");
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
    expect(reads(mirror)).toBe(fetched);
  });

  it("between naming and recording leaves nothing that would stay for ever, and what isn't ours", async () => {
    const mirror = await mirrored();
    const [first] = await mirror.files();
    const [, hour] = /^(.*\/00)\//.exec(A)!;
    const named = async () => {
      const { sha256: _, storedAt: __, ...file } = first!;
      await mirror.store.record([
        { kind: "file", file: { ...file, status: "pending", version: 0 } },
        { kind: "due", source: "RMA1", path: hour!, at: mirror.clock.now() },
      ]);
      mirror.restart({ source: { keep: 18.97 * DAY } });
      await mirror.run();
      expect((await mirror.files())[0]!.status).toBe("expired");
    };
    await named();
    expect(mirror.volume.existsSync(home(A))).toBe(false);
    expect(Object.keys(mirror.home())).toEqual([local(B)]);
    mirror.volume.mkdirSync(home(A).replace(/\/[^/]*$/, ""), { recursive: true });
    mirror.volume.writeFileSync(home(A), "somebody else's");
    await named();
    expect(mirror.volume.existsSync(home(A))).toBe(true);
  });

  it("with its machine leaves missing files that are too old to be fetched again", async () => {
    const mirror = await mirrored();
    mirror.volume.unlinkSync(home(A));
    mirror.volume.writeFileSync("/home/.daybook/open-999999999-x", "");
    mirror.volume.utimesSync("/home/.daybook/open-999999999-x", mirror.clock.now(), mirror.clock.now());
    const fetched = reads(mirror);
    mirror.restart({ source: { keep: 10 * DAY } });
    await mirror.run();
    expect(reads(mirror)).toBe(fetched);
    expect(await statuses(mirror)).toEqual(["expired", "expired"]);
  });
});

describe("clean", () => {
  it("tells what it would do, does nothing when told so, and then just that", async () => {
    const mirror = await mirrored();
    mirror.restart({ source: { keep: 10 * DAY } });
    const told = await clean(mirror, true);
    expect(told.map(({ path, outcome, bytes }) => [path, outcome, bytes])).toEqual([
      [A, "would-be-deleted", 4],
      [B, "would-be-deleted", 4],
    ]);
    expect(mirror.home()).toEqual(mirror.remote());
    expect(await statuses(mirror)).toEqual(["stored", "stored"]);
    expect(told[0]!.detail).toBe("it would be deleted: it is older than its source keeps files");
    const done = await clean(mirror);
    expect(done.map(({ path, outcome, bytes }) => [path, outcome, bytes])).toEqual([
      [A, "deleted", 4],
      [B, "deleted", 4],
    ]);
    expect(mirror.home()).toEqual({});
    expect(await clean(mirror)).toEqual([]);
  });

  it("leaves what its source keeps for ever, and what is younger", async () => {
    const mirror = await mirrored();
    expect(await clean(mirror)).toEqual([]);
    mirror.restart({ source: { keep: 19 * DAY } });
    expect(await clean(mirror)).toEqual([]);
    mirror.restart({ source: { keep: 18 * DAY + 23 * HOUR } });
    expect((await clean(mirror)).map(({ path }) => path)).toEqual([A]);
  });

  it.each([
    ["2025-01-01T01:00:00Z", undefined, [B]],
    ["2025-01-01T00:30:00Z", undefined, [B]],
    [undefined, "2025-01-01T01:00:00Z", [A]],
    [undefined, "2025-01-01T01:05:10Z", [A]],
    [undefined, "2025-01-01T01:05:11Z", [A, B]],
    ["2025-01-01T00:05:10Z", "2025-01-01T01:05:10Z", [A]],
    ["2025-01-01T00:30:00Z", "2025-01-01T01:00:00Z", []],
  ])(
    "lets go only what was observed from %s to %s, be it in the middle of an hour",
    async (from, to, gone) => {
      const mirror = await mirrored();
      mirror.restart({ source: { keep: 10 * DAY } });
      const range = { start: from ? new Date(from) : undefined, end: to ? new Date(to) : undefined };
      const told = await mirror.clock.runUntil(collect(mirror.daybook.clean({ range })));
      expect(told.map(({ path }) => path)).toEqual(gone);
      const left = [A, B].filter((path) => !gone.includes(path)).map(local);
      expect(Object.keys(mirror.home())).toEqual(left);
    },
  );

  it("goes by when a file was first seen where its path says nothing of time", async () => {
    const mirror = new Mirror({ source: { layout: flat("/L2", "*.txt"), end: "2025-01-02T00:00:00Z" } });
    mirror.tree.put("/L2/a.txt", "aaaa", new Date("2025-01-01T00:00:00Z"));
    await mirror.run();
    mirror.restart({ source: { layout: flat("/L2", "*.txt"), end: "2025-01-02T00:00:00Z", keep: HOUR } });
    await mirror.clock.advance(2 * HOUR);
    const until = (end: string) =>
      mirror.clock.runUntil(collect(mirror.daybook.clean({ range: { end: new Date(end) } })));
    expect(await until("2025-01-01T12:00:00Z")).toEqual([]);
    expect(await until("2025-01-21T00:00:00Z")).toMatchObject([{ path: "/L2/a.txt", outcome: "deleted" }]);
  });

  it("is not fetched again by itself where its path says nothing of time and the server touches it", async () => {
    const layout = flat("/L2", "*.txt");
    const mirror = new Mirror({ source: { layout, end: "2025-03-01T00:00:00Z" } });
    mirror.tree.put("/L2/a.txt", "aaaa", new Date("2025-01-01T00:00:00Z"));
    const stop = new AbortController();
    mirror.restart({ source: { layout, end: "2025-03-01T00:00:00Z", keep: HOUR } });
    const run = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(3 * HOUR);
    expect(await statuses(mirror)).toEqual(["expired"]);
    mirror.tree.put("/L2/a.txt", "aaaa", mirror.clock.now());
    await mirror.clock.advance(HOUR / 4);
    mirror.tree.put("/L2/a.txt", "another", mirror.clock.now());
    await mirror.clock.advance(HOUR / 4);
    stop.abort();
    await mirror.clock.runUntil(run);
    expect(reads(mirror)).toBe(1);
    expect(await statuses(mirror)).toEqual(["expired"]);
    const [told] = await mirror.daybook.explain("/L2/a.txt");
    expect(told!.events.filter(({ what }) => what === "change-ignored")).toHaveLength(2);
  });

  it("gives way to a run that is under way", async () => {
    const mirror = await mirrored();
    mirror.restart({ source: { keep: 10 * DAY } });
    await mirror.store.lease("crawl:RMA1", "another", 60_000, mirror.clock.now());
    await expect(clean(mirror)).rejects.toMatchObject({ kind: "busy" });
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("lets thousands go in batches", async () => {
    const mirror = new Mirror({ source: { end: "2025-01-01T01:00:00Z" } });
    for (let i = 0; i < 1_000; i++) put(mirror, "2025-01-01T00:05:10Z", `${i}`, `F${i}`);
    await mirror.run();
    mirror.restart({ source: { keep: 10 * DAY } });
    expect(await clean(mirror)).toHaveLength(1_000);
    expect(mirror.volume.existsSync("/home/RMA1")).toBe(false);
  });
});
