import { DaybookError } from "../errors/daybook-error.js";
import type { Observation, PathLayout } from "../layout/path-layout.js";
import { comparable, isByVolume, type SelectSpec } from "../layout/select.js";

/** Which files belong together, and when all of them are there. */
export interface GroupOptions {
  /**
   * What the files of a group have in common: attributes, and "observedAt" for the time. Default: every attribute but
   * `field`, and the time.
   */
  readonly by?: readonly string[];
  /** The attribute that tells a group's files from one another. Default "field". */
  readonly field?: string;
  /** The values of `field` that make a group whole. Default: those of the source's `select`. */
  readonly expect?: readonly string[];
}

/** The group a file belongs to. */
export interface Membership {
  /** Within its source. */
  readonly key: string;
  readonly common: Readonly<Record<string, string>>;
  /** Whether the group's files share their time; else they share their slot. */
  readonly byTime: boolean;
  readonly value: string;
  readonly expected: readonly string[];
}

/** Sorts one source's files into groups, for one hook. */
export class GroupRule {
  readonly #by: readonly string[] | undefined;
  readonly field: string;
  readonly #expect: readonly string[] | undefined;
  readonly #select: SelectSpec | undefined;

  /** Throws kind "config" where the layout has no such attributes, or nothing says which values make a group. */
  constructor(
    { by, field = "field", expect }: GroupOptions,
    { layout, select }: { readonly layout: PathLayout; readonly select: unknown },
  ) {
    this.#by = by;
    this.field = field;
    this.#expect = expect;
    this.#select = (select as { spec?: SelectSpec } | undefined)?.spec;
    const { attributes } = layout;
    const asked = [field, ...(by ?? [])].filter((name) => name !== "observedAt");
    const unknown = attributes && asked.find((name) => !attributes.includes(name));
    if (unknown !== undefined)
      throw new DaybookError(
        "config",
        `group: the layout reads no ${unknown} from paths: give an attribute that it reads as ` +
          `${unknown === field ? "group.field" : "group.by"}, or list only sources that have one in sources`,
      );
    if (by?.includes(field))
      throw new DaybookError("config", `group: by names ${field}, in which the files of a group differ`);
    if (expect === undefined && !this.#selects())
      throw new DaybookError(
        "config",
        `group: nothing says which values of ${field} make a group whole: give expect, or select them`,
      );
  }

  /** Undefined for a file that belongs to no group. */
  membership({ attributes, observedAt }: Observation, slot: string): Membership | undefined {
    const value = attributes[this.field];
    if (value === undefined) return undefined;
    const by = this.#by ?? [...Object.keys(attributes).filter((name) => name !== this.field), "observedAt"];
    const byTime = by.includes("observedAt");
    const names = by.filter((name) => name !== "observedAt");
    if ((byTime && observedAt === undefined) || names.some((name) => attributes[name] === undefined))
      return undefined;
    const expected = this.#expected(attributes);
    const wanted = expected?.find((one) => comparable(one) === comparable(value));
    if (wanted === undefined) return undefined;
    const common = Object.fromEntries(names.map((name) => [name, attributes[name]!]));
    const place = byTime ? observedAt!.toISOString() : slot;
    const key = JSON.stringify([place, Object.entries(common), this.field, expected]);
    return { key, common, byTime, value: wanted, expected: expected! };
  }

  #selects(): boolean {
    if (this.#select === undefined) return false;
    return isByVolume(this.#select) ? this.field === "field" : Object.hasOwn(this.#select, this.field);
  }

  #expected(attributes: Readonly<Record<string, string>>): string[] | undefined {
    if (this.#expect) return [...this.#expect];
    const select = this.#select!;
    if (!isByVolume(select)) return select[this.field]?.map(String);
    const volumes = lookUp(select, attributes["strategy"]);
    return volumes && lookUp(volumes, attributes["volume"])?.map(String);
  }
}

/** By a name that is digits in one archive and has leading zeros in another. */
function lookUp<T>(values: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  if (name === undefined) return undefined;
  return Object.entries(values).find(([key]) => comparable(key) === comparable(name))?.[1];
}
