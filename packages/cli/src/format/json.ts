import { isDaybookError } from "@daybook/core";

// JSON may hold these as they are, but a terminal obeys some of them, and some readers end a line at others.
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line of JSON in visible characters: dates as ISO 8601, errors by their fields, without stack or cause. */
export function toJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, plain, indent);
  return json.replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, i) => escape(character.charCodeAt(i))).join(""),
  );
}

/** Fields that hold sentences; all others are figures, names and paths. */
const MESSAGES = new Set([
  "reason",
  "detail",
  "message",
  "advice",
  "story",
  "evidence",
  "headline",
  "details",
]);

/** What will be written of a value, with each message in it as `change` makes it. */
export function messagesIn(value: unknown, change: (message: string) => string): unknown {
  return changed(JSON.parse(JSON.stringify(value, plain) ?? "null"), false, change);
}

function changed(value: unknown, isMessage: boolean, change: (message: string) => string): unknown {
  if (typeof value === "string") return isMessage ? change(value) : value;
  if (Array.isArray(value)) return value.map((item) => changed(item, isMessage, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, changed(item, MESSAGES.has(key), change)]),
  );
}

const plain = (_key: string, item: unknown) => (item instanceof Error ? errorFields(item) : item);

const escape = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

function errorFields(error: Error): Record<string, unknown> {
  if (!isDaybookError(error)) return { detail: error.message };
  const { kind, detail, operation, source, path, code, retry } = error;
  return { kind, detail, operation, source, path, code, retry };
}
