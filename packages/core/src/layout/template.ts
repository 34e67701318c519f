import { isDaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { checkRange } from "./check-range.js";
import { DateSlots, slotDepth, type SlotUnit } from "./date-slots.js";
import { PathMatcher } from "./path-matcher.js";
import type { Observation, PathLayout, Slot } from "./path-layout.js";
import { bindConstants } from "./template-bind.js";
import { checkTemplate } from "./template-check.js";
import { templateError } from "./template-error.js";
import { formatPath } from "./template-format.js";
import { scanTemplate, type Segment } from "./template-scan.js";
import { timelessSlot } from "./timeless-slot.js";

/** A layout written as a path with placeholders. */
export interface TemplateLayout extends PathLayout {
  /** The template as it was written. */
  readonly text: string;
  readonly root: string;
  /** The names `parse` reports, constants among them, in the order of the template. */
  readonly attributes: readonly string[];
  /**
   * The path of an observation, the inverse of `parse`; time is cut to what the template can say, attributes it
   * doesn't have are left out. Throws kind "config" where something is missing, or the path would be read differently.
   */
  format(observation: Observation): string;
  /** The path of a file by its name alone; undefined where the name doesn't fit, or doesn't say all that the folders do. */
  complete(name: string): string | undefined;
}

/**
 * A layout from a path with placeholders: dates in Unicode's letters (`{yyyy} {yy} {MM} {dd} {DDD} {HH} {mm} {ss}`,
 * and `{epoch}` in seconds; all UTC), anything else an attribute, with a pattern if need be (`{volume:\d+}`); `*` is
 * any run of characters in one name. What occurs twice must agree. Without a pattern an attribute ends where the
 * character behind it begins. The leading folders made of constants and dates down to the hour are the slots;
 * folders below are discovered.
 *
 * `constants` gives attributes a fixed value. Throws kind "config", naming the column, for a template that can't be
 * meant.
 */
export function template(text: string, constants: Readonly<Record<string, string>> = {}): TemplateLayout {
  const scanned = scanTemplate(text);
  const segments = bindConstants(text, scanned, constants);
  checkTemplate(text, segments);
  const names = scanned.flat().flatMap((token) => (token.kind === "attribute" ? [token.name] : []));
  return new Template(text, segments, [...new Set(names)], { ...constants });
}

function literalPath(folders: readonly Segment[]): string {
  const names = folders.map(([token]) => (token?.kind === "literal" ? token.text : ""));
  return `/${names.join("/")}`;
}

class Template implements TemplateLayout {
  readonly text: string;
  readonly key: string;
  readonly root: string;
  readonly attributes: readonly string[];
  readonly #segments: readonly Segment[];
  readonly #constants: Readonly<Record<string, string>>;
  readonly #slotFolders: readonly Segment[];
  readonly #unit: SlotUnit | undefined;
  readonly #path: PathMatcher;
  /** Few programs ever need it. */
  #slotPath: PathMatcher | undefined;
  /** By depth, for the folders below a slot. */
  readonly #folders = new Map<number, PathMatcher>();

  constructor(
    text: string,
    segments: readonly Segment[],
    attributes: readonly string[],
    constants: Readonly<Record<string, string>>,
  ) {
    this.text = text;
    const fixed = Object.entries(constants).sort(([a], [b]) => (a < b ? -1 : 1));
    this.key = JSON.stringify([text, fixed]);
    this.attributes = attributes;
    this.#segments = segments;
    this.#constants = constants;
    const folders = segments.slice(0, -1);
    const variable = folders.findIndex((folder) => folder.some((token) => token.kind !== "literal"));
    this.root = literalPath(variable < 0 ? folders : folders.slice(0, variable));
    const { depth, unit } = slotDepth(folders);
    this.#slotFolders = folders.slice(0, depth);
    this.#unit = unit;
    this.#path = new PathMatcher(segments);
    for (let n = depth + 1; n <= folders.length; n++)
      this.#folders.set(n, new PathMatcher(folders.slice(0, n)));
  }

  slots(range: TimeRange): ReturnType<PathLayout["slots"]> {
    checkRange(range);
    const unit = this.#unit;
    if (unit === undefined) return timelessSlot(literalPath(this.#slotFolders), range);
    return new DateSlots(this.#slotFolders, unit, range);
  }

  slotNamed(path: string): Slot | undefined {
    this.#slotPath ??= new PathMatcher(this.#slotFolders);
    const start = new Date(this.#slotPath.match(path)?.time ?? 0);
    for (const slot of this.slots({ start, end: new Date(start.getTime() + 1) }))
      if (slot.path === path) return slot;
    return undefined;
  }

  enters(slot: Slot, directory: string): boolean {
    // Dates have a fixed width, so what fits the template and begins like the slot is below it.
    if (!directory.startsWith(slot.path)) return false;
    const depth = directory.split("/").length - 1;
    return this.#folders.get(depth)?.match(directory) !== undefined;
  }

  parse(path: string): Observation | undefined {
    const match = this.#path.match(path);
    if (match === undefined) return undefined;
    const { time, attributes } = match;
    for (const name in this.#constants) attributes[name] = this.#constants[name]!;
    return { observedAt: time === undefined ? undefined : new Date(time), attributes };
  }

  format(observation: Observation): string {
    for (const [name, value] of Object.entries(this.#constants)) {
      const given = Object.hasOwn(observation.attributes, name) ? observation.attributes[name] : value;
      if (given !== value)
        throw templateError(this.text, `{${name}} is "${value}" here, and the observation says "${given}"`);
    }
    const path = formatPath(this.text, this.#segments, observation);
    const readBack = this.parse(path)?.attributes;
    const meant: Readonly<Record<string, string>> = { ...observation.attributes, ...this.#constants };
    if (readBack === undefined || this.attributes.some((name) => readBack[name] !== meant[name])) {
      throw templateError(
        this.text,
        `"${path}" would be read differently: give its attributes stricter patterns`,
      );
    }
    return path;
  }

  complete(name: string): string | undefined {
    const match = new PathMatcher(this.#segments.slice(-1)).match(`/${name}`);
    if (match === undefined) return undefined;
    const { time, attributes } = match;
    try {
      const path = this.format({ observedAt: time === undefined ? undefined : new Date(time), attributes });
      return path.endsWith(`/${name}`) ? path : undefined;
    } catch (error) {
      if (isDaybookError(error, "config")) return undefined;
      throw error;
    }
  }
}
