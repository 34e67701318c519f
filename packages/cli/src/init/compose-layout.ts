import { DATE } from "./date-fields.js";
import { piecesOf, withAttributes } from "./name-parts.js";
import type { Difference, Unified } from "./unify.js";

const RADAR = /^[A-Z]{2,6}\d{1,3}$/;

export interface Composed {
  readonly layout: string;
  /** By placeholder, its value in each example. */
  readonly constants: Readonly<Record<string, readonly string[]>>;
}

/** A layout of what several paths have in common. `raw` is the first of them as it was given. */
export function compose({ segments, differences }: Unified, raw: readonly string[]): Composed {
  const names = new Names(differences);
  const folders = segments.slice(0, -1);
  const dated = segments.findIndex((segment) => DATE.test(segment));
  for (const [n, { segment, values }] of differences.entries()) {
    if (segment < dated && segment < folders.length) names.constant(n, values);
  }
  const name = segments.at(-1)!;
  const rawName = raw.at(-1)!;
  for (const [i, folder] of folders.entries()) {
    const inName =
      piecesOf(name).includes(folder) || (name.startsWith("{station:") && rawName.startsWith(folder));
    if (folder !== raw[i] || folder === "" || !inName) continue;
    const key = RADAR.test(folder) ? "radar" : "station";
    if (names.constants[key] === undefined) names.constants[key] = [folder];
    else if (names.constants[key]![0] !== folder) continue;
    folders[i] = `{${key}}`;
  }
  const firsts = Object.fromEntries(Object.entries(names.constants).map(([key, [value]]) => [key, value!]));
  // What varies between "_" is an attribute anyway, and is named by what it looks like.
  const pieces = piecesOf(name).map((piece, i) =>
    piece.replace(/^\{#(\d+)\}(?=\.[A-Za-z]|$)/, (all, n: string) =>
      i > 0 || names.isConstant(Number(n)) ? differences[Number(n)]!.values[0]! : all,
    ),
  );
  const written = `/${[...folders, withAttributes(pieces, firsts)].join("/")}`;
  return { layout: names.writeIn(written), constants: names.constants };
}

/** Gives names to what differs. */
class Names {
  readonly constants: Record<string, readonly string[]> = {};
  readonly #differences: readonly Difference[];
  readonly #names = new Map<number, string>();

  constructor(differences: readonly Difference[]) {
    this.#differences = differences;
  }

  constant(n: number, values: readonly string[]): void {
    const key = this.#free(values.every((value) => RADAR.test(value)) ? "radar" : "station", this.constants);
    this.constants[key] = values;
    this.#names.set(n, key);
  }

  isConstant(n: number): boolean {
    return this.#names.has(n);
  }

  /** The layout with `{#0}`, `{#1}` … by their names, with a pattern where nothing shows where one ends. */
  writeIn(layout: string): string {
    const taken: Record<string, unknown> = { ...this.constants };
    for (const [, name] of layout.matchAll(/\{([A-Za-z][\w-]*)/g)) taken[name!] = true;
    const seen = new Set<string>(Object.keys(this.constants));
    return layout.replace(/\{#(\d+)\}(?=(\{?))/g, (_all, digits: string, brace: string) => {
      const n = Number(digits);
      const { values } = this.#differences[n]!;
      let name = this.#names.get(n);
      if (name === undefined) {
        name = this.#free(kindOf(values), taken);
        taken[name] = true;
        this.#names.set(n, name);
      }
      const isFirst = !seen.has(name);
      seen.add(name);
      return isFirst && brace === "{" ? `{${name}:${patternOf(values)}}` : `{${name}}`;
    });
  }

  #free(key: string, taken: Readonly<Record<string, unknown>>): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? key : `${key}${n}`;
      if (!Object.hasOwn(taken, name)) return name;
    }
  }
}

function kindOf(values: readonly string[]): string {
  if (values.every((value) => /^\d+$/.test(value))) return "number";
  return values.every((value) => /^[A-Z][A-Z0-9]+$/.test(value)) ? "station" : "kind";
}

function patternOf(values: readonly string[]): string {
  const characters = values.every((value) => /^[A-Za-z]+$/.test(value)) ? "[A-Za-z]" : "[A-Za-z0-9]";
  const lengths = new Set(values.map(({ length }) => length));
  return `${characters}${lengths.size === 1 ? `{${values[0]!.length}}` : "+"}`;
}
