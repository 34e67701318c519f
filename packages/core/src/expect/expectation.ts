import { DaybookError } from "../errors/daybook-error.js";
import { checkAttributes } from "../layout/select.js";
import type { PathLayout } from "../layout/path-layout.js";

/** Values that are numbers in a row: 0, 3, 6 … 120. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
  /** Default 1. */
  readonly step?: number;
}

/** What a source owes, so that less can be told from enough. All that is given must hold. */
export interface ExpectOptions {
  /** An observation at each of these steps, in ms, counted from midnight UTC: 600,000 for one every ten minutes. */
  readonly every?: number;
  /** How far from its step an observation may be, either way, in ms. Default just less than half a step. */
  readonly tolerance?: number;
  /** How many files there have to be, in a slot or in each hour of it. */
  readonly files?: {
    readonly min?: number;
    readonly max?: number;
    /** Default "slot". */
    readonly per?: "slot" | "hour";
  };
  /** For each observation a file of each of these values; of several attributes, of each combination. */
  readonly values?: Readonly<Record<string, readonly (string | number)[] | ValueRange>>;
  /** Bytes of each file. */
  readonly size?: { readonly min?: number; readonly max?: number };
}

/** An expectation as it is judged by: checked, values spelled out. */
export interface Expectation {
  readonly every?: number;
  readonly tolerance: number;
  readonly files?: { readonly min: number; readonly max: number; readonly per: "slot" | "hour" };
  /** The attributes of `combinations`, in their order. */
  readonly attributes: readonly string[];
  /** Each as its values, in the order of `attributes`; none where nothing is expected of values. */
  readonly combinations: readonly (readonly string[])[];
  readonly size: { readonly min: number; readonly max: number };
  /** Tells one expectation from another. */
  readonly key: string;
}

const DAY = 86_400_000;
/** A slot has to be judged in memory. */
const MOST_COMBINATIONS = 10_000;

/** Throws kind "config", with what to write, for what can't be meant or what the layout's paths don't say. */
export function expectation(options: ExpectOptions, layout: Pick<PathLayout, "attributes">): Expectation {
  const { every, files, size, values = {} } = options;
  const refuse = (problem: string) => new DaybookError("config", `expect: ${problem}`);
  if (every !== undefined && !(every >= 1000 && every <= DAY && DAY % every === 0))
    throw refuse("`every` must divide a day, from 1s to 24h, such as 10m");
  const { tolerance = Math.max(0, Math.ceil((every ?? 0) / 2) - 1) } = options;
  if (every !== undefined && !(tolerance >= 0 && tolerance * 2 < every))
    throw refuse("`tolerance` must be less than half of `every`, or two steps would be one");
  if (options.tolerance !== undefined && every === undefined)
    throw refuse("`tolerance` says nothing without `every`");
  const counts = between("files", files, refuse);
  const sizes = between("size", size, refuse);
  const attributes = Object.keys(values);
  if (layout.attributes !== undefined) checkAttributes("expect.values", attributes, layout.attributes);
  const combinations = attributes.reduce<string[][]>(
    (all, name) => {
      const spelled = spellOut(name, values[name]!, refuse);
      if (all.length * spelled.length > MOST_COMBINATIONS)
        throw refuse(`\`values\` has more than ${MOST_COMBINATIONS} combinations`);
      return all.flatMap((one) => spelled.map((value) => [...one, value]));
    },
    attributes.length > 0 ? [[]] : [],
  );
  if (every === undefined && !files && !size && attributes.length === 0)
    throw refuse("it is empty: give `every`, `files`, `values` or `size`");
  const per = files?.per ?? "slot";
  return {
    every,
    tolerance,
    files: files && { ...counts, per },
    attributes,
    combinations,
    size: sizes,
    key: JSON.stringify([every, tolerance, files && [counts.min, counts.max, per], values, sizes]),
  };
}

function between(
  name: string,
  given: { readonly min?: number; readonly max?: number } | undefined,
  refuse: (problem: string) => DaybookError,
): { min: number; max: number } {
  const { min = 0, max = Infinity } = given ?? {};
  if (given && !(min >= 0 && max >= min && (min > 0 || max < Infinity)))
    throw refuse(`\`${name}\` needs a min from 1 on, or a max that isn't below it`);
  return { min, max };
}

function spellOut(
  name: string,
  given: readonly (string | number)[] | ValueRange,
  refuse: (problem: string) => DaybookError,
): string[] {
  if (isRange(given)) {
    const { from, to, step = 1 } = given;
    const whole = [from, to, step].every(Number.isSafeInteger);
    if (!whole || step < 1 || from < 0 || to < from || (to - from) / step > MOST_COMBINATIONS)
      throw refuse(`\`values.${name}\` must run in whole steps from a number to a larger one`);
    const all: string[] = [];
    for (let n = from; n <= to; n += step) all.push(String(n));
    return all;
  }
  if (given.length === 0) throw refuse(`\`values.${name}\` is empty: name the values, or leave it out`);
  return [...new Set(given.map(String))];
}

const isRange = (given: readonly unknown[] | ValueRange): given is ValueRange => !Array.isArray(given);
