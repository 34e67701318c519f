import type { z } from "zod";
import type { KeyPath, Problem } from "./problem.js";
import { explainIssue } from "./schema/messages.js";

/** Where things stand in the file, and what may be shown of them. */
export interface Origin {
  lineOf(path: KeyPath): number;
  /** The text of the file where the value came from the environment. */
  written(path: KeyPath): string | undefined;
  readonly value: unknown;
}

/** Collects what is wrong with a file, each thing once, in the file's order. */
export class Problems {
  readonly #origin: Origin;
  readonly #found = new Map<string, Problem>();
  readonly #unset = new Set<string>();

  constructor(origin: Origin) {
    this.#origin = origin;
  }

  get sorted(): Problem[] {
    return [...this.#found.values()].sort((a, b) => a.line - b.line);
  }

  get any(): boolean {
    return this.#found.size > 0;
  }

  /** Whatever else is wrong with a value that couldn't be read is not worth a line. */
  addUnset(path: KeyPath, message: string): void {
    this.add(path, message);
    this.#unset.add(JSON.stringify(path));
  }

  add(path: KeyPath, message: string, line = this.#origin.lineOf(path)): void {
    if (this.#unset.has(JSON.stringify(path))) return;
    const value = valueAt(this.#origin.value, path);
    const written = this.#origin.written(path);
    const safe =
      written !== undefined && typeof value === "string" && value !== ""
        ? message.replaceAll(value, written)
        : message;
    const key = JSON.stringify([path, safe]);
    if (!this.#found.has(key)) {
      this.#found.set(key, { path, message: safe, line });
    }
  }

  /** The checked value, or undefined with every complaint noted below `path`. */
  check<S extends z.ZodType>(schema: S, value: unknown, path: KeyPath): z.output<S> | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      for (const { path: inner, message } of explainIssue(issue, valueAt(value, issue.path as KeyPath))) {
        this.add([...path, ...inner], message);
      }
    }
    return undefined;
  }
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], value);
}
