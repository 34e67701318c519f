import type { SourceDefinition } from "../di/source-definition.js";
import type { Observation, Slot } from "../layout/path-layout.js";
import { windowOf } from "../plan/schedule.js";
import { contains, type TimeRange } from "../time/range.js";
import type { ForeignFile } from "./foreign-file.js";

/** The source a file is of, and where it is there. */
export interface Owner {
  readonly definition: SourceDefinition;
  readonly path: string;
  readonly observation: Observation;
  readonly slot: Slot & { readonly window: TimeRange };
}

/** Finds the one source a file is of, by its path or else by its name; or says why there is none. */
export function findOwner(file: ForeignFile, sources: readonly SourceDefinition[]): Owner | string {
  const owners: Owner[] = [];
  let why = "no source's layout fits its path or name";
  for (const definition of sources) {
    const { name, layout, range, policy } = definition;
    const path = pathOf(file, definition);
    const observation = path === undefined ? undefined : layout.parse(path);
    if (path === undefined || observation === undefined) continue;
    const { observedAt } = observation;
    const slot = slotOf(definition, path, observation);
    if (observedAt && !contains(range, observedAt)) why = `outside the range of ${name}`;
    else if (!policy.select(observation)) why = `left out by select of ${name}`;
    else if (slot === undefined) why = `in no slot of ${name}`;
    else owners.push({ definition, path, observation, slot });
  }
  const [owner] = owners;
  if (owner === undefined) return why;
  if (owners.length === 1) return owner;
  return `it could be of ${owners.map(({ definition }) => definition.name).join(" or ")}: name one source`;
}

function pathOf({ name, remotePath }: ForeignFile, { layout }: SourceDefinition): string | undefined {
  for (const path of remotePath === undefined
    ? []
    : [remotePath, `${remotePath.replace(/(?<!\/)\/+$/, "")}/${name}`])
    if (layout.parse(path) !== undefined) return path;
  const { complete } = layout as { complete?: unknown };
  // A tool that knows a file only by its name: the layout may say the rest.
  return typeof complete === "function" ? (complete.call(layout, name) as string | undefined) : undefined;
}

function slotOf(
  { layout, range }: SourceDefinition,
  path: string,
  { observedAt }: Observation,
): Owner["slot"] | undefined {
  const at = observedAt ? { start: observedAt, end: new Date(observedAt.getTime() + 1) } : range;
  for (const slot of layout.slots(at))
    if (path.startsWith(slot.path === "/" ? "/" : `${slot.path}/`))
      return { ...slot, window: windowOf(slot, range) };
  return undefined;
}
