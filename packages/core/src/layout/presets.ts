import { template, type TemplateLayout } from "./template.js";

/**
 * The tree of a weather-radar network: an hour's folder holds one folder per observation, and the file's name says it
 * all again. Strategies and volumes are written with and without leading zeros (`RMA1_0315_01_…`, `AR5_1000_1_…`).
 */
export const RADAR_TEMPLATE =
  "/L2/{radar}/{yyyy}/{MM}/{dd}/{HH}/{mm}{ss}/" +
  "{radar}_{strategy:\\d+}_{volume:\\d{1,2}}_{field:[A-Za-z0-9]+}_{yyyy}{MM}{dd}T{HH}{mm}{ss}Z.BUFR";

/** One radar of that tree, an hour a slot. */
export function radarLayout(radar: string): TemplateLayout {
  return template(RADAR_TEMPLATE, { radar });
}
