import {
  createDaybook,
  DaybookError,
  localDestination,
  memoryStore,
  radarLayout,
  template,
  type CheckReport,
} from "@daybook/core";
import { memoryTransport, radarTree, RemoteTree, type MemoryTransportOptions } from "@daybook/testing";
import { describe, expect, it } from "vitest";
import { collect } from "./support/mirror.js";

const START = new Date("2025-01-01T00:00:00Z");

function aTree(): RemoteTree {
  return radarTree({ radars: ["RMA1"], start: START, hours: 3, volumesPerHour: 2, fields: ["DBZH"] }).tree;
}

async function check(
  tree: RemoteTree,
  {
    layout = radarLayout("RMA1"),
    end = "2025-01-01T03:00:00Z",
    ...transport
  }: Partial<MemoryTransportOptions> & { layout?: ReturnType<typeof radarLayout>; end?: string } = {},
): Promise<CheckReport> {
  const daybook = createDaybook({
    plugins: [memoryStore(), localDestination({ path: "/nowhere/at/all" })],
    sources: [
      { name: "RMA1", plugins: [memoryTransport({ tree, ...transport })], layout, start: START, end },
    ],
  });
  const [report] = await collect(daybook.check());
  await daybook.close();
  return report!;
}

const told = (report: CheckReport) =>
  Object.fromEntries(report.findings.map(({ step, outcome, detail }) => [step, `${outcome}: ${detail}`]));

