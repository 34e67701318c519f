import { template } from "@daybook/core";
import { describe, expect, it } from "vitest";
import { error } from "./support/made-up.js";
import { collect, Mirror } from "./support/mirror.js";

const T = new Date("2025-01-01T00:30:00Z");
const slotOf = async (mirror: Mirror) =>
  (await collect(mirror.store.slots("RMA1", { start: new Date(0) })))[0]!;

describe("an hour whose folder may not be listed", () => {
  const source = {
    end: "2025-01-01T01:00:00Z",
    layout: template("/L/{yyyy}/{MM}/{dd}/{HH}/{sub}/{name}.dat"),
  };
  const mirrorOf = (denied: string) =>
    new Mirror({
      source,
      faults: { onList: (path) => (path === denied ? { fail: error("permission") } : undefined) },
    });

  it.each(["/L/2025/01/01/00", "/L/2025/01/01/00/b"])(
    "is a gap that names it, and holds nothing up: %s",
    async (denied) => {
      const mirror = mirrorOf(denied);
      for (const sub of ["a", "b"]) mirror.tree.put(`/L/2025/01/01/00/${sub}/x.dat`, sub, T);
      expect(await mirror.run()).toMatchObject({ outcome: "gaps" });
      expect(await mirror.gaps()).toMatchObject([
        { kind: "failed", reason: `the server doesn't let this user list ${denied}: made up: permission` },
      ]);
      expect(await slotOf(mirror)).toMatchObject({ state: "partial", settled: true });
    },
  );
});

describe("a day that holds only files of other times than the range", () => {
  const layout = template("/in/{yyyy}{MM}{dd}/{name}.csv");

  it("says so, and isn't empty", async () => {
    const mirror = new Mirror({
      source: { layout, start: "2025-01-01T12:00:00Z", end: "2025-01-02T00:00:00Z" },
    });
    for (const name of ["a", "b"]) mirror.tree.put(`/in/20250101/${name}.csv`, name, T);
    expect(await mirror.run()).toMatchObject({ outcome: "gaps" });
    const [gap] = await mirror.gaps();
    expect(gap!.reason).toContain("2 files before `start`");
    expect(await slotOf(mirror)).toMatchObject({ state: "partial", settled: true });
  });

  it("is empty where `select` leaves all out, and says that", async () => {
    const select = () => false;
    const mirror = new Mirror({ source: { layout, select, end: "2025-01-02T00:00:00Z" } });
    mirror.tree.put("/in/20250101/a.csv", "a", T);
    await mirror.run();
    expect(await mirror.gaps()).toMatchObject([
      { kind: "empty", reason: "of what it holds nothing is wanted: 1 file left out by `select`" },
    ]);
  });

  it("says nothing of them where others are wanted", async () => {
    const timed = template("/in/{yyyy}{MM}{dd}/{HH}{mm}.csv");
    const source = { layout: timed, start: "2025-01-01T12:00:00Z", end: "2025-01-02T00:00:00Z" };
    const mirror = new Mirror({ source });
    for (const name of ["0900", "1300"]) mirror.tree.put(`/in/20250101/${name}.csv`, name, T);
    expect(await mirror.run()).toMatchObject({ outcome: "complete" });
  });
});

it("files of the day before in a day's folder are warned of once, by name", async () => {
  const layout = template("/r/{yyyy}/{MM}/{dd}/s_{yyyy}{MM}{dd}{HH}{mm}{ss}.hdf");
  const mirror = new Mirror({ source: { layout, end: "2025-01-02T00:00:00Z" } });
  for (const name of ["s_20241231235958", "s_20250101000458"])
    mirror.tree.put(`/r/2025/01/01/${name}.hdf`, name, T);
  await mirror.run();
  await mirror.run();
  const warnings = mirror.of("source-warning").map(({ detail }) => detail);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("1 file is left out in /r/2025/01/01: s_20241231235958.hdf (");
});

it("files of 24:00 beyond the range's end are warned of, by name", async () => {
  const layout = template("/d/{yyyy}{MM}{dd}/obs_{yyyy}{MM}{dd}{HH}{mm}.txt");
  const mirror = new Mirror({ source: { layout, end: "2025-01-02T00:00:00Z" } });
  for (const name of ["obs_202501012350", "obs_202501012400"])
    mirror.tree.put(`/d/20250101/${name}.txt`, name, T);
  await mirror.run();
  expect(mirror.of("source-warning").map(({ detail }) => detail)).toEqual([
    "1 file is left out in /d/20250101: obs_202501012400.txt (it is of 2025-01-02T00:00:00Z, out of the source's range)",
  ]);
});

it("a listing that contradicts itself says why, with its lines", async () => {
  const mirror = new Mirror({
    source: { end: "2025-01-01T01:00:00Z" },
    transport: (inner) => ({
      capabilities: inner.capabilities,
      list: async () => ({
        entries: [],
        complete: false,
        reason: "its last line is cut off",
        evidence: ["-rw-r--r-- 1 ftp ftp 30 Jan 15 2025 a_\u001b2025", "x".repeat(5000)],
      }),
      read: (path, options) => inner.read(path, options),
      close: () => inner.close(),
    }),
  });
  await mirror.run({ once: true });
  const [gap] = await mirror.gaps();
  expect(gap).toMatchObject({ kind: "failed" });
  expect(gap!.reason).toContain(
    'its last line is cut off: "-rw-r--r-- 1 ftp ftp 30 Jan 15 2025 a_\\u001b2025", "xxx',
  );
  expect(gap!.reason!.length).toBeLessThanOrEqual(500);
});
