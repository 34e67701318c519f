import { patternOfDate, readDate } from "./date-token.js";
import { DATE_FIELDS } from "./date-fields.js";
import { noParts, type DateParts } from "./date-parts.js";
import type { DateToken, Segment, Token } from "./template-scan.js";

/** Linux's PATH_MAX. A limit keeps a hostile name from costing time. */
const LONGEST_PATH = 4096;

export interface PathMatch {
  /** What the slot's folders say of the time, and what all below them says. */
  readonly folder: DateParts;
  readonly below: DateParts;
  readonly attributes: Record<string, string>;
}

interface Group {
  readonly date?: { readonly token: DateToken; readonly region: "folder" | "below" };
  readonly attribute?: string;
}

/**
 * Reads paths of a fixed depth: one regular expression, in which what occurs again must be the same again. Dates of the
 * slot's folders, the first `depth` segments, are read apart from those below, since a file may lie in a neighbour's folder.
 */
export class PathMatcher {
  readonly #regex: RegExp;
  /** What the capturing groups hold, in their order. */
  readonly #groups: readonly Group[];

  constructor(segments: readonly Segment[], depth = 0) {
    const groups: Group[] = [];
    const again = (same: (group: Group) => boolean, group: Group, pattern: string): string => {
      const known = groups.findIndex(same);
      return known < 0 ? (groups.push(group), `(${pattern})`) : `(?:\\${known + 1})`;
    };
    const dateGroup = (token: DateToken, region: "folder" | "below"): string => {
      const same = ({ date }: Group) =>
        date?.region === region && date.token.field === token.field && date.token.case === token.case;
      return again(same, { date: { token, region } }, patternOfDate(token));
    };
    const source = segments.map((segment, index) => {
      const parts = segment.map((token, i) => {
        if (token.kind === "literal") return escape(token.text);
        if (token.kind === "rest") return "[^/]*";
        if (token.kind === "date") return dateGroup(token, index < depth ? "folder" : "below");
        const same = ({ attribute }: Group) => attribute === token.name;
        return again(same, { attribute: token.name }, patternOf(token, segment[i + 1]));
      });
      return `/${parts.join("")}`;
    });
    // The look-ahead keeps every value within its segment, whatever its pattern allows.
    const safe = `(?=(?:/(?!\\.{1,2}(?:/|$))[^/\\\\\\p{Cc}\\p{Cs}]+){${segments.length}}$)`;
    this.#regex = new RegExp(`^${safe}${source.join("")}$`, "u");
    this.#groups = groups;
  }

  /** Undefined where the path doesn't fit, or says two things of one part of its time. */
  match(path: string): PathMatch | undefined {
    if (path.length > LONGEST_PATH) return undefined;
    const found = this.#regex.exec(path);
    if (found === null) return undefined;
    const match: PathMatch = { folder: noParts(), below: noParts(), attributes: {} };
    for (let i = 0; i < this.#groups.length; i++) {
      const { date, attribute } = this.#groups[i]!;
      const value = found[i + 1]!;
      if (date === undefined) {
        match.attributes[attribute!] = value;
        continue;
      }
      const parts = match[date.region];
      const { part } = DATE_FIELDS[date.token.field];
      const number = readDate(date.token, value);
      if (parts[part] !== undefined && parts[part] !== number) return undefined;
      parts[part] = number;
    }
    return match;
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
