import { SECRET_KEY } from "./find-secrets.js";

/** One value for each key, such as `{ radar: "RMA1" }`. */
export type Constants = Readonly<Record<string, string>>;

/** Every combination of the values, the first key turning slowest; one empty combination for no keys. */
export function combinations(each: Readonly<Record<string, string | readonly string[]>>): Constants[] {
  return Object.entries(each).reduce<Constants[]>(
    (before, [key, values]) =>
      before.flatMap((combination) => [values].flat().map((value) => ({ ...combination, [key]: value }))),
    [{}],
  );
}

/** Replaces `{key}` by the constant of that name in every text of a value but secrets; other braces stay. */
export function substitute<T>(value: T, constants: Constants): T {
  return walk(value, constants) as T;
}

function walk(value: unknown, constants: Constants): unknown {
  if (typeof value === "string") {
    return value.replace(/\{(\w+)\}/g, (placeholder: string, key: string) =>
      Object.hasOwn(constants, key) ? constants[key]! : placeholder,
    );
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, constants));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    // A password with braces in it is a password with braces in it.
    Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? item : walk(item, constants)]),
  );
}
