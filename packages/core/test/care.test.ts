import { createHash } from "node:crypto";
import { bufr, DaybookError, type Discrepancy, type FileRecord } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { collect, HOUR, Mirror, put, radarPath } from "./support/mirror.js";

const A = radarPath("2025-01-01T00:05:10Z");
const B = radarPath("2025-01-01T01:05:10Z");
const home = (path: string) => path.replace("/L2/", "/home/");

async function mirrored(): Promise<Mirror> {
  const mirror = new Mirror();
  put(mirror, "2025-01-01T00:05:10Z", "aaaa");
  put(mirror, "2025-01-01T01:05:10Z", "bbbb");
  put(mirror, "2025-01-01T02:05:10Z", "cccc");
  await mirror.run();
  return mirror;
}

const verify = (mirror: Mirror, repair = false): Promise<Discrepancy[]> =>
  collect(mirror.daybook.verify({ repair }));

describe("verify", () => {
  it("finds nothing wrong where nothing is", async () => {
    const mirror = await mirrored();
    let checked = 0;
    expect(await collect(mirror.daybook.verify({ checked: () => checked++ }))).toEqual([]);
    expect(checked).toBe(3);
  });

  it("finds what is lost, damaged and unrecorded", async () => {
    const mirror = await mirrored();
    const damaged = mirror.volume.statSync(home(B));
    mirror.volume.unlinkSync(home(A));
    mirror.volume.writeFileSync(home(B), "bBbb");
    mirror.volume.utimesSync(home(B), damaged.mtime, damaged.mtime);
    mirror.volume.writeFileSync("/home/RMA1/2025/stranger", "?");
    mirror.volume.writeFileSync("/home/elsewhere", "not below a source");
    expect((await verify(mirror)).map(({ kind, location }) => `${kind} ${location}`)).toEqual([
      `lost ${A.slice("/L2/".length)}`,
      `damaged ${B.slice("/L2/".length)}`,
      "unrecorded RMA1/2025/stranger",
    ]);
  });

  it("doesn't take a version that a crawl brings meanwhile for damage", async () => {
    const mirror = await mirrored();
    const checked = (file: FileRecord): void => {
      mirror.volume.writeFileSync(home(file.path), "new");
      const sha256 = createHash("sha256").update("new").digest("hex");
      void mirror.store.record([{ kind: "file", file: { ...file, version: 2, sha256 } }]);
    };
    expect(await collect(mirror.daybook.verify({ repair: true, checked }))).toEqual([]);
    expect(Object.values(mirror.home())).toEqual(["new", "new", "new"]);
  });

  it("has what is lost or damaged fetched again where it is to repair, and removes no stranger", async () => {
    const mirror = await mirrored();
    const { mtime } = mirror.volume.statSync(home(B));
    mirror.volume.unlinkSync(home(A));
    mirror.volume.writeFileSync(home(B), "bBbb");
    mirror.volume.utimesSync(home(B), mtime, mtime);
    mirror.volume.writeFileSync("/home/RMA1/2025/stranger", "?");
    await verify(mirror, true);
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(2);
    expect(mirror.home()).toEqual({ ...mirror.remote(), "RMA1/2025/stranger": "?" });
    expect((await verify(mirror)).map(({ kind }) => kind)).toEqual(["unrecorded"]);
    // What was damaged may be all there is, if the source no longer has the file.
    expect(mirror.volume.readFileSync(`/home/.daybook/damaged/${B.slice("/L2/".length)}`, "utf8")).toBe(
      "bBbb",
    );
  });

  it("brings back the same version, unless it was published again meanwhile", async () => {
    const mirror = await mirrored();
    mirror.volume.writeFileSync(home(A), "aAaa");
    mirror.volume.unlinkSync(home(B));
    await verify(mirror, true);
    mirror.tree.put(B, "bbbb", new Date("2025-01-02T00:00:00Z"));
    await mirror.run();
    const versions = (await mirror.files()).map(({ path, version }) => [path, version]);
    expect(Object.fromEntries(versions)).toMatchObject({ [A]: 1, [B]: 2 });
    const told = async (path: string) =>
      (await collect(mirror.store.events("RMA1", path))).map(({ what }) => what);
    expect(await told(A)).toEqual(["damaged", "restored"]);
    expect(await told(B)).toEqual(["lost", "changed", "new-version"]);
  });
});

describe("retry", () => {
  it("puts a file that was given up back in the queue", async () => {
    const mirror = new Mirror({ source: { maxAttempts: 1 } });
    put(mirror, "2025-01-01T00:05:10Z", "aaaa");
    mirror.transport.faults = { onRead: () => ({ lieShort: 2 }) };
    await mirror.run();
    expect((await mirror.files())[0]!.status).toBe("quarantined");
    mirror.transport.faults = {};
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(0);
    expect(await mirror.daybook.retry({ paths: ["/another"] })).toEqual({
      files: 0,
      slots: 0,
      refused: [{ path: "/another", reason: "the ledger doesn't know it" }],
    });
    expect(await mirror.daybook.retry()).toEqual({ files: 1, slots: 0 });
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(1);
    expect((await mirror.files())[0]).toMatchObject({ status: "stored", attempts: 0 });
  });

  it("has an hour listed again that was settled long ago, when it is named", async () => {
    const mirror = await mirrored();
    put(mirror, "2025-01-01T00:45:10Z", "later than any revisit");
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(3);
    expect(await mirror.daybook.retry({ paths: ["/L2/RMA1/2025/01/01/00"] })).toEqual({ files: 0, slots: 1 });
    expect(await mirror.daybook.retry({ paths: ["/L2/RMA1/2025/01/01/00//"] })).toEqual({
      files: 0,
      slots: 1,
    });
    await mirror.run();
    expect(mirror.home()).toEqual(mirror.remote());
  });

  it("is noticed by a crawl that is running", async () => {
    const mirror = new Mirror({ source: { maxAttempts: 1, end: undefined }, now: "2025-01-05T00:00:00Z" });
    put(mirror, "2025-01-01T00:05:10Z", "aaaa");
    mirror.transport.faults = { onRead: () => ({ lieShort: 2 }) };
    const stop = new AbortController();
    const running = mirror.daybook.run({ signal: stop.signal });
    await mirror.clock.advance(HOUR);
    mirror.transport.faults = {};
    await mirror.daybook.retry();
    await mirror.clock.advance(2 * 60_000);
    expect(mirror.home()).toEqual(mirror.remote());
    stop.abort();
    await mirror.clock.runUntil(running);
  });
});

