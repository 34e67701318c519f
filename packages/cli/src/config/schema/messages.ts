import type { z } from "zod";
import { suggestion } from "../suggest.js";
import type { KeyPath } from "../problem.js";
import { KEY_SEPARATOR } from "./fields.js";

type Issue = z.core.$ZodIssue;

/** A schema's complaint in plain words; several where an object has several unknown keys. Quotes no value. */
export function explainIssue(issue: Issue, value: unknown): { path: KeyPath; message: string }[] {
  const path = issue.path as KeyPath;
  if (issue.code === "unrecognized_keys") {
    const known = issue.message.split(KEY_SEPARATOR).filter(Boolean);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown key \`${key}\`${suggestion(key, known)}`,
    }));
  }
  if (value === undefined) return [{ path, message: "is required" }];
  return [{ path, message: sentence(issue, value) }];
}

function sentence(issue: Issue, value: unknown): string {
  const own = !issue.message.startsWith("Invalid") && !issue.message.startsWith("Too ");
  if (own) return issue.message;
  if (issue.code === "invalid_type") {
    if (issue.expected === "string" && ["number", "boolean"].includes(typeof value))
      return "must be text: put it in quotes";
    return `must be ${KINDS[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(", or ")}`;
  if (issue.code === "too_small" && issue.origin === "array") return "must have at least one item";
  return issue.message;
}

const KINDS: Record<string, string> = {
  string: "text",
  object: "a set of keys and values",
  record: "a set of keys and values",
  array: "a list",
};
