import { DATE_PATTERNS, timeOf, type DateField, type DateParts } from "./date-fields.js";
import type { Segment, Token } from "./template-scan.js";

/** Linux's PATH_MAX. A limit keeps a hostile name from costing time. */
const LONGEST_PATH = 4096;

export interface PathMatch {
  /** In ms; undefined where the path has no year. */
  readonly time: number | undefined;
  readonly attributes: Record<string, string>;
}

/** Reads paths of a fixed depth: one regular expression, in which what occurs again must be the same again. */
export class PathMatcher {
  readonly #regex: RegExp;
  /** What the capturing groups hold, in their order. */
  readonly #groups: readonly { readonly date?: DateField; readonly attribute?: string }[];

  constructor(segments: readonly Segment[]) {
    const groups: { date?: DateField; attribute?: string }[] = [];
    const group = (key: { date?: DateField; attribute?: string }, pattern: string) => {
      const known = groups.findIndex((g) => g.date === key.date && g.attribute === key.attribute);
      return known < 0 ? (groups.push(key), `(${pattern})`) : `(?:\\${known + 1})`;
    };
    const source = segments.map((segment) => {
      const parts = segment.map((token, i) => {
        if (token.kind === "literal") return escape(token.text);
        if (token.kind === "rest") return "[^/]*";
        if (token.kind === "date") return group({ date: token.field }, DATE_PATTERNS[token.field]);
        return group({ attribute: token.name }, patternOf(token, segment[i + 1]));
      });
      return `/${parts.join("")}`;
    });
    // The look-ahead keeps every value within its segment, whatever its pattern allows.
    const safe = `(?=(?:/(?!\\.{1,2}(?:/|$))[^/\\\\\\p{Cc}\\p{Cs}]+){${segments.length}}$)`;
    this.#regex = new RegExp(`^${safe}${source.join("")}$`, "u");
    this.#groups = groups;
  }

  /** Undefined where the path doesn't fit, or its dates don't exist or don't agree. */
  match(path: string): PathMatch | undefined {
    if (path.length > LONGEST_PATH) return undefined;
    const found = this.#regex.exec(path);
    if (found === null) return undefined;
    const parts: DateParts = {};
    const attributes: Record<string, string> = {};
    for (let i = 0; i < this.#groups.length; i++) {
      const { date, attribute } = this.#groups[i]!;
      const value = found[i + 1]!;
      if (date !== undefined) parts[date] = Number(value);
      else attributes[attribute!] = value;
    }
    const time = timeOf(parts);
    return Number.isNaN(time) ? undefined : { time, attributes };
  }
}

/** Without a pattern of its own an attribute ends where the literal behind it begins. */
export function patternOf(token: Extract<Token, { kind: "attribute" }>, next: Token | undefined): string {
  if (token.pattern !== undefined) return token.pattern;
  if (next?.kind !== "literal") return "[^/]+";
  const [first] = next.text;
  return `[^/${first === "]" ? "\\]" : first}]+`;
}

function escape(literal: string): string {
  return literal.replace(/[\^$\\.*+?()[\]{}|]/g, "\\$&");
}
