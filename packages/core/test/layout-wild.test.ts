import { describe, expect, test } from "vitest";
import { flat, radarLayout, RADAR_TEMPLATE, template } from "@daybook/core";
import { layoutCases, type LayoutTraits } from "@daybook/testing";

const at = (time: string) => new Date(time);
const day = { start: at("2025-01-01T00:00Z"), end: at("2025-01-03T12:30Z") };

/** Layouts of archives as they are published, with paths of theirs. */
const WILD: Record<string, LayoutTraits> = {
  "a weather radar's hours": {
    layout: radarLayout("RMA1"),
    samples: [
      {
        path: "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
        observedAt: at("2025-01-01T18:30:20Z"),
        attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
      },
    ],
    foreign: [
      "/L2/RMA1/2025/01/01/18/3021/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
      "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_001_DBZH_20250101T183020Z.BUFR",
      "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR.tmp",
      "/L2/RMA5/2025/01/01/18/3020/RMA5_0315_01_DBZH_20250101T183020Z.BUFR",
    ],
    range: { start: at("2025-01-01T17:30Z"), end: at("2025-01-01T20:30Z") },
  },
  "NEXRAD's days, a folder per site": {
    layout: template("/{yyyy}/{MM}/{dd}/{site}/{site:[A-Z0-9]{4}}{yyyy}{MM}{dd}_{HH}{mm}{ss}_V06"),
    samples: [
      {
        path: "/2025/01/01/KTLX/KTLX20250101_000312_V06",
        observedAt: at("2025-01-01T00:03:12Z"),
        attributes: { site: "KTLX" },
      },
      {
        path: "/2025/01/03/TJUA/TJUA20250103_120000_V06",
        observedAt: at("2025-01-03T12:00:00Z"),
        attributes: { site: "TJUA" },
      },
    ],
    foreign: ["/2025/01/01/KTLX/KTLX20250101_000312_V06_MDM", "/2025/01/01/KTLX/KINX20250101_000312_V06"],
    range: day,
  },
  "GOES' hours of the days of a year, with tenths of a second": {
    layout: template(
      "/{product}/{yyyy}/{DDD}/{HH}/OR_{product}-{mode:M\\d}{channel:C\\d{2}}_{satellite}_" +
        "s{yyyy}{DDD}{HH}{mm}{ss}{tenth:\\d}_e{end:\\d{14}}_c{created:\\d{14}}.nc",
      { product: "ABI-L2-CMIPF" },
    ),
    samples: [
      {
        path: "/ABI-L2-CMIPF/2025/001/18/OR_ABI-L2-CMIPF-M6C01_G16_s20250011800205_e20250011809513_c20250011809580.nc",
        observedAt: at("2025-01-01T18:00:20Z"),
        attributes: {
          product: "ABI-L2-CMIPF",
          mode: "M6",
          channel: "C01",
          satellite: "G16",
          tenth: "5",
          end: "20250011809513",
          created: "20250011809580",
        },
      },
    ],
    foreign: [
      "/ABI-L2-CMIPF/2025/001/19/OR_ABI-L2-CMIPF-M6C01_G16_s20250011800205_e20250011809513_c20250011809580.nc",
      "/ABI-L2-CMIPF/2025/001/18/OR_ABI-L2-CMIPM-M6C01_G16_s20250011800205_e20250011809513_c20250011809580.nc",
    ],
    range: { start: at("2025-01-01T17:30Z"), end: at("2025-01-01T20:30Z") },
  },
  "GNSS in RINEX 2, whose names repeat the day and a short year": {
    layout: template("/{yyyy}/{DDD}/{station:[a-z0-9]{4}}{DDD}{session:[0-9a-x]}.{yy}{kind:[a-z]}.gz"),
    samples: [
      {
        path: "/2025/001/abmf0010.25d.gz",
        observedAt: at("2025-01-01T00:00Z"),
        attributes: { station: "abmf", session: "0", kind: "d" },
      },
    ],
    foreign: [
      "/2025/001/abmf0020.25d.gz",
      "/2025/001/abmf0010.24d.gz",
      "/2025/001/ABMF00GLP_R_20250010000_01D_30S_MO.crx.gz",
    ],
    range: day,
  },
  "GNSS in RINEX 3, with long names": {
    layout: template(
      "/{yyyy}/{DDD}/{station:[A-Z0-9]{9}}_{source}_{yyyy}{DDD}{HH}{mm}_{span}_{rate}_{content}.crx.gz",
    ),
    samples: [
      {
        path: "/2025/001/ABMF00GLP_R_20250010000_01D_30S_MO.crx.gz",
        observedAt: at("2025-01-01T00:00Z"),
        attributes: { station: "ABMF00GLP", source: "R", span: "01D", rate: "30S", content: "MO" },
      },
      {
        path: "/2025/002/ABMF00GLP_S_20250022315_15M_01S_MO.crx.gz",
        observedAt: at("2025-01-02T23:15Z"),
        attributes: { station: "ABMF00GLP", source: "S", span: "15M", rate: "01S", content: "MO" },
      },
    ],
    foreign: ["/2025/001/abmf0010.25d.gz", "/2025/001/ABMF00GLP_R_20250020000_01D_30S_MO.crx.gz"],
    range: day,
  },
  "logs by the hour, a folder a day": {
    layout: template("/{yyyy}-{MM}-{dd}/{HH}.log.gz"),
    samples: [
      { path: "/2025-01-01/18.log.gz", observedAt: at("2025-01-01T18:00Z"), attributes: {} },
      { path: "/2025-01-03/00.log.gz", observedAt: at("2025-01-03T00:00Z"), attributes: {} },
    ],
    foreign: [
      "/2025-01-01/24.log.gz",
      "/2025-02-29/18.log.gz",
      "/2025-01-01/18.log",
      "/2025-01-01/x/18.log.gz",
    ],
    range: day,
  },
  "logs by the second since 1970": {
    layout: template("/var/{host}/{yyyy}{MM}/{epoch}-*.log", { host: "a1" }),
    samples: [
      {
        path: "/var/a1/202501/1735689659-x.log",
        observedAt: at("2025-01-01T00:00:59Z"),
        attributes: { host: "a1" },
      },
    ],
    foreign: ["/var/a1/202412/1735689659-x.log", "/var/a2/202501/1735689659-x.log"],
    range: { start: at("2025-01-01T00:00Z"), end: at("2025-03-15T00:00Z") },
  },
  "one folder without dates": {
    layout: flat("/incoming", "*.BUFR"),
    samples: [{ path: "/incoming/a.BUFR", attributes: { name: "a.BUFR" } }],
    foreign: ["/incoming/a.txt", "/incoming/b/a.BUFR", "/a.BUFR", "/incoming/"],
    range: day,
  },
};

