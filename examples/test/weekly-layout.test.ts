import { layoutCases } from "@daybook/testing";
import { describe, expect, test } from "vitest";
import { WeeklyLayout } from "../dist/weekly-layout.js";

const layout = new WeeklyLayout();

const cases = layoutCases({
  layout,
  samples: [
    {
      path: "/archive/2025-W01/tide_20241230T0000Z.csv",
      observedAt: new Date("2024-12-30T00:00:00Z"),
      attributes: { station: "tide" },
    },
    {
      path: "/archive/2025-W03/tide_20250119T2359Z.csv",
      observedAt: new Date("2025-01-19T23:59:00Z"),
      attributes: { station: "tide" },
    },
  ],
  foreign: [
    "/archive/2025-W02/tide_20250101T0000Z.csv",
    "/archive/2025-W01/tide_20250132T0000Z.csv",
    "/archive/2025-W01/tide_20250101T0000Z.csv.tmp",
    "/archive/2025-W1/tide_20250101T0000Z.csv",
    "/archive/2025-W01/old/tide_20250101T0000Z.csv",
  ],
  range: { start: new Date("2024-12-25T12:00:00Z"), end: new Date("2025-01-25T12:00:00Z") },
});

describe("the weekly layout keeps the contract:", () => {
  for (const c of cases) test(c.name, () => c.run());
});

test.each([
  ["2020-12-31", "2020-W53"],
  ["2021-01-03", "2020-W53"],
  ["2021-01-04", "2021-W01"],
  ["2024-12-30", "2025-W01"],
  ["2026-12-31", "2026-W53"],
])("%s lies in week %s", (day, week) => {
  const start = new Date(`${day}T12:00:00Z`);
  const [slot] = layout.slots({ start, end: new Date(start.getTime() + 1) });
  expect(slot!.path).toBe(`/archive/${week}`);
});
