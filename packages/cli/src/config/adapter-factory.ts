import { DaybookError, asDaybookError } from "@daybook/core";
import type { PathLayout, Plugin } from "@daybook/core";
import { absentAdapter } from "./absent-adapter.js";
import type { AdapterModule } from "./adapter-module.js";
import type { AdapterChoice } from "./checked-config.js";
import { findModule } from "./find-module.js";

/** What a factory may want to know beside its options. */
export interface AdapterContext {
  /** The configuration file's folder; relative paths start there. */
  readonly directory: string;
  /** The values of `each` for this source. */
  readonly constants: Readonly<Record<string, string>>;
}

/**
 * What a package or file named by `use` has as its default export, or as an export called `plugin`. It gets the options
 * as they stand in the file, with the environment, `each` and `…_file` keys put in.
 */
export type AdapterFactory<T extends Plugin | PathLayout = Plugin | PathLayout> = (
  options: Readonly<Record<string, unknown>>,
  context: AdapterContext,
) => T;

/** Finds an adapter's factory. Rejects with kind "config" where its module isn't there or has none. */
export async function importFactory(
  choice: Pick<AdapterChoice, "kind" | "use">,
  { module, names }: Pick<AdapterModule, "module" | "names">,
  directory: string,
): Promise<AdapterFactory> {
  const url = findModule(module, directory);
  if (url === undefined) throw new DaybookError("config", absentAdapter(choice, module, directory));
  const exports = await load(url, module);
  for (const name of names) {
    if (typeof exports[name] === "function") return exports[name] as AdapterFactory;
  }
  const wanted = names.map((name) => (name === "default" ? "a default export" : `an export \`${name}\``));
  throw new DaybookError(
    "config",
    `${module} has no ${wanted.join(" or ").replace(/^an? /, "")} that is a function (options) => plugin`,
  );
}

async function load(url: string, module: string): Promise<Record<string, unknown>> {
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (cause) {
    const { detail } = asDaybookError(cause, "config");
    throw new DaybookError("config", `${module} can't be loaded: ${detail}`, { cause });
  }
}
