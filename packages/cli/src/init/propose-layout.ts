import { DaybookError, template } from "@daybook/core";
import { datesIn, datesOf } from "./date-parts.js";

/** A layout guessed from one path. */
export interface Proposal {
  readonly layout: string;
  /** Placeholders that want a value for each source, with the example's. */
  readonly constants: Readonly<Record<string, string>>;
  /** The time the example's path tells. */
  readonly observedAt: Date;
}

const RADAR = /^[A-Z]{2,6}\d{1,3}$/;

/**
 * Guesses the layout from the path of one file: dates by their shape; a directory that the file's name repeats is a
 * constant of the source; other pieces of the name, between "_", are attributes. Throws kind "config" where the path
 * holds no date, or the guess doesn't read the path back.
 */
export function proposeLayout(path: string): Proposal {
  const refuse = (why: string) =>
    new DaybookError(
      "config",
      `no layout can be guessed from ${JSON.stringify(path)}: ${why}; give one with --layout`,
    );
  if (!path.startsWith("/")) throw refuse("it must be a whole path, from the root of the server on");
  const segments = path.split("/").slice(1);
  const name = segments.pop()!;
  const constants: Record<string, string> = {};
  const stem = name.split(".", 1)[0]!;
  const dated = datesOf([...segments, stem]);
  const directories = dated.slice(0, -1);
  // A name such as 18.log goes on where the directories end; any other is looked at by itself.
  const pieces = /^\d+$/.test(stem) ? [dated.at(-1)! + name.slice(stem.length)] : nameOf(name);
  for (const [i, directory] of directories.entries()) {
    if (directory !== segments[i] || !pieces.some((piece) => piece === directory)) continue;
    const key = RADAR.test(directory) ? "radar" : "station";
    if (Object.hasOwn(constants, key)) continue;
    constants[key] = directory;
    directories[i] = `{${key}}`;
  }
  const layout = `/${[...directories, attributesOf(pieces, constants)].join("/")}`;
  if (!layout.includes("{yyyy}")) throw refuse("it holds no date that can be told by its shape");
  const observedAt = template(layout, constants).parse(path)?.observedAt;
  if (observedAt === undefined) throw refuse(`the nearest is ${layout}, which doesn't read it back`);
  return { layout, constants, observedAt };
}

/** The pieces of a name between "_" and before the first ".", its dates written as placeholders. */
function nameOf(name: string): string[] {
  const dated = datesIn(name);
  const dot = dated.indexOf(".");
  const stem = dot < 0 ? dated : dated.slice(0, dot);
  const pieces = stem.split("_");
  return dot < 0 ? pieces : [...pieces.slice(0, -1), pieces.at(-1)! + dated.slice(dot)];
}

/** The name again, with attributes: a radar's by their places, others by what they look like. */
function attributesOf(pieces: readonly string[], constants: Readonly<Record<string, string>>): string {
  const [first, strategy = "", volume = "", field = ""] = pieces;
  const isRadar =
    first === constants["radar"] &&
    /^\d{3,4}$/.test(strategy) &&
    /^\d{1,2}$/.test(volume) &&
    /^[A-Za-z]\w*$/.test(field);
  const used = new Map<string, number>();
  return pieces
    .map((piece, i) => {
      const constant = Object.keys(constants).find((key) => constants[key] === piece);
      if (constant !== undefined) return `{${constant}}`;
      if (isRadar && i >= 1 && i <= 3) return `{${["strategy", "volume", "field"][i - 1]}}`;
      const [, word, extension = ""] = /^(\w+)(\.[\w.]+)?$/.exec(piece) ?? [];
      if (i === 0 || word === undefined) return piece;
      const key = /^\d+$/.test(word) ? "number" : "product";
      const n = (used.get(key) ?? 0) + 1;
      used.set(key, n);
      return `{${key}${n > 1 ? n : ""}}${extension}`;
    })
    .join("_");
}
