import { resolve } from "node:path";
import type { AdapterChoice } from "./checked-config.js";
import { camelCase } from "./config-words.js";
import { builtIn } from "./schema/adapters.js";
import type { BuiltIn } from "./schema/adapters.js";

export interface AdapterModule {
  readonly module: string;
  /** The exports that may be the factory, the first that is there counts. */
  readonly names: readonly string[];
  /** Secrets that it also takes as functions. */
  readonly fresh: readonly string[];
  /** Options of the file to options of the factory. */
  arrange(options: Record<string, unknown>): Record<string, unknown> | undefined;
}

/** Where the factory of an adapter is found, and how its options look there. */
export function adapterModule({ kind, use }: AdapterChoice, directory: string): AdapterModule {
  if (kind === "inspector" && use === "bufr") return core("bufrInspector");
  const known = kind === "inspector" || kind === "layout" ? undefined : builtIn(kind, use);
  if (known === undefined)
    return { module: use, names: ["default", "plugin"], fresh: [], arrange: (options) => options };
  return {
    module: known.package,
    names: [known.factory],
    fresh: known.fresh ?? [],
    // Without a key to set, a factory is called without options.
    arrange: (options) =>
      Object.keys(options).length === 0 ? undefined : arrange(options, known, directory),
  };
}

function arrange(
  options: Record<string, unknown>,
  known: BuiltIn,
  directory: string,
): Record<string, unknown> {
  const entries = Object.entries(options).map(([key, value]) => {
    const name = known.names?.[key] ?? camelCase(key);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return [name, arrange(value as Record<string, unknown>, known, directory)];
    if (typeof value === "string" && known.paths?.includes(key)) return [name, resolve(directory, value)];
    return [name, value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function core(factory: string): AdapterModule {
  return { module: "@daybook/core", names: [factory], fresh: [], arrange: () => undefined };
}
