import { InspectorToken, type Plugin } from "../di/tokens.js";
import { bufr } from "./bufr.js";
import type { Inspector } from "./inspector.js";

/** Checks every file of a source, or of all sources, as BUFR. */
export function bufrInspector(): Plugin<Inspector> {
  return { name: "bufr", provides: InspectorToken, create: () => bufr() };
}
