import type { PathLayout, Slot } from "../layout/path-layout.js";
import type { TimeRange } from "../time/range.js";
import { isListed, type DirectoryProbe } from "./directory-probe.js";

/** How far the way from one directory down to another can be followed. */
export interface Way {
  /** Directories that could be listed, outermost first, with how much is in them. */
  readonly listed: readonly { readonly directory: string; readonly entries: number }[];
  /** Where it stops, if it does. */
  readonly stop?: {
    /** What isn't there, or may not be listed. */
    readonly directory: string;
    readonly denied: boolean;
    /** What the directory above holds; undefined where that isn't known. */
    readonly holds?: readonly string[];
  };
}

/** "/L2/RMA1/2025" to "/", "/L2", "/L2/RMA1", "/L2/RMA1/2025". */
function ancestors(directory: string): string[] {
  const names = directory.split("/").filter(Boolean);
  return ["/", ...names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`)];
}

export const below = (directory: string, name: string): string =>
  `${directory === "/" ? "" : directory}/${name}`;

/** Follows the way from `from`, which must be a directory above `to` or `to` itself. */
export async function follow(probe: DirectoryProbe, from: string, to: string): Promise<Way> {
  const listed: { directory: string; entries: number }[] = [];
  let holds: readonly string[] | undefined;
  for (const directory of ancestors(to).slice(ancestors(from).length - 1)) {
    const probed = await probe.list(directory);
    const denied = !isListed(probed) && probed.kind === "permission";
    if (denied && directory !== to) {
      // What is below it may be listed all the same.
      holds = undefined;
      continue;
    }
    if (!isListed(probed)) return { listed, stop: { directory, denied, holds } };
    listed.push({ directory, entries: probed.entries.length });
    holds = probed.entries.map(({ name }) => name).sort();
  }
  return { listed };
}

/** The directory nearest to the root of the tree that is missing, of one that is known to be missing. */
export async function whereItStops(
  probe: DirectoryProbe,
  directory: string,
): Promise<NonNullable<Way["stop"]>> {
  let stop: NonNullable<Way["stop"]> = { directory, denied: false };
  for (const above of ancestors(directory).slice(0, -1).reverse()) {
    const probed = await probe.list(above);
    if (isListed(probed)) return { ...stop, holds: probed.entries.map(({ name }) => name).sort() };
    stop = { directory: above, denied: probed.kind === "permission" };
  }
  return stop;
}

/** Slots the server has directories of, newest or oldest first as far as that can be told from the directories above. */
export async function* existingSlots(
  probe: DirectoryProbe,
  layout: PathLayout,
  range: TimeRange,
  order: "newest" | "oldest",
): AsyncGenerator<Slot> {
  yield* descend(layout.root ?? "/");

  async function* descend(directory: string): AsyncGenerator<Slot> {
    if (probe.exhausted) return;
    const probed = await probe.list(directory);
    if (!isListed(probed)) return;
    const { here, children } = expectedIn(layout, range, directory);
    if (here) yield here;
    const names = new Set(probed.entries.map(({ name }) => name));
    const there = [...children].filter(([name]) => names.has(name));
    there.sort(([, a], [, b]) => (order === "newest" ? b.last - a.last : a.first - b.first));
    for (const [name] of there) yield* descend(below(directory, name));
  }
}

/** What the layout expects in a directory: from when to when its slots are, by the names of the directories below. */
function expectedIn(
  layout: PathLayout,
  range: TimeRange,
  directory: string,
): { here: Slot | undefined; children: Map<string, { first: number; last: number }> } {
  const prefix = directory === "/" ? "/" : `${directory}/`;
  const children = new Map<string, { first: number; last: number }>();
  let here: Slot | undefined;
  for (const slot of layout.slots(range)) {
    if (slot.path === directory) here = slot;
    if (!slot.path.startsWith(prefix) || slot.path === prefix) continue;
    const end = slot.path.indexOf("/", prefix.length);
    const name = slot.path.slice(prefix.length, end < 0 ? undefined : end);
    const time = slot.start.getTime();
    const known = children.get(name);
    if (known) known.last = time;
    else children.set(name, { first: time, last: time });
  }
  return { here, children };
}
