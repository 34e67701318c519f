import { isDaybookError } from "@daybook/core";

/** One line of JSON: dates as ISO 8601, errors by their fields, without stack or cause. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, item: unknown) => (item instanceof Error ? errorFields(item) : item),
    indent,
  );
}

function errorFields(error: Error): Record<string, unknown> {
  if (!isDaybookError(error)) return { detail: error.message };
  const { kind, detail, operation, source, path, code, retry } = error;
  return { kind, detail, operation, source, path, code, retry };
}
