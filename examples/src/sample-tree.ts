import type { RemoteTree } from "@daybook/testing";
import { radarTree } from "@daybook/testing";

/** Three hours of three radars, and a tide gauge's weekly folders. */
export function sampleTree(): RemoteTree {
  const { tree } = radarTree({
    radars: ["RMA1", "RMA5", "AR5"],
    start: new Date("2025-01-01T00:00:00Z"),
    hours: 3,
    volumesPerHour: 2,
    fields: ["DBZH", "VRAD"],
  });
  const tides = [
    "2025-W01/tide_20241231T2350Z",
    "2025-W01/tide_20250101T0000Z",
    "2025-W02/tide_20250112T2350Z",
  ];
  for (const name of tides) tree.put(`/archive/${name}.csv`, `${name}\n`, new Date("2025-01-14T00:00:00Z"));
  return tree;
}
