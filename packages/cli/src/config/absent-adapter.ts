import type { AdapterChoice } from "./checked-config.js";
import { findModule, isFile } from "./find-module.js";
import { BUILT_IN } from "./schema/adapters.js";

/**
 * What to do where an adapter's module isn't there. Only Daybook's own packages are named to be installed: a stranger's
 * that happens to be called like a mistake is the last thing somebody needs.
 */
export function absentAdapter(
  { kind, use }: Pick<AdapterChoice, "kind" | "use">,
  module: string,
  directory: string,
): string {
  if (isFile(module)) return `there is no file ${module} beside the configuration`;
  const ours = Object.values(BUILT_IN).flatMap((adapters) => Object.values(adapters));
  if (ours.some((one) => one.package === module))
    return `the package ${module} is not installed: npm install ${module}`;
  const own = `one of your own is named by its package, once that is installed, or by its file, such as ./${kind}.mjs`;
  return `there is no ${kind} \`${use}\`: there ${known(kind, directory)}; ${own}`;
}

function known(kind: AdapterChoice["kind"], directory: string): string {
  if (kind === "layout") return "are templates and flat";
  if (kind === "inspector") return "is bufr";
  const names = Object.entries(BUILT_IN[kind]).map(([name, { package: needed }]) =>
    findModule(needed, directory) === undefined ? `${name} (npm install ${needed})` : name,
  );
  return `${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}
