import type { PathLayout, Slot } from "../layout/path-layout.js";
import { template } from "../layout/template.js";
import { partOf } from "./layout-parts.js";

const DIRECTORY = " (a directory)";

/**
 * Where names that were skipped leave the layout, by the one that follows it farthest: the first segment that doesn't
 * fit, and what the layout has there. Undefined for layouts that aren't templates.
 */
export function misfit(slot: Slot, skipped: readonly string[], layout: PathLayout): string | undefined {
  const [farthest] = skipped
    .filter((name) => name.startsWith(`${slot.path}/`))
    .sort((a, b) => b.split("/").length - a.split("/").length);
  if (farthest === undefined) return undefined;
  const isDirectory = farthest.endsWith(DIRECTORY);
  const path = isDirectory ? farthest.slice(0, -DIRECTORY.length) : farthest;
  const part = partOf(layout, path);
  if (part === undefined) return undefined;
  const isLast = partOf(layout, `${path}/x`) === undefined;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (isDirectory && isLast)
    return `${name} is a directory where the layout has the file's name, \`${part}\`: it lacks a level of directories`;
  if (!isDirectory && !isLast)
    return `${name} is a file where the layout has a directory, \`${part}\`: it has a level too many`;
  if (fits(name, part))
    return `${name} would fit \`${part}\`, but its times or values aren't those of the directories it is in`;
  return `${name} doesn't fit \`${part}\``;
}

/** Whether a name by itself is one of the part's. */
function fits(name: string, part: string): boolean {
  try {
    return template(`/${part}`).parse(`/${name}`) !== undefined;
  } catch {
    return false;
  }
}
