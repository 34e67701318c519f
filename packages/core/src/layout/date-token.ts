import { DATE_FIELDS } from "./date-fields.js";
import type { DateToken } from "./template-scan.js";

/** A regular expression without groups for what the token may look like. */
export function patternOfDate({ field, step, case: letters }: DateToken): string {
  const { pattern, cycle, write } = DATE_FIELDS[field];
  if (letters === "upper") return pattern.toUpperCase();
  if (letters === "lower") return pattern.toLowerCase();
  if (step === undefined) return pattern;
  const values: string[] = [];
  // An hour or a minute since midnight, whichever the field is of.
  const unit = cycle === 24 ? 3_600_000 : 60_000;
  for (let n = step.offset; n < cycle!; n += step.step) values.push(write(new Date(n * unit))!);
  // Longer ones first: 12 before 1.
  return values.sort((a, b) => b.length - a.length).join("|");
}

/** The token as it stands in a path; undefined where it can't say that time, whose UTC fields are read. */
export function writeDate({ field, case: letters }: DateToken, time: Date): string | undefined {
  const text = DATE_FIELDS[field].write(time);
  if (letters === "upper") return text?.toUpperCase();
  return letters === "lower" ? text?.toLowerCase() : text;
}

/** What the text says. */
export function readDate({ field }: DateToken, text: string): number {
  return (DATE_FIELDS[field].read ?? Number)(text);
}
