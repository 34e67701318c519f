import { printable } from "../errors/daybook-error.js";
import type { Look } from "./slot-look.js";
import type { PathLayout, Slot } from "../layout/path-layout.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { CheckFinding, CheckReport } from "./check-report.js";
import { misfit } from "./misfit.js";

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
  if (found.length === 0)
    add(
      "failed",
      `none of the ${skipped.count + unreadable.count} names in ${slot.path} fits the layout${strangers}`,
      misfit(slot, skipped.names, layout) ?? "compare with what the layout has there",
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