describe("check", () => {
  it("finds nothing wrong with a tree that fits, and writes nothing", async () => {
    const report = await check(aTree());
    expect(report).toMatchObject({ ok: true, resume: true, names: { parsed: 2, skipped: 0 } });
    expect(report.findings.map(({ outcome }) => outcome)).not.toContain("warning");
    expect(report.path.map(({ part }) => part)).toEqual(["{radar}", "{yyyy}", "{MM}", "{dd}", "{HH}"]);
    expect(told(report)["times"]).toContain("exact to the second; files are written 1 min after");
  });

  it("tells where the constant prefix ends, and what is there instead", async () => {
    const report = await check(aTree(), { layout: radarLayout("AR5") });
    expect(report.ok).toBe(false);
    expect(told(report)["root"]).toBe(
      "failed: /L2 is there, AR5 in it isn't: it holds RMA1 (`{radar}` in the layout)",
    );
  });

  it("tells which directory on the way to the newest slot isn't there, and which slot is the newest there", async () => {
    const report = await check(aTree(), { end: "2025-01-01T09:00:00Z" });
    expect(report.ok).toBe(true);
    expect(told(report)["newest"]).toBe(
      "warning: the newest slot in range, 2025-01-01T08:00:00Z: /L2/RMA1/2025/01/01 is there, 08 in it isn't: " +
        "it holds 00, 01, 02 (`{HH}` in the layout); the newest there is, is /L2/RMA1/2025/01/01/02",
    );
    expect(report.names?.slot).toBe("/L2/RMA1/2025/01/01/02");
  });

  it("fails where no slot in range is there at all", async () => {
    const { tree } = radarTree({
      radars: ["RMA1"],
      start: new Date("2024-06-01T00:00Z"),
      hours: 1,
      volumesPerHour: 1,
      fields: ["DBZH"],
    });
    const report = await check(tree);
    expect(report.ok).toBe(false);
    expect(told(report)["newest"]).toContain("/L2/RMA1 is there, 2025 in it isn't: it holds 2024");
  });

  it("shows names that don't fit", async () => {
    const tree = aTree();
    tree.remove("/L2/RMA1/2025/01/01");
    tree.put("/L2/RMA1/2025/01/01/01/3020/RMA1_0315_01_DBZH_20250101T023020Z.BUFR", "wrong hour");
    const report = await check(tree);
    expect(report.ok).toBe(false);
    expect(told(report)["names"]).toContain("failed: none of the 1 names in /L2/RMA1/2025/01/01/01 fits");
    expect(report.names?.skippedExamples[0]).toContain("T023020Z.BUFR");
  });

  const AT = "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}";
  const FILE = "{radar}_{strategy}_{volume}_{field}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

  // Each of a tree with /L2/RMA1/2025/01/01/02/3020/RMA1_0315_01_DBZH_20250101T023020Z.BUFR.
  it.each([
    [
      "a level too few",
      `${AT}/${FILE}`,
      `3020 is a directory where the layout has the file's name, \`${FILE}\``,
    ],
    [
      "a level too many",
      `${AT}/{mm}{ss}/raw/${FILE}`,
      "Z.BUFR is a file where the layout has a directory, `raw`",
    ],
    ["another directory", `${AT}/{mm}/${FILE}`, "3020 doesn't fit `{mm}`"],
    ["a month left out", `/L2/{radar}/{yyyy}/{dd}/{HH}/{mm}{ss}/${FILE}`, "02 doesn't fit `{mm}{ss}`"],
    ["another ending", `${AT}/{mm}{ss}/${FILE.replace("BUFR", "bufr")}`, "doesn't fit `{radar}_{strategy}_"],
    [
      "minutes for seconds",
      `${AT}/{ss}{mm}/${FILE}`,
      "times or values aren't those of the directories it is in",
    ],
  ])("says what of a name doesn't fit a wrong layout: %s", async (_, text, said) => {
    const tree = new RemoteTree();
    tree.put("/L2/RMA1/2025/01/01/02/3020/RMA1_0315_01_DBZH_20250101T023020Z.BUFR", "x");
    const report = await check(tree, { layout: template(text, { radar: "RMA1" }) });
    const names = report.findings.find(({ step }) => step === "names");
    expect(names?.outcome).toBe("failed");
    expect(names?.advice).toContain(said);
  });

  // The way to a slot is told of from its first directory that isn't there.
  it.each([
    [
      "a wrong constant at the beginning",
      "/L3/{radar}/{yyyy}/{MM}/{dd}/{HH}",
      "/ is there, L3 in it isn't: it holds L2",
    ],
    ["the wrong case", "/l2/{radar}/{yyyy}/{MM}/{dd}/{HH}", "/ is there, l2 in it isn't: it holds L2 (`l2`"],
    [
      "a wrong constant in the middle",
      "/L2/{radar}/{yyyy}/raw/{MM}/{dd}/{HH}",
      "raw in it isn't: it holds 01 (`raw`",
    ],
    [
      "another way to write a date",
      "/L2/{radar}/{yyyy}-{MM}/{dd}/{HH}",
      "2025-01 in it isn't: it holds 2025 (`{yyyy}-{MM}`",
    ],
  ])("says where the way to the newest slot leaves a wrong layout: %s", async (_, text, said) => {
    const layout = template(`${text}/{mm}{ss}/${FILE}`, { radar: "RMA1" });
    const report = await check(aTree(), { layout });
    const failed = report.findings.filter(({ outcome }) => outcome === "failed");
    expect(failed.map(({ detail }) => detail)).toEqual([expect.stringContaining(said)]);
  });

  it("tells a login that was refused, with what to do", async () => {
    const fail = new DaybookError("auth", "530 no");
    const report = await check(aTree(), { faults: { onList: () => ({ fail }) } });
    expect(report.findings).toMatchObject([{ step: "connection", outcome: "failed", detail: "530 no" }]);
    expect(report.findings[0]!.advice).toContain("login");
  });

  it("notices a server that ignores where a read is to begin", async () => {
    const report = await check(aTree(), {
      faults: { onRead: (_, start) => (start > 0 ? { lieShort: 1 } : undefined) },
    });
    expect(report).toMatchObject({ ok: false, resume: false });
    expect(told(report)["resume"]).toContain("is not the end of the file");
  });

  it("doesn't take times that are exact to the day for those of another zone, and does notice other days", async () => {
    const name = "/L2/RMA1/2025/01/01/02/5959/RMA1_0315_01_DBZH_20250101T025959Z.BUFR";
    const timed = async (day: string) => {
      const tree = new RemoteTree();
      tree.put(name, "an old file", new Date(day));
      return told(await check(tree))["times"];
    };
    const exact = "times here are exact to the day, as LIST shows those of older files";
    expect(await timed("2025-01-01")).toBe(`ok: ${exact}`);
    // A server west of here.
    expect(await timed("2024-12-31")).toBe(`ok: ${exact}`);
    expect(await timed("2024-12-29")).toContain(`warning: ${exact}, but 1 of 1 files were modified before`);
  });

  it("notices clocks that don't agree", async () => {
    const tree = aTree();
    tree.put(
      "/L2/RMA1/2025/01/01/02/5959/RMA1_0315_01_DBZH_20250101T025959Z.BUFR",
      "new",
      new Date(Date.now() + 3 * 3_600_000),
    );
    expect(told(await check(tree))["times"]).toContain("warning: a file was modified 3 h in the future");
  });
});
