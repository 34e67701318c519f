/** Placeholders, separators and words of a segment, one after the other. */
export const TOKENS = /\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z0-9]+|[^A-Za-z0-9{}]+/g;

/** What differs between paths of one kind: where it stands, and what it is in each path. */
export interface Difference {
  readonly segment: number;
  readonly values: readonly string[];
}

export interface Unified {
  /** Segments with `{#0}`, `{#1}` … where the paths differ. */
  readonly segments: readonly string[];
  readonly differences: readonly Difference[];
}

/**
 * One path of several with their dates as placeholders. Undefined where they aren't of one kind: of different depth,
 * or with dates in different places.
 */
export function unify(paths: readonly (readonly string[])[]): Unified | undefined {
  const [first] = paths;
  if (first === undefined || paths.some(({ length }) => length !== first.length)) return undefined;
  const differences: Difference[] = [];
  const differ = (segment: number, values: readonly string[]): string => {
    const known = differences.findIndex((one) => one.values.join("\n") === values.join("\n"));
    if (known >= 0) return `{#${known}}`;
    return `{#${differences.push({ segment, values }) - 1}}`;
  };
  const segments: string[] = [];
  for (let i = 0; i < first.length; i++) {
    const texts = paths.map((path) => path[i]!);
    const one = segmentOf(texts, (values) => differ(i, values));
    if (one === undefined) return undefined;
    segments.push(one);
  }
  return { segments, differences };
}

function segmentOf(
  texts: readonly string[],
  differ: (values: readonly string[]) => string,
): string | undefined {
  if (new Set(texts).size === 1) return texts[0];
  const tokens = texts.map((text) => text.match(TOKENS) ?? []);
  if (tokens.some(({ length }) => length !== tokens[0]!.length)) {
    // Words of different number: all of it varies, unless there is a date to keep.
    return texts.some((text) => text.includes("{")) ? undefined : differ(texts);
  }
  const parts: string[] = [];
  for (let i = 0; i < tokens[0]!.length; i++) {
    const values = tokens.map((list) => list[i]!);
    if (new Set(values).size === 1) parts.push(values[0]!);
    else if (values.every((value) => /^[A-Za-z0-9]+$/.test(value))) parts.push(differ(values));
    else return undefined;
  }
  return parts.join("");
}