describe("explain", () => {
  const story = async (mirror: Mirror, path: string) =>
    (await mirror.daybook.explain(path)).map((one) => one.story.join(" ")).join("\n");

  it("tells of a stored file where it is and when it came", async () => {
    const mirror = await mirrored();
    expect(await story(mirror, A)).toMatch(
      /Version 1 was stored at .* as RMA1\/2025\/01\/01\/00\/0510\/.*SHA-256/,
    );
  });

  it("tells of a file by where it landed, wherever that is mounted", async () => {
    const mirror = await mirrored();
    const told = await story(mirror, A);
    for (const path of [home(A), `.${home(A)}`, A.replace("/L2/", "D:\\data\\").replaceAll("/", "\\")])
      expect(await story(mirror, path)).toBe(told);
    expect(await story(mirror, "/home/RMA1/elsewhere")).toBe("");
    expect(await story(mirror, "/home/RMA1/2025/01/01/01/")).toMatch(/state is complete: 1 stored/);
  });

  it("tells of a file that was given up what happened each time", async () => {
    const mirror = new Mirror({ inspectors: [bufr()], source: { maxAttempts: 2 } });
    put(mirror, "2025-01-01T00:05:10Z", "no radar data");
    await mirror.run();
    const [told] = await mirror.daybook.explain(A);
    expect(told!.events.map(({ what }) => what)).toEqual(["failed", "quarantined"]);
    expect(told!.story.join(" ")).toMatch(/2 attempts .* failed. It was given up: .*BUFR/);
  });

  it("tells of a file nobody has seen why not", async () => {
    const mirror = await mirrored();
    expect(await story(mirror, radarPath("2025-01-01T00:59:59Z"))).toMatch(
      /doesn't know it; it would be in .*\/00\. The directory was last listed/,
    );
    expect(await story(mirror, radarPath("2024-01-01T00:00:00Z"))).toMatch(/outside the source's range/);
    mirror.restart({ source: { select: ({ attributes }) => attributes.field !== "ZDR" } });
    expect(await story(mirror, radarPath("2025-01-01T00:59:59Z", "ZDR"))).toMatch(/`select` leaves it out/);
  });

  it("tells of an hour when it was listed, how it stands and what comes next", async () => {
    const down = new DaybookError("timeout", "no answer in 30 s");
    const mirror = new Mirror({
      faults: { onList: (path) => (path.endsWith("/01") ? { fail: down } : undefined) },
    });
    await mirror.run({ once: true });
    expect(await story(mirror, "/L2/RMA1/2025/01/01/01")).toMatch(
      /failed \(1 in a row\): no answer in 30 s.*state is failed.*due to be listed at/,
    );
    expect(await story(mirror, "/L2/RMA1/2025/01/01/00/")).toMatch(
      /no such directory.*not due to be listed again/,
    );
    expect(await story(mirror, "/nothing/of/ours")).toBe("");
  });

  it("tells of an hour outside the source's range that it is, and what the range is", async () => {
    const mirror = new Mirror();
    const outside =
      "It is not listed: it is outside the source's range, 2025-01-01T00:00:00Z to 2025-01-01T03:00:00Z.";
    for (const hour of ["2024/12/31/23", "2025/01/01/03/", "2031/07/01/00"])
      expect(await story(mirror, `/L2/RMA1/${hour}`)).toBe(outside);
    expect(await story(mirror, "/L2/RMA1/2025/01/01/02")).toMatch(/never listed/);
    for (const no of ["2025/01/01/24", "2025/02/30/00", "2025/01/01", ""])
      expect(await story(mirror, `/L2/RMA1/${no}`)).toBe("");
    mirror.restart({ source: { end: undefined } });
    expect(await story(mirror, "/L2/RMA1/2024/12/31/23")).toBe(
      "It is not listed: it is outside the source's range, 2025-01-01T00:00:00Z and later.",
    );
    expect(await story(mirror, "/L2/RMA1/2031/07/01/00")).toMatch(/due to be listed at 2031-07-01T00:00:00Z/);
  });
});

describe("after the machine stopped", () => {
  it("recently stored files that are gone or short are fetched again, and no others are looked at", async () => {
    const mirror = await mirrored();
    mirror.volume.unlinkSync(home(A));
    mirror.volume.writeFileSync(home(B), "");
    mirror.volume.writeFileSync("/home/.daybook/open-999999999-x", "");
    // The marker's time is the machine's own; the ledger's is the test's.
    mirror.volume.utimesSync("/home/.daybook/open-999999999-x", mirror.clock.now(), mirror.clock.now());
    mirror.restart();
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(2);
    expect(mirror.home()).toEqual(mirror.remote());
    mirror.volume.unlinkSync(home(A));
    mirror.volume.writeFileSync("/home/.daybook/open-999999999-x", "");
    mirror.restart();
    expect((await mirror.run()).sources[0]!.fetched.files).toBe(0);
  });
});
