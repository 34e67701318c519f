import { readFileSync } from "node:fs";
import { template } from "@daybook/core";
import { describe, expect, test } from "vitest";
import { range } from "./support/templates.js";

const page = readFileSync(new URL("../../../docs/layouts.md", import.meta.url), "utf8");
const [, cookbook] = page.split("## A cookbook");
const dishes = cookbook!
  .split("\n")
  .flatMap(
    (line) =>
      (/^\| (.+?)\s+\| `(\/.+?)`\s*\|$/.exec(line)?.slice(1, 3) as [string, string] | undefined) ?? [],
  )
  .flatMap((_, i, all) => (i % 2 === 0 ? [[all[i]!, all[i + 1]!] as const] : []));

/** A path of each archive, and when it was observed. */
const SAMPLES: Record<string, readonly [string, string]> = {
  "weather radar, an hour a slot": [
    "/L2/RMA1/2025/01/01/18/3020/RMA1_0315_01_DBZH_20250101T183020Z.BUFR",
    "2025-01-01T18:30:20Z",
  ],
  "NEXRAD level 2": ["/2025/01/15/KTLX/KTLX20250115_183020_V06", "2025-01-15T18:30:20Z"],
  "GOES-R": [
    "/ABI-L2-CMIPF/2025/015/18/OR_ABI-L2-CMIPF-M6C13_G16_s20250151830205_e20250151839513_c20250151839577.nc",
    "2025-01-15T18:30:20.500Z",
  ],
  "GFS, by its cycles": ["/gfs.20250115/06/atmos/gfs.t06z.pgrb2.0p25.f120", "2025-01-15T06:00:00Z"],
  "RINEX 2, daily": ["/2025/015/25d/abmf0150.25d.gz", "2025-01-15T00:00:00Z"],
  "RINEX 2, hourly": ["/2025/015/18/abmf015s.25d.gz", "2025-01-15T18:00:00Z"],
  "RINEX 3, daily": ["/2025/015/ABMF00GLP_R_20250150000_01D_30S_MO.crx.gz", "2025-01-15T00:00:00Z"],
  "IGS products by GPS week": ["/products/2347/igs23473.sp3.Z", "2025-01-01T00:00:00Z"],
  "camera recorder": ["/cam1/2025-01-15/001/dav/18/18.30.20-18.31.10[M][0@0][0].dav", "2025-01-15T18:30:20Z"],
  "logs of hosts, a folder a day": ["/logs/2025/Jan/15/web-1.log.gz", "2025-01-15T00:00:00Z"],
  "reports by ISO week": ["/reports/2025-W03/summary.csv", "2025-01-13T00:00:00Z"],
  strftime: ["/data/2025/01/15/183020.dat", "2025-01-15T18:30:20Z"],
};

describe("the cookbook's template", () => {
  test("has a sample each", () => {
    expect(dishes.map(([name]) => name)).toEqual(Object.keys(SAMPLES));
  });

  test.each(dishes)("for %s reads a path of it, in one of its slots", (name, text) => {
    const [path, time] = SAMPLES[name]!;
    const layout = template(text);
    const observation = layout.parse(path);
    expect(observation?.observedAt).toEqual(new Date(time));
    const end = new Date(Date.parse(time) + 1).toISOString();
    const slots = [...layout.slots(range(time, end))];
    expect(slots).toHaveLength(1);
    expect(path.startsWith(`${slots[0]!.path}/`)).toBe(true);
  });
});

test("every placeholder and every letter of strftime on the page is known", () => {
  const [table] = page.split("## Every placeholder for dates")[1]!.split("\n## ");
  const fields = [...table!.matchAll(/`?\{([A-Za-z]+)(?::[^}]*)?\}`?/g)].map(([, name]) => name!);
  expect(new Set(fields).size).toBeGreaterThan(30);
  const all = [...new Set(fields)].map((name) => `{${name}}`).join("_");
  // What is no date would be an attribute.
  expect(template(`/${all}`).attributes).toEqual([]);
});
