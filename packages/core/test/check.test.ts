import {
  createDaybook,
  DaybookError,
  localDestination,
  memoryStore,
  radarLayout,
  template,
  type CheckReport,
  type Plugin,
  type Transport,
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
    start = START,
    read = false,
    around,
    ...transport
  }: Partial<MemoryTransportOptions> & {
    layout?: ReturnType<typeof radarLayout>;
    end?: string;
    start?: Date | string;
    read?: boolean;
    around?: (transport: Transport) => Partial<Transport>;
  } = {},
): Promise<CheckReport> {
  const daybook = createDaybook({
    plugins: [memoryStore(), localDestination({ path: "/nowhere/at/all" })],
    sources: [
      {
        name: "RMA1",
        plugins: [changed(memoryTransport({ tree, ...transport }), around)],
        layout,
        start,
        end,
      },
    ],
  });
  const [report] = await collect(daybook.check({ read }));
  await daybook.close();
  return report!;
}

function changed(
  plugin: Plugin<Transport>,
  around: (transport: Transport) => Partial<Transport> = () => ({}),
) {
  const create: typeof plugin.create = (deps) => {
    const inner = plugin.create(deps);
    return {
      capabilities: inner.capabilities,
      list: (path, options) => inner.list(path, options),
      read: (path, options) => inner.read(path, options),
      close: () => inner.close(),
      ...around(inner),
    };
  };
  return { ...plugin, create };
}

const told = (report: CheckReport) =>
  Object.fromEntries(report.findings.map(({ step, outcome, detail }) => [step, `${outcome}: ${detail}`]));

describe("check", () => {
  it("finds nothing wrong with a tree that fits, and writes nothing", async () => {
    const report = await check(aTree(), { read: true });
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
      read: true,
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

  it("reads no file unless it is asked to", async () => {
    const read = () => expect.unreachable("a file was read");
    const report = await check(aTree(), { faults: { onRead: read } });
    expect(report.ok).toBe(true);
    expect(report.resume).toBeUndefined();
  });

  it("finds no fault with a server that can't start in the middle of a file", async () => {
    for (const read of [false, true])
      expect((await check(aTree(), { read, capabilities: { resume: false } })).ok).toBe(true);
  });

  const unreadable = (which: (path: string) => boolean) => (transport: Transport) => ({
    list: async (path: string) => {
      const listing = await transport.list(path);
      return which(path) ? { ...listing, entries: [], unreadable: ["?? 18\u001b", "?? 19"] } : listing;
    },
  });

  it.each([
    ["no listing can be read", () => true],
    ["those of folders can't be read", (path: string) => !path.endsWith("/02")],
    ["that of the hour can't be read", (path: string) => path.endsWith("/02")],
    ["those above can't be read", (path: string) => path === "/L2/RMA1"],
  ])("fails with the first raw lines where %s", async (_, which) => {
    const report = await check(aTree(), { around: unreadable(which) });
    expect(report.ok).toBe(false);
    expect(report.findings.map(({ detail }) => detail).join()).toContain("?? 18\\u001b");
  });

  it("shows a listing that can't be believed", async () => {
    const around = (transport: Transport) => ({
      list: async (path: string) => {
        const listing = await transport.list(path);
        return path.endsWith("/02") ? { ...listing, complete: false, evidence: ["-rw- cut of"] } : listing;
      },
    });
    const names = (await check(aTree(), { around })).findings.filter(({ step }) => step === "names");
    expect(names.at(-1)!.detail).toContain('the server cut its listing off: "-rw- cut of"');
  });

  it("finds no fault where what is above the hours may not be listed, and they may", async () => {
    const fail = new DaybookError("permission", "550 no");
    const denied = (onList: (path: string) => boolean) => ({
      faults: { onList: (path: string) => (onList(path) ? { fail } : undefined) },
    });
    const above = await check(
      aTree(),
      denied((path) => path.split("/").length < 7),
    );
    expect(above).toMatchObject({ ok: true, names: { parsed: 2 } });
    expect(told(above)["root"]).toBe(
      "warning: the server doesn't let this user list /L2/RMA1, but what is below it",
    );
    expect(
      (
        await check(
          aTree(),
          denied(() => true),
        )
      ).ok,
    ).toBe(false);
  });

  it("asks a server again that hangs up, as a crawl does", async () => {
    let left = 2;
    const fail = new DaybookError("network", "hung up");
    const report = await check(aTree(), { faults: { onList: () => (left-- > 0 ? { fail } : undefined) } });
    expect(report.ok).toBe(true);
  });

  it("tells a folder of unknown name above the dates, with what to write", async () => {
    const tree = new RemoteTree();
    for (const station of ["AAA", "BBB"])
      for (let month = 1; month <= 12; month++) {
        const two = String(month).padStart(2, "0");
        tree.put(`/obs/${station}/2025/${two}/01/${station}_2025${two}01T0000.dat`, "x");
      }
    const layout = template("/obs/{station}/{yyyy}/{MM}/{dd}/{station}_{yyyy}{MM}{dd}T{HH}{mm}.dat");
    const report = await check(tree, { layout });
    const finding = report.findings.find(({ step }) => step === "layout");
    expect(finding).toMatchObject({
      outcome: "warning",
      detail: expect.stringContaining("`{station}` stands before the date"),
    });
    expect(finding!.advice).toContain('each: { station: [AAA, BBB] } and name: "{station}"');
    expect(report.findings.map(({ detail }) => detail).join()).not.toContain("1970");
    const fixed = template(layout.text, { station: "AAA" });
    expect((await check(tree, { layout: fixed })).findings.some(({ step }) => step === "layout")).toBe(false);
  });

  it("says that names have only times out of range", async () => {
    const tree = new RemoteTree();
    for (const name of ["a", "b"]) tree.put(`/in/2025/${name}.csv`, name);
    const layout = template("/in/{yyyy}/{name}.csv");
    const report = await check(tree, { layout, start: "2025-01-01T12:00:00Z", end: "2025-02-01T00:00:00Z" });
    expect(report.ok).toBe(false);
    expect(report.findings.map(({ detail }) => detail).join()).toContain("2 files before `start`");
  });
});
