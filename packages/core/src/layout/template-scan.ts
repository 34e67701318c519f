import { DATE_FIELDS, isDateField, type DateField } from "./date-fields.js";
import { dateTypo } from "./date-typo.js";
import { UNSAFE_CHARACTER } from "./safe-name.js";
import { templateError } from "./template-error.js";

export interface DateToken {
  readonly kind: "date";
  readonly field: DateField;
  /** Only every so many of it exist, counted from `offset`: {HH:6} are 00, 06, 12 and 18, {HH:6+3} are 03, 09, 15, 21. */
  readonly step?: { readonly step: number; readonly offset: number };
  /** How letters are written; as the field has them where it isn't given. */
  readonly case?: "upper" | "lower";
  readonly column: number;
}

/** A piece of a template; `column` counts from 1. */
export type Token =
  | { readonly kind: "literal"; readonly text: string; readonly column: number }
  | DateToken
  | {
      readonly kind: "attribute";
      readonly name: string;
      readonly pattern?: string;
      readonly column: number;
    }
  | { readonly kind: "rest"; readonly column: number };

/** What stands between two slashes. */
export type Segment = readonly Token[];

/** Takes a template apart; refuses what is no path and placeholders that can't be meant. */
export function scanTemplate(text: string): Segment[] {
  if (!text.startsWith("/")) throw templateError(text, 'must start with "/", the root of the remote tree', 1);
  const segments: Token[][] = [];
  let at = 0;
  while (at < text.length) {
    const c = text[at]!;
    if (c === "/") {
      if (text[at + 1] === "/") throw templateError(text, 'an empty folder name: write one "/" only', at + 2);
      if (at + 1 === text.length)
        throw templateError(text, "after the last slash comes the file name", at + 1);
      segments.push([]);
      at++;
      continue;
    }
    const token = c === "{" ? scanPlaceholder(text, at) : scanPlain(text, at);
    segments.at(-1)!.push(token.token);
    at = token.end;
  }
  return segments;
}

function scanPlain(text: string, at: number): { token: Token; end: number } {
  if (text[at] === "*") return { token: { kind: "rest", column: at + 1 }, end: at + 1 };
  if (text[at] === "}") throw templateError(text, 'this "}" closes nothing: remove it', at + 1);
  let end = at;
  while (end < text.length && !"/{}*".includes(text[end]!)) end++;
  const literal = text.slice(at, end);
  const unsafe = UNSAFE_CHARACTER.exec(literal);
  if (unsafe) {
    const problem =
      unsafe[0] === "\\" ? 'write "/" between folders' : "control characters can't be part of a path";
    throw templateError(text, problem, at + unsafe.index + 1);
  }
  return { token: { kind: "literal", text: literal, column: at + 1 }, end };
}

function scanPlaceholder(text: string, at: number): { token: Token; end: number } {
  const column = at + 1;
  const end = closingBrace(text, at);
  const inside = text.slice(at + 1, end);
  const colon = inside.indexOf(":");
  const name = colon < 0 ? inside : inside.slice(0, colon);
  const pattern = colon < 0 ? undefined : inside.slice(colon + 1);
  if (isDateField(name)) {
    return { token: dateToken(text, name, pattern, column), end: end + 1 };
  }
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) {
    const problem = `"{${name}}" is no placeholder: a name has letters, digits and "-", and starts with a letter`;
    throw templateError(text, problem, column);
  }
  const meant = dateTypo(name);
  if (meant) throw templateError(text, `{${name}} is no date field: did you mean ${meant}?`, column);
  if (pattern !== undefined) checkPattern(text, name, pattern, column);
  return { token: { kind: "attribute", name, pattern, column }, end: end + 1 };
}

function dateToken(text: string, field: DateField, modifier: string | undefined, column: number): DateToken {
  if (modifier === undefined) return { kind: "date", field, column };
  const { cycle, letters } = DATE_FIELDS[field];
  const refuse = (problem: string) => templateError(text, `{${field}} ${problem}`, column);
  if (letters) {
    if (modifier !== "upper" && modifier !== "lower")
      throw refuse(`is a date: write {${field}:upper} or {${field}:lower} for its letters, or nothing`);
    return { kind: "date", field, case: modifier, column };
  }
  if (cycle === undefined) throw refuse("is a date and takes no pattern");
  const steps = /^(\d{1,2})(?:\+(\d{1,2}))?$/.exec(modifier);
  const [step, offset] = [Number(steps?.[1]), Number(steps?.[2] ?? 0)];
  if (!(step > 0) || cycle % step !== 0 || offset >= step)
    throw refuse(
      `is a date and takes no pattern but a step that divides ${cycle}, such as {${field}:6} or {${field}:6+3}`,
    );
  return { kind: "date", field, step: { step, offset }, column };
}

/** The index of the brace that closes the one at `at`; a pattern may hold braces of its own. */
function closingBrace(text: string, at: number): number {
  let depth = 0;
  let inClass = false;
  for (let i = at; i < text.length; i++) {
    const c = text[i];
    if (c === "\\") i++;
    else if (inClass) inClass = c !== "]";
    else if (c === "[") inClass = true;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return i;
  }
  throw templateError(text, 'this "{" is never closed: add "}"', at + 1);
}

function checkPattern(text: string, name: string, pattern: string, column: number): void {
  const refuse = (problem: string) => templateError(text, `the pattern of {${name}} ${problem}`, column);
  if (pattern === "") throw refuse("is empty: leave the colon out, or write a regular expression");
  let groups: number;
  try {
    new RegExp(pattern, "u");
    groups = new RegExp(`${pattern}|`, "u").exec("")!.length - 1;
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, "");
    throw refuse(`is no regular expression (${reason})`);
  }
  if (groups > 0) throw refuse("has a capturing group: write (?:…) in place of (…)");
}
