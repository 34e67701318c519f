import { isSafeSegment } from "./safe-name.js";
import { templateError } from "./template-error.js";
import { isDateField } from "./date-fields.js";
import type { Segment, Token } from "./template-scan.js";

type Attribute = Extract<Token, { kind: "attribute" }>;

/** Puts constants in the place of their attributes, joins neighbouring literals, and gives each attribute one pattern. */
export function bindConstants(
  text: string,
  segments: readonly Segment[],
  constants: Readonly<Record<string, string>>,
): Segment[] {
  const attributes = segments.flat().filter((token) => token.kind === "attribute");
  const names = [...new Set(attributes.map((a) => a.name))];
  for (const [name, value] of Object.entries(constants)) checkConstant(text, names, name, value);
  const patterns = explicitPatterns(text, attributes);
  return segments.map((segment) => {
    const bound: Token[] = [];
    for (const token of segment) {
      const next = bind(text, token, constants, patterns);
      const last = bound.at(-1);
      if (last?.kind === "literal" && next.kind === "literal") {
        bound[bound.length - 1] = { ...last, text: last.text + next.text };
      } else {
        bound.push(next);
      }
    }
    const [only] = bound;
    if (bound.length === 1 && only!.kind === "literal" && !isSafeSegment(only!.text)) {
      throw templateError(text, `"${only!.text}" can't be the name of a folder or file`, only!.column);
    }
    return bound;
  });
}

function bind(
  text: string,
  token: Token,
  constants: Readonly<Record<string, string>>,
  patterns: ReadonlyMap<string, string>,
): Token {
  if (token.kind !== "attribute") return token;
  const pattern = patterns.get(token.name);
  if (!Object.hasOwn(constants, token.name)) return { ...token, pattern };
  const value = constants[token.name]!;
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value)) {
    throw templateError(text, `"${value}" doesn't fit the pattern of {${token.name}}`, token.column);
  }
  return { kind: "literal", text: value, column: token.column };
}

function checkConstant(text: string, names: readonly string[], name: string, value: unknown): void {
  if (isDateField(name)) throw templateError(text, `{${name}} is a date and can't be given a constant`);
  if (!names.includes(name)) {
    const has = names.length > 0 ? `its attributes are ${names.join(", ")}` : "it has no attributes";
    throw templateError(text, `there is no {${name}} for the constant "${name}": ${has}`);
  }
  if (typeof value !== "string" || !isSafeSegment(value)) {
    throw templateError(
      text,
      `the constant ${name} = "${String(value)}" can't be part of one name in a path`,
    );
  }
}

/** An attribute's pattern counts wherever it occurs, whichever occurrence has it. */
function explicitPatterns(text: string, attributes: readonly Attribute[]): Map<string, string> {
  const patterns = new Map<string, string>();
  for (const { name, pattern, column } of attributes) {
    if (pattern === undefined) continue;
    if ((patterns.get(name) ?? pattern) !== pattern) {
      throw templateError(text, `{${name}} has another pattern here than before: keep one`, column);
    }
    patterns.set(name, pattern);
  }
  return patterns;
}
