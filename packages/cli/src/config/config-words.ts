import { BUILT_IN } from "./schema/adapters.js";
import { sourceSchema } from "./schema/source.js";

/** What an adapter calls an option, and what it is called in the file. */
let words: Map<string, string> | undefined;

/** An adapter's message with its options named as the configuration file names them. */
export function inConfigWords(message: string): string {
  words ??= collect();
  return message
    .replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => words!.get(word) ?? word)
    .replaceAll("`tls.ca`", "`tls.ca_file`");
}

function collect(): Map<string, string> {
  const found = new Map<string, string>();
  const add = (shape: Record<string, unknown>, names: Readonly<Record<string, string>> = {}): void => {
    for (const [key, schema] of Object.entries(shape)) {
      found.set(names[key] ?? camelCase(key), key);
      const inner = shapeOf(schema);
      if (inner !== undefined) add(inner);
    }
  };
  for (const adapters of Object.values(BUILT_IN))
    for (const { options, names } of Object.values(adapters)) add(options.shape, names);
  add(sourceSchema.shape);
  return found;
}

interface Wrapped {
  readonly shape?: Record<string, unknown>;
  readonly def?: { readonly innerType?: unknown };
}

function shapeOf(schema: unknown): Record<string, unknown> | undefined {
  const { shape, def } = schema as Wrapped;
  return shape ?? (def?.innerType === undefined ? undefined : shapeOf(def.innerType));
}

export function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
