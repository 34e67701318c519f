import { selectBy } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { Mirror, put, threeHours } from "./support/mirror.js";

describe("a range of the past", () => {
  it("comes home identical, and the ledger says so", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    const { outcome, sources } = await mirror.run();
    expect(outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    expect(sources[0]!.fetched.files).toBe(6);
    expect(sources[0]!.summary).toMatchObject({
      settled: 3,
      slots: { complete: 3 },
      files: { stored: 6, pending: 0 },
    });
    expect(mirror.parts()).toEqual([]);
  });

  it("is not fetched a second time", async () => {
    const mirror = new Mirror();
    threeHours(mirror);
    await mirror.run();
    const reads = mirror.transport.calls.read.length;
    mirror.restart();
    const again = await mirror.run();
    expect(again).toMatchObject({ outcome: "complete", sources: [{ fetched: { files: 0, bytes: 0 } }] });
    expect(mirror.transport.calls.read.length).toBe(reads);
  });

  it("tells an hour that is missing at the source from one that is empty and one whose listing fails", async () => {
    const mirror = new Mirror({
      source: { end: "2025-01-01T04:00:00Z" },
      faults: { onList: (path) => (path.endsWith("/03") ? { fail: error("timeout") } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    mirror.tree.makeDirectory("/L2/RMA1/2025/01/01/02");
    const { outcome } = await mirror.run({ once: true });
    expect(outcome).toBe("gaps");
    expect((await mirror.gaps()).map(({ kind, start }) => `${start.getUTCHours()} ${kind}`)).toEqual([
      "1 missing",
      "2 empty",
      "3 failed",
    ]);
  });

  it("is taken exactly from start to end, where slots cross the edges", async () => {
    const mirror = new Mirror({ source: { start: "2025-01-01T00:30:00Z", end: "2025-01-01T02:10:00Z" } });
    for (const time of ["00:29:59", "00:30:00", "02:09:59", "02:10:00"]) put(mirror, `2025-01-01T${time}Z`);
    expect((await mirror.run()).outcome).toBe("gaps");
    expect(Object.keys(mirror.home()).map((path) => path.slice(-11))).toEqual(
      ["3000Z.BUFR", "0959Z.BUFR"].map((s) => expect.stringContaining(s)),
    );
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["missing"]);
  });

  it("is looked at again where a later run covers more of a slot", async () => {
    const mirror = new Mirror({ source: { end: "2025-01-01T00:30:00Z" } });
    put(mirror, "2025-01-01T00:05:10Z");
    put(mirror, "2025-01-01T00:35:10Z");
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(1);
    mirror.restart({ source: { end: "2025-01-01T01:00:00Z" } });
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("a selection", () => {
  it("takes what it names, and a wider one later takes the rest of hours that were complete", async () => {
    const mirror = new Mirror({
      source: { end: "2025-01-01T01:00:00Z", select: selectBy({ field: ["DBZH"] }) },
    });
    put(mirror, "2025-01-01T00:05:10Z", "a", "DBZH");
    put(mirror, "2025-01-01T00:05:10Z", "b", "VRAD");
    expect((await mirror.run()).outcome).toBe("complete");
    expect(Object.values(mirror.home())).toEqual(["a"]);
    mirror.restart({ source: { select: selectBy({ field: ["DBZH", "VRAD"] }) } });
    expect((await mirror.gaps()).map(({ kind }) => kind)).toEqual(["unseen"]);
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual(mirror.remote());
    const listed = mirror.transport.calls.list.length;
    mirror.restart({ source: { select: selectBy({ field: ["DBZH", "VRAD"] }) } });
    await mirror.run();
    expect(mirror.transport.calls.list.length).toBe(listed);
  });
});

describe("names", () => {
  it("that are hostile stay where they are, are counted and shown, and the rest comes home", async () => {
    const mirror = new Mirror();
    put(mirror, "2025-01-01T00:05:10Z");
    const directory = "/L2/RMA1/2025/01/01/00/0510";
    for (const name of ["..", "../../evil", "a\nb", "/etc/passwd", "x\0y", "..\\evil", "C:evil"])
      mirror.tree.plant(directory, { name, type: "file", size: 1 });
    mirror.tree.put(`${directory}/README.txt`, "not ours");
    mirror.tree.makeDirectory(`${directory}/RMA1_0315_01_VRAD_20250101T000510Z.BUFR`);
    await mirror.run();
    expect(Object.keys(mirror.home())).toHaveLength(1);
    const [status] = await mirror.daybook.status();
    expect(status!.summary.skipped).toBe(9);
    for (const { names } of status!.oddities) for (const name of names) expect(name).not.toMatch(/[\n\0]/);
  });

  it("in a listing line that can't be read keep the hour from being complete, but don't hold it up", async () => {
    const mirror = new Mirror({
      faults: { onList: (path) => (path.endsWith("/00") ? { unreadable: ["-rw-r--r-- ???"] } : undefined) },
    });
    put(mirror, "2025-01-01T00:05:10Z");
    expect((await mirror.run()).outcome).toBe("gaps");
    expect((await mirror.gaps())[0]).toMatchObject({
      kind: "unreadable",
      reason: "a line of its listing could not be read: -rw-r--r-- ???",
    });
    expect(mirror.home()).toEqual(mirror.remote());
  });
});

describe("several sources", () => {
  it("never collide, in the ledger or on disk", async () => {
    const mirror = new Mirror({ sources: [{ name: "north" }, { name: "south" }] });
    threeHours(mirror);
    expect((await mirror.run()).outcome).toBe("complete");
    expect(mirror.home()).toEqual({ ...mirror.remote("RMA1", "north"), ...mirror.remote("RMA1", "south") });
    expect(await mirror.files()).toHaveLength(12);
  });

  it("can't have names that differ by case only, for they would share a folder", () => {
    expect(() => new Mirror({ sources: [{ name: "north" }, { name: "North" }] })).toThrow(/share a folder/);
  });
});
