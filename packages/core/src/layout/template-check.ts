import type { DateField } from "./date-fields.js";
import { templateError } from "./template-error.js";
import type { Segment, Token } from "./template-scan.js";

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
    (next.kind === "attribute" && !seen.has(next.name)) || (next.kind === "date" && next.field === "epoch");
  if (token.kind === "rest" && nextVaries) {
    throw templateError(text, 'nothing shows where "*" ends: put a letter or sign after it', token.column);
  }
}

/** What each field can't be understood without, once there is a year. */
const NEEDS: readonly [DateField, readonly DateField[], string][] = [
  ["dd", ["MM", "DDD"], "{MM}"],
  ["HH", ["dd", "DDD"], "{dd}"],
  ["mm", ["HH"], "{HH}"],
  ["ss", ["mm"], "{mm}"],
];

function checkDates(text: string, segments: readonly Segment[]): void {
  const columns = new Map<DateField, number>();
  for (const token of segments.flat()) {
    if (token.kind === "date" && !columns.has(token.field)) columns.set(token.field, token.column);
  }
  if (columns.has("epoch") || !(columns.has("yyyy") || columns.has("yy"))) return;
  for (const [field, anyOf, missing] of NEEDS) {
    if (!columns.has(field) || anyOf.some((needed) => columns.has(needed))) continue;
    throw templateError(text, `{${field}} says nothing without ${missing}: add it`, columns.get(field));
  }
}
