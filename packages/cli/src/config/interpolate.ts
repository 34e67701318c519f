import type { KeyPath } from "./problem.js";

const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export interface Interpolated {
  readonly value: unknown;
  readonly failures: readonly { path: KeyPath; message: string }[];
  /** What stands in the file where the value came from the environment: this may be shown, the value may not. */
  written(path: KeyPath): string | undefined;
}

/** Puts the environment's values in the place of `${NAME}` in every text; `$${` stands for a plain `${`. */
export function interpolate(value: unknown, env: Readonly<Record<string, string | undefined>>): Interpolated {
  const failures: { path: KeyPath; message: string }[] = [];
  const written = new Map<string, string>();

  const text = (source: string, path: KeyPath): string =>
    source.replace(REFERENCE, (reference: string, name: string | undefined) => {
      if (name === undefined) return "${";
      const found = VARIABLE.test(name) ? env[name] : undefined;
      written.set(JSON.stringify(path), source);
      if (found !== undefined) return found;
      const message = VARIABLE.test(name)
        ? `the environment variable ${name} is not set`
        : `\`${reference}\` names no environment variable; write $\${ for a plain \${`;
      failures.push({ path, message });
      return reference;
    });

  const walk = (node: unknown, path: KeyPath): unknown => {
    if (typeof node === "string") return text(node, path);
    if (Array.isArray(node)) return node.map((item, i) => walk(item, [...path, i]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  const result = walk(value, []);
  return { value: result, failures, written: (path) => written.get(JSON.stringify(path)) };
}
