import { printable } from "../errors/daybook-error.js";
import type { Look } from "./slot-look.js";
import type { Slot } from "../layout/path-layout.js";
import type { SourcePolicy } from "../plan/policy.js";
import type { CheckFinding, CheckReport } from "./check-report.js";
import { LeftOut } from "../crawl/left-out.js";
import { isRefusal } from "../crawl/refusal.js";
import { isInRange, type Source } from "../crawl/source.js";
import { misfit } from "./misfit.js";

const EXAMPLES = 3;

/** What the layout makes of the names in one slot. */
export function checkNames(
  slot: Slot,
  look: Look,
  { layout, select, range }: Pick<Source, "layout" | "range"> & Pick<SourcePolicy, "select">,
): { findings: CheckFinding[]; names: NonNullable<CheckReport["names"]> } {
  const { found, skipped, unreadable, reason } = look;
  const examples = found.slice(0, EXAMPLES).map(({ path }) => printable(path));
  const names = {
    slot: slot.path,
    parsed: look.count,
    skipped: skipped.count,
    examples,
    skippedExamples: skipped.names,
  };
  const findings: CheckFinding[] = [];
  const add = (outcome: CheckFinding["outcome"], detail: string, advice?: string) =>
    findings.push({ step: "names", outcome, detail, advice });
  const strangers = skipped.count > 0 ? `: ${skipped.names.slice(0, EXAMPLES).join(", ")}` : "";
  const lines = unreadable.names.slice(0, EXAMPLES).join("; ");
  if (unreadable.count > 0)
    add(
      "failed",
      isRefusal(unreadable.names[0])
        ? unreadable.names[0]!
        : `${unreadable.count} lines of the listing of ${slot.path} can't be read: ${lines}`,
    );
  if (look.outcome === "failed") add("failed", `${slot.path} can't be listed whole: ${reason}`);
  if (found.length === 0) {
    if (skipped.count > 0)
      add(
        "failed",
        `none of the ${skipped.count} names in ${slot.path} fits the layout${strangers}`,
        misfit(slot, skipped.names, layout) ?? "compare with what the layout has there",
      );
  } else {
    const others = skipped.count > 0 ? `; of other names there: ${skipped.count}${strangers}` : "";
    add("ok", `files in ${slot.path} that fit the layout: ${look.count}, such as ${examples[0]}${others}`);
    if (!found.some(({ observation }) => select(observation)))
      add("warning", "`select` leaves all of them out", "compare its values with the names above");
  }
  const inRange = found.filter(({ observation }) => isInRange(observation, range));
  if (found.length > 0 && inRange.length === 0) {
    const left = new LeftOut();
    for (const { observation } of found) left.add(observation, { range });
    add(
      "failed",
      `none of them is of a time in range: ${left.words}`,
      "a name without a time has that of the begin of its folder: correct `start`, `end` or `layout`",
    );
  }
  if (look.outcome === "truncated")
    add(
      "warning",
      `the listing of ${slot.path} is not whole, and its slot could never be settled: ${reason}`,
      "ask whoever runs the server to raise its limit, if it has one",
    );
  return { findings, names };
}
