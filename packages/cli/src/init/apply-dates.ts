import { WIDTHS } from "./date-fields.js";
import { TOKENS } from "./unify.js";

const PATTERNS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(WIDTHS).map(([field, width]) => [field, `\\d{${width}}`])),
  ...{ M: "\\d{1,2}", d: "\\d{1,2}", H: "\\d{1,2}", MMM: "[A-Za-z]{3}", MMMM: "[A-Za-z]{3,9}" },
  ...{ S: "\\d", SS: "\\d{2}", SSS: "\\d{3}", epoch: "\\d{10}", epochms: "\\d{13}" },
  ...{ gpsweek: "\\d{4}", gpsday: "[0-6]", YYYY: "\\d{4}", ww: "\\d{2}" },
};

/** A raw path with its dates where another path of its kind has them; a segment that doesn't fit stays as it is. */
export function applyDates(dated: readonly string[], raw: readonly string[]): string[] {
  return raw.map((segment, i) => appliedTo(segment, dated[i] ?? segment));
}

function appliedTo(raw: string, dated: string): string {
  if (!dated.includes("{")) return raw;
  const tokens = dated.match(TOKENS) ?? [];
  const pattern = tokens.map((token) => `(${patternOf(token)})`).join("");
  const found = new RegExp(`^${pattern}$`).exec(raw);
  if (found === null) return raw;
  return tokens.map((token, i) => (isWord(token) ? found[i + 1]! : token)).join("");
}

const isWord = (token: string) => /^[A-Za-z0-9]/.test(token);

function patternOf(token: string): string {
  if (isWord(token)) return "[A-Za-z0-9]+";
  const [, name = "", pattern] = /^\{([\w-]+)(?::(.*))?\}$/.exec(token) ?? [];
  if (Object.hasOwn(PATTERNS, name)) return PATTERNS[name]!;
  if (name === "") return token.replace(/[\^$\\.*+?()[\]{}|]/g, "\\$&");
  if (pattern !== undefined) return pattern;
  return "[^/]+";
}
