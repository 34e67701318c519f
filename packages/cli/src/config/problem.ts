import { printable } from "@daybook/core";

export type KeyPath = readonly (string | number)[];

/** One thing that is wrong in a configuration file. */
export interface Problem {
  readonly path: KeyPath;
  /** A sentence that says what to do; never a secret. */
  readonly message: string;
  /** Counted from 1. */
  readonly line: number;
}

/** The key as people write it: `sources[0].transport.host`. */
export function keyText(path: KeyPath): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join("");
}

/** `daybook.yaml:7: sources[0].start: …` */
export function formatProblem(file: string, problem: Problem): string {
  const key = keyText(problem.path);
  return `${file}:${problem.line}: ${printable(key === "" ? problem.message : `${key}: ${problem.message}`)}`;
}
