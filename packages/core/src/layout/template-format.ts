import { writeDate } from "./date-token.js";
import { patternOf } from "./path-matcher.js";
import type { Observation } from "./path-layout.js";
import { templateError } from "./template-error.js";
import type { Segment, Token } from "./template-scan.js";

/**
 * Writes an observation as a path; refuses what the template can't say, or what it would read as something else.
 * `clockOf` is what a clock shows at the observation's time where the n-th segment is written, as UTC.
 */
export function formatPath(
  text: string,
  segments: readonly Segment[],
  observation: Observation,
  clockOf: (time: Date, segment: number) => Date,
): string {
  const written = new Set<string>();
  const one = (token: Token, next: Token | undefined, segment: number): string => {
    switch (token.kind) {
      case "literal":
        return token.text;
      case "rest":
        throw templateError(
          text,
          'no path can be written from a layout with "*": use a named {attribute}',
          token.column,
        );
      case "date": {
        const time = observation.observedAt;
        if (time === undefined || Number.isNaN(time.getTime())) {
          throw templateError(
            text,
            `{${token.field}} needs a time, and the observation has none`,
            token.column,
          );
        }
        const value = writeDate(token, clockOf(time, segment));
        if (value !== undefined) return value;
        throw templateError(text, `{${token.field}} can't say ${time.toISOString()}`, token.column);
      }
      case "attribute": {
        const value = valueOf(text, observation, token.name);
        const pattern = written.has(token.name) ? undefined : patternOf(token, next);
        written.add(token.name);
        if (pattern === undefined || new RegExp(`^(?:${pattern})$`, "u").test(value)) return value;
        const problem = `{${token.name}} can't be "${value}", which doesn't fit ${pattern}: give it another pattern`;
        throw templateError(text, problem, token.column);
      }
    }
  };
  return segments
    .map((segment, n) => `/${segment.map((token, i) => one(token, segment[i + 1], n)).join("")}`)
    .join("");
}

function valueOf(text: string, { attributes }: Observation, name: string): string {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined) throw templateError(text, `the observation has no ${name}, which {${name}} needs`);
  return value;
}
