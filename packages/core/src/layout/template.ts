import { DaybookError, isDaybookError } from "../errors/daybook-error.js";
import type { TimeRange } from "../time/range.js";
import { checkRange } from "./check-range.js";
import { Zone } from "../time/zone.js";
import { DAY, MINUTE, HOUR } from "./calendar.js";
import { DateSlots } from "./date-slots.js";
import { readTime } from "./date-parts.js";
import { PathMatcher } from "./path-matcher.js";
import type { Observation, PathLayout, Slot } from "./path-layout.js";
import { SlotTimes } from "./slot-times.js";
import { slotDepth, type SlotUnit } from "./slot-unit.js";
import { fromStrftime } from "./strftime.js";
import { bindConstants } from "./template-bind.js";
import { checkTemplate } from "./template-check.js";
import { templateError } from "./template-error.js";
import { formatPath } from "./template-format.js";
import { scanTemplate, type Segment } from "./template-scan.js";
import { TemplateTime } from "./template-time.js";
import { timelessSlot } from "./timeless-slot.js";

/** A layout written as a path with placeholders. */
export interface TemplateLayout extends PathLayout {
  /** The template as it was written. */
  readonly text: string;
  readonly root: string;
  /** The values that attributes have once and for all. */
  readonly constants: Readonly<Record<string, string>>;
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

export interface TemplateOptions {
  /** The zone of the clock that names folders and files, such as "America/Argentina/Buenos_Aires". Default UTC. */
  readonly zone?: string | undefined;
  /** When a folder's day begins, as "12:00" for days from noon to noon. Names of files say the time as it is. Default "00:00". */
  readonly dayStart?: string | undefined;
  /** How far beyond its folder's time a file's own may lie, in ms: a file of 23:59:58 in the next day's folder. Default 0. */
  readonly tolerance?: number | undefined;
}

/**
 * A layout from a path with placeholders: dates in Unicode's letters (`{yyyy} {MM} {dd} {DDD} {HH} {mm} {ss}` and many
 * more, see docs/layouts.md), anything else an attribute, with a pattern if need be (`{volume:\d+}`); `*` is any run of
 * characters in one name. strftime's letters are taken too ("/%Y/%m/%d/*.nc"). What occurs twice must agree. Without a
 * pattern an attribute ends where the character behind it begins. The leading folders made of constants and dates down to
 * the hour, or to minutes in steps (`{mm:5}`), are the slots; folders below are discovered.
 *
 * `constants` gives attributes a fixed value. Throws kind "config", naming the column, for a template that can't be
 * meant.
 */
export function template(
  written: string,
  constants: Readonly<Record<string, string>> = {},
  options: TemplateOptions = {},
): TemplateLayout {
  const text = fromStrftime(written);
  const scanned = scanTemplate(text);
  const segments = bindConstants(text, scanned, constants);
  checkTemplate(text, segments);
  const names = scanned.flat().flatMap((token) => (token.kind === "attribute" ? [token.name] : []));
  return new Template(text, segments, [...new Set(names)], { ...constants }, options);
}

function clockTime(text: string): number {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const ms = Number(hour) * HOUR + Number(minute) * MINUTE;
  if (ms < DAY && Number(minute) < 60) return ms;
  throw new DaybookError(
    "config",
    `"${text}" is no time of day: write the hour a day begins at, such as "12:00"`,
  );
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
  readonly constants: Readonly<Record<string, string>>;
  readonly #slotFolders: readonly Segment[];
  readonly #unit: SlotUnit | undefined;
  readonly #zone: Zone;
  readonly #times: SlotTimes | undefined;
  readonly #time: TemplateTime;
  /** Reads folders and names apart, to tell what is wrong with a path. */
  readonly #apart: TemplateTime;
  /** Whether every slot is as long as its unit. */
  readonly #even: boolean;
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
    { zone = "UTC", dayStart = "00:00", tolerance = 0 }: TemplateOptions,
  ) {
    this.text = text;
    const fixed = Object.entries(constants).sort(([a], [b]) => (a < b ? -1 : 1));
    this.#zone = new Zone(zone);
    const shift = clockTime(dayStart);
    if (!(tolerance >= 0)) throw new DaybookError("config", `a tolerance of ${tolerance} ms can't be meant`);
    const unlike = [this.#zone.isUtc ? "" : zone, shift, tolerance];
    // As it always was where there is nothing but the template, so that ledgers know it again.
    this.key = JSON.stringify(unlike.some(Boolean) ? [text, fixed, ...unlike] : [text, fixed]);
    this.attributes = attributes;
    this.#segments = segments;
    this.constants = constants;
    const folders = segments.slice(0, -1);
    const variable = folders.findIndex((folder) => folder.some((token) => token.kind !== "literal"));
    this.root = literalPath(variable < 0 ? folders : folders.slice(0, variable));
    const { depth, unit } = slotDepth(folders);
    this.#slotFolders = folders.slice(0, depth);
    this.#unit = unit;
    if (shift > 0 && unit?.kind !== "day")
      throw templateError(text, "only days can begin at another hour, and its slots aren't days");
    this.#even = this.#zone.isUtc;
    this.#times = unit && new SlotTimes({ unit, zone: this.#zone, dayStart: shift });
    const below = segments.slice(depth);
    const reading = { below, times: this.#times, zone: this.#zone, tolerance };
    // The usual case: folders and names say the very same, which one expression sees by itself.
    const plain = this.#times === undefined || (this.#even && tolerance === 0 && this.#times.isPlain);
    this.#apart = new TemplateTime(reading);
    this.#time = plain ? new TemplateTime({ ...reading, times: undefined }) : this.#apart;
    this.#path = new PathMatcher(segments, plain ? 0 : depth);
    for (let n = depth + 1; n <= folders.length; n++)
      this.#folders.set(n, new PathMatcher(folders.slice(0, n), plain ? 0 : depth));
  }

  slots(range: TimeRange): ReturnType<PathLayout["slots"]> {
    checkRange(range);
    const [folders, unit, times, even] = [this.#slotFolders, this.#unit, this.#times, this.#even];
    if (unit === undefined || times === undefined) return timelessSlot(literalPath(folders), range);
    return new DateSlots({ folders, unit, times, even, range });
  }

  slotNamed(path: string): Slot | undefined {
    this.#slotPath ??= new PathMatcher(this.#slotFolders, this.#slotFolders.length);
    const match = this.#slotPath.match(path);
    if (match === undefined) return undefined;
    const named = this.#times && readTime(match.folder);
    if (named === "contradiction") return undefined;
    const start = new Date(named ? this.#times!.span(named.time).start : 0);
    for (const slot of this.slots({ start, end: new Date(start.getTime() + 1) }))
      if (slot.path === path) return slot;
    return undefined;
  }

  enters(slot: Slot, directory: string, range?: TimeRange): boolean {
    if (!directory.startsWith(slot.path === "/" ? "/" : `${slot.path}/`)) return false;
    const depth = directory.split("/").length - 1;
    const match = this.#folders.get(depth)?.match(directory);
    return match !== undefined && this.#time.mayBe(match, range);
  }

  parse(path: string): Observation | undefined {
    const match = this.#path.match(path);
    if (match === undefined) return undefined;
    const { at, misfit } = this.#time.of(match) as { at?: number; misfit?: string };
    if (misfit !== undefined) return undefined;
    const { attributes } = match;
    for (const name in this.constants) attributes[name] = this.constants[name]!;
    return { observedAt: at === undefined ? undefined : new Date(at), attributes };
  }

  misfit(path: string): string | undefined {
    if (this.#path.match(path) !== undefined && this.parse(path) !== undefined) return undefined;
    const match = new PathMatcher(this.#segments, this.#slotFolders.length).match(path);
    return match && this.#apart.of(match).misfit;
  }

  format(observation: Observation): string {
    for (const [name, value] of Object.entries(this.constants)) {
      const given = Object.hasOwn(observation.attributes, name) ? observation.attributes[name] : value;
      if (given !== value)
        throw templateError(this.text, `{${name}} is "${value}" here, and the observation says "${given}"`);
    }
    const depth = this.#slotFolders.length;
    const clockOf = (time: Date, segment: number) =>
      segment < depth && this.#times
        ? new Date(this.#times.nameOf(time.getTime()))
        : new Date(this.#zone.toWall(time.getTime()));
    const path = formatPath(this.text, this.#segments, observation, clockOf);
    const readBack = this.parse(path)?.attributes;
    const meant: Readonly<Record<string, string>> = { ...observation.attributes, ...this.constants };
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
    const read = match && readTime(match.below);
    if (match === undefined || read === "contradiction") return undefined;
    const [at] = read ? this.#zone.instantsOf(read.time) : [];
    const { attributes } = match;
    try {
      const path = this.format({ observedAt: at === undefined ? undefined : new Date(at), attributes });
      return path.endsWith(`/${name}`) ? path : undefined;
    } catch (error) {
      if (isDaybookError(error, "config")) return undefined;
      throw error;
    }
  }
}
