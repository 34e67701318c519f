import type { PathLayout } from "../layout/path-layout.js";
import { scanTemplate } from "../layout/template-scan.js";

/** The part of a template that a directory stands for, by its depth; undefined for layouts that aren't templates. */
export function partOf(layout: PathLayout, directory: string): string | undefined {
  const text = (layout as { text?: unknown }).text;
  const depth = directory.split("/").filter(Boolean).length;
  if (typeof text !== "string" || depth === 0) return undefined;
  const columns = scanTemplate(text).map(([token]) => token?.column ?? 1);
  const start = columns[depth - 1];
  if (start === undefined) return undefined;
  const next = columns[depth];
  return text.slice(start - 1, next === undefined ? undefined : next - 2);
}
