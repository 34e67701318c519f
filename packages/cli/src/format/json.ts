import { isDaybookError } from "@daybook/core";

// JSON may hold these as they are, but a terminal obeys some of them, and some readers end a line at others.
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line of JSON in visible characters: dates as ISO 8601, errors by their fields, without stack or cause. */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(
    value,
    (_key, item: unknown) => (item instanceof Error ? errorFields(item) : item),
    indent,
  );
  return json.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, i) => escape(character.charCodeAt(i))).join(""),
  );
}

const escape = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

function errorFields(error: Error): Record<string, unknown> {
  if (!isDaybookError(error)) return { detail: error.message };
  const { kind, detail, operation, source, path, code, retry } = error;
  return { kind, detail, operation, source, path, code, retry };
}
