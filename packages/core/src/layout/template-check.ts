import { DATE_FIELDS, type DateField } from "./date-fields.js";
import { hasDate, type DatePart } from "./date-parts.js";
import { templateError } from "./template-error.js";
import type { DateToken, Segment, Token } from "./template-scan.js";

/** Refuses a template whose names could be read in more than one way, or whose dates leave out a step. */
export function checkTemplate(text: string, segments: readonly Segment[]): void {
  const seen = new Set<string>();
  for (const segment of segments) {
    for (const [i, token] of segment.entries()) {
      checkNeighbours(text, token, segment[i + 1], seen);
      if (token.kind === "attribute") seen.add(token.name);
    }
    const [, second] = segment.filter((token) => token.kind === "rest");
    if (second)
      throw templateError(text, 'a name can have one "*" only: use {name} for the rest', second.column);
  }
  checkDates(text, segments);
}

function checkNeighbours(
  text: string,
  token: Token,
  next: Token | undefined,
  seen: ReadonlySet<string>,
): void {
  if (next === undefined || next.kind === "literal") return;
  if (token.kind === "attribute" && token.pattern === undefined && !seen.has(token.name)) {
    const problem = `nothing shows where {${token.name}} ends: give it a pattern, such as {${token.name}:[A-Z]+}`;
    throw templateError(text, problem, token.column);
  }
  const nextVaries =
    (next.kind === "attribute" && !seen.has(next.name)) || (next.kind === "date" && varies(next));
  if (token.kind === "rest" && nextVaries) {
    throw templateError(text, 'nothing shows where "*" ends: put a letter or sign after it', token.column);
  }
}

/** Whether it may be of any length: where it begins, "*" before it can't tell. */
function varies({ field }: DateToken): boolean {
  return ["epoch", "epochms", "M", "d", "D", "H", "h", "m", "s"].includes(field);
}

/** What a part can't be understood without, once there is a year: any of the second, or write the third. */
const NEEDS: readonly [DatePart, readonly DatePart[], string][] = [
  ["day", ["month", "dayOfYear", "week", "gpsWeek"], "{MM}"],
  ["hour", ["day", "dayOfYear", "weekday", "gpsDay"], "{dd}"],
  ["minute", ["hour", "hour12"], "{HH}"],
  ["second", ["minute"], "{mm}"],
];

/** Fields that mean nothing alone, what each needs, and what was probably meant. */
const PARTNERS: readonly [DateField, readonly DatePart[], string][] = [
  ["YYYY", ["week"], "did you mean {yyyy}? {YYYY} is the year that a week belongs to, and needs {ww}"],
  ["YY", ["week"], "did you mean {yy}? {YY} is the year that a week belongs to, and needs {ww}"],
  ["ww", ["weekYear"], "needs the week's own year: write {YYYY} in place of {yyyy}"],
  ["hh", ["pm"], "did you mean {HH}? {hh} counts to 12 and needs {ampm}"],
  ["h", ["pm"], "did you mean {H}? {h} counts to 12 and needs {ampm}"],
  ["S", ["second", "epoch"], "did you mean {s}? {S} is a fraction of a second, and needs {ss}"],
  ["SS", ["second", "epoch"], "did you mean {ss}? {SS} is a fraction of a second, and needs {ss}"],
  ["SSS", ["second", "epoch"], "did you mean {ss}? {SSS} is a fraction of a second, and needs {ss}"],
];

function checkDates(text: string, segments: readonly Segment[]): void {
  const tokens = segments.flat().filter((token) => token.kind === "date");
  const columns = new Map<DatePart, DateToken>();
  for (const token of tokens) {
    const { part } = DATE_FIELDS[token.field];
    if (!columns.has(part)) columns.set(part, token);
  }
  for (const { field, column } of tokens) {
    const [, partners, problem] = PARTNERS.find(([known]) => known === field) ?? [];
    if (partners?.some((part) => columns.has(part)) === false)
      throw templateError(
        text,
        problem!.startsWith("did") ? `{${field}}: ${problem}` : `{${field}} ${problem}`,
        column,
      );
  }
  if (columns.has("epoch") || !hasDate(new Set(columns.keys()))) return;
  for (const [part, anyOf, missing] of NEEDS) {
    const token = columns.get(part);
    if (token === undefined || anyOf.some((needed) => columns.has(needed))) continue;
    throw templateError(text, `{${token.field}} says nothing without ${missing}: add it`, token.column);
  }
}