for (const [archive, traits] of Object.entries(WILD)) {
  describe(archive, () => {
    for (const { name, run } of layoutCases(traits)) test(name, () => run());
  });
}

describe("the radar preset", () => {
  test.each([
    [
      "RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
      "/L2/RMA1/2025/01/01/18/3020",
      ["RMA1", "0315", "01", "DBZH"],
    ],
    ["AR5_1000_1_DBZH_20240101T000746Z.BUFR", "/L2/AR5/2024/01/01/00/0746", ["AR5", "1000", "1", "DBZH"]],
    [
      "RMA11_0315_01_KDP_20251020T152828Z.BUFR",
      "/L2/RMA11/2025/10/20/15/2828",
      ["RMA11", "0315", "01", "KDP"],
    ],
  ])("reads and writes %s", (name, folder, [radar, strategy, volume, field]) => {
    const stamp = /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(name)!;
    const observedAt = at(`${stamp[1]}-${stamp[2]}-${stamp[3]}T${stamp[4]}:${stamp[5]}:${stamp[6]}Z`);
    const observation = { observedAt, attributes: { radar, strategy, volume, field } };
    for (const layout of [radarLayout(radar!), template(RADAR_TEMPLATE)]) {
      expect(layout.parse(`${folder}/${name}`)).toEqual(observation);
      expect(layout.format(observation as never)).toBe(`${folder}/${name}`);
    }
  });
});
