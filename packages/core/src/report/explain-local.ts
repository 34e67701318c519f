import type { SourceDefinition } from "../di/source-definition.js";
import type { Destination } from "../destination/destination.js";

/** The remote paths that a local path may stand for: from wherever in it the source's folder is. */
export function* originsOf(
  local: string,
  { name, layout }: Pick<SourceDefinition, "name" | "layout">,
  destination: Pick<Destination, "origin">,
): Iterable<string> {
  const segments = local.split(/[/\\]+/).filter((segment) => segment !== "" && segment !== ".");
  for (const [i, segment] of segments.entries()) {
    if (segment !== name) continue;
    const origin = destination.origin(segments.slice(i).join("/"), name, layout.root ?? "/");
    if (origin !== undefined) yield origin;
  }
}
