import { printable } from "../errors/daybook-error.js";
import type { Look } from "../crawl/tree-walk.js";
import type { PathLayout, Slot } from "../layout/path-layout.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { CheckFinding, CheckReport } from "./check-report.js";
import { partOf } from "./layout-parts.js";

const EXAMPLES = 3;

/** What the layout makes of the names in one slot. */
export function checkNames(
  slot: Slot,
  look: Look,
  layout: PathLayout,
  select: SourcePolicy["select"],
): { findings: CheckFinding[]; names: NonNullable<CheckReport["names"]> } {
  const { found, skipped, unreadable } = look;
  const examples = found.slice(0, EXAMPLES).map(({ path }) => printable(path));
  const names = {
    slot: slot.path,
    parsed: found.length,
    skipped: skipped.count,
    examples,
    skippedExamples: skipped.names,
  };
  const findings: CheckFinding[] = [];
  const add = (outcome: CheckFinding["outcome"], detail: string, advice?: string) =>
    findings.push({ step: "names", outcome, detail, advice });
  const strangers = skipped.count > 0 ? `: ${skipped.names.slice(0, EXAMPLES).join(", ")}` : "";
  const rest = restOf(layout, slot);
  const folders = skipped.count > 0 && skipped.names.every((name) => name.endsWith(" (a directory)"));
  if (found.length === 0)
    add(
      "failed",
      `none of the ${skipped.count + unreadable.count} names in ${slot.path} fits the layout${strangers}`,
      `compare with what the layout has there${rest ? `, \`${rest}\`` : ""}: ` +
        (folders ? "it may lack a level of directories" : "times in directory and file name must agree"),
    );
  else {
    const others = skipped.count > 0 ? `; of other names there: ${skipped.count}${strangers}` : "";
    add("ok", `files in ${slot.path} that fit the layout: ${found.length}, such as ${examples[0]}${others}`);
    if (!found.some(({ observation }) => select(observation)))
      add("warning", "`select` leaves all of them out", "compare its values with the names above");
  }
  if (unreadable.count > 0)
    add("warning", `${unreadable.count} lines of its listing can't be read: ${unreadable.names[0]}`);
  if (look.outcome === "truncated")
    add(
      "warning",
      `the server cuts listings off: that of ${slot.path} is not whole, and its slot could never be settled`,
      "ask whoever runs the server to raise its limit",
    );
  return { findings, names };
}

/** The template's parts below the slot, the file's name last. */
function restOf(layout: PathLayout, slot: Slot): string {
  const parts: string[] = [];
  for (let path = `${slot.path}/x`; ; path += "/x") {
    const part = partOf(layout, path);
    if (part === undefined) return parts.join("/");
    parts.push(part);
  }
}
