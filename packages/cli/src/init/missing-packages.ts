import { findModule } from "../config/find-module.js";
import { builtIn } from "../config/schema/adapters.js";
import type { Answers } from "./answers.js";

/** Packages the configuration needs and that are not installed where it is. */
export function missingPackages({ use }: Answers, directory: string): string[] {
  const needed = [builtIn("transport", use)!.package, builtIn("state", "sqlite")!.package];
  return needed.filter((name) => findModule(name, directory) === undefined);
}
