import type { PathLayout, Slot } from "../layout/path-layout.js";
import { scanTemplate } from "../layout/template-scan.js";
import { isListed, type Probed } from "./directory-probe.js";
import type { CheckFinding } from "./check-report.js";

const VALUES = 12;

/**
 * Where a folder of unknown name stands above those of dates there is one slot, of all times: every look begins at the top
 * of the tree. Undefined for other layouts.
 */
export function attributeFirst(layout: PathLayout, slot: Slot, root: Probed): CheckFinding | undefined {
  const { text } = layout as { text?: unknown };
  if (typeof text !== "string" || slot.end !== undefined) return undefined;
  const folders = scanTemplate(text).slice(0, -1);
  const [above, ...below] = folders.slice(slot.path.split("/").filter(Boolean).length);
  const dated = below.some((folder) => folder.some(({ kind }) => kind === "date"));
  const attribute = above?.find((token) => token.kind === "attribute");
  if (!dated || attribute === undefined || attribute.kind !== "attribute") return undefined;
  const { name } = attribute;
  const names = isListed(root)
    ? root.entries.filter(({ type }) => type !== "file").map((entry) => entry.name)
    : [];
  const shown = names.sort().slice(0, VALUES).join(", ");
  const values = `${shown || "A, B"}${names.length > VALUES ? ", …" : ""}`;
  return {
    step: "layout",
    outcome: "warning",
    detail: `\`{${name}}\` stands before the date: every look goes through each of these folders down to the dates in range, and no hour is ever seen to be missing`,
    advice: `write each: { ${name}: [${values}] } and name: "{${name}}", which makes a source of each that lists only what is due`,
  };
}
