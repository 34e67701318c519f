import { DaybookError } from "../errors/daybook-error.js";
import type { Observation } from "./path-layout.js";

type Values = readonly (string | number)[];

/** Attribute → the values wanted. All attributes named must fit. */
export type SelectByAttribute = Readonly<Record<string, Values>>;
/** Strategy → volume → the fields wanted. Strategies and volumes not named are left out. */
export type SelectByVolume = Readonly<Record<string, Readonly<Record<string, Values>>>>;
export type SelectSpec = SelectByAttribute | SelectByVolume;

/** `spec` tells one selection from another. */
export interface Selector {
  (observation: Observation): boolean;
  readonly spec: SelectSpec;
}

const VOLUME_ATTRIBUTES = ["strategy", "volume", "field"];

/**
 * Whether an observation is wanted. Values that are digits on both sides compare as numbers: the same volume is "1"
 * in one archive and "01" in another, and YAML reads a bare 01 as 1. Throws kind "config" for a spec that is neither
 * of the two shapes, or has an empty list, which would select nothing.
 */
export function selectBy(spec: SelectSpec): Selector {
  return Object.assign(selectorOf(spec), { spec });
}

function selectorOf(spec: SelectSpec): (observation: Observation) => boolean {
  if (isByVolume(spec)) {
    const wanted = new Set<string>();
    for (const [strategy, volumes] of Object.entries(spec)) {
      if (Object.keys(volumes).length === 0) throw selectsNothing(strategy);
      for (const [volume, fields] of Object.entries(volumes)) {
        for (const field of valuesOf(`${strategy} → ${volume}`, fields))
          wanted.add(key([strategy, volume, field]));
      }
    }
    return ({ attributes }) => {
      const values = VOLUME_ATTRIBUTES.map((name) => attributes[name]);
      return values.every((value) => value !== undefined) && wanted.has(key(values));
    };
  }
  const rules = Object.entries(spec).map(([name, values]) => {
    return { name, wanted: new Set(valuesOf(name, values).map(comparable)) };
  });
  return ({ attributes }) =>
    rules.every(({ name, wanted }) => {
      const value = attributes[name];
      return value !== undefined && wanted.has(comparable(value));
    });
}

/** Throws kind "config", naming the valid ones, where a spec asks for attributes that the layout doesn't read. */
export function checkSelect(spec: SelectSpec, attributes: readonly string[]): void {
  const asked = isByVolume(spec) ? VOLUME_ATTRIBUTES : Object.keys(spec);
  checkAttributes("select", asked, attributes);
}

/** The same for names asked for by `who`. */
export function checkAttributes(who: string, asked: readonly string[], attributes: readonly string[]): void {
  const unknown = asked.filter((name) => !attributes.includes(name));
  if (unknown.length === 0) return;
  const valid = attributes.length > 0 ? `it reads ${attributes.join(", ")}` : "it reads no attributes";
  throw new DaybookError("config", `${who}: the layout reads no ${unknown.join(", ")} from paths: ${valid}`);
}

export function isByVolume(spec: SelectSpec): spec is SelectByVolume {
  const lists = Object.values(spec).filter((value) => Array.isArray(value)).length;
  if (lists === Object.keys(spec).length) return false;
  const nested = Object.values(spec).every(
    (value) => isRecord(value) && Object.values(value).every(Array.isArray),
  );
  if (nested) return true;
  const shapes = 'either { field: ["DBZH"] } or { "0315": { "01": ["DBZH"] } }';
  throw new DaybookError(
    "config",
    `select: must be lists of values by attribute, or by strategy and volume: ${shapes}`,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function valuesOf(where: string, values: Values): string[] {
  if (values.length === 0) throw selectsNothing(where);
  const odd = values.find((value) => typeof value !== "string" && typeof value !== "number");
  if (odd !== undefined) throw new DaybookError("config", `select: ${where} may list texts and numbers only`);
  return values.map(String);
}

function selectsNothing(where: string): DaybookError {
  return new DaybookError("config", `select: ${where} is empty and selects nothing: leave it out or fill it`);
}

/** Digits count as a number: "1" and "01" are the same. */
export function comparable(value: string): string {
  return /^\d+$/.test(value) ? value.replace(/^0+(?=\d)/, "") : value;
}

function key(values: readonly (string | undefined)[]): string {
  return values.map((value) => comparable(value!)).join("/");
}
