import { RADAR_TEMPLATE, template } from "@daybook/core";
import { bench, describe } from "vitest";

const layout = template(RADAR_TEMPLATE, { radar: "RMA1" });
const observation = {
  observedAt: new Date("2025-01-01T18:30:20Z"),
  attributes: { radar: "RMA1", strategy: "0315", volume: "01", field: "DBZH" },
};
const path = layout.format(observation);
const year = { start: new Date("2025-01-01T00:00:00Z"), end: new Date("2026-01-01T00:00:00Z") };

describe("a template", () => {
  bench("parses a path", () => void layout.parse(path));
  bench("refuses a path that isn't its own", () => void layout.parse(`${path}.tmp`));
  bench("formats a path", () => void layout.format(observation));
  bench("lists the 8,760 slots of a year", () => {
    for (const _ of layout.slots(year));
  });
});
