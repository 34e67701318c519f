import { DaybookError, template } from "@daybook/core";
import { applyDates } from "./apply-dates.js";
import { compose } from "./compose-layout.js";
import { findDates } from "./find-dates.js";
import { layoutRemarks, takenAsTheyAre } from "./layout-remarks.js";
import { unify } from "./unify.js";

/** A layout guessed from paths of files. */
export interface Proposal {
  readonly layout: string;
  /** Placeholders that want a value for each source, with the examples'. */
  readonly constants: Readonly<Record<string, readonly string[]>>;
  /** The time the first example's path tells. */
  readonly observedAt: Date;
  /** What was guessed and might be otherwise, and what it costs; each a sentence without a full stop. */
  readonly remarks: readonly string[];
}

/**
 * Guesses the layout from the paths of some files of one kind: dates by their shape; a directory before the dates that
 * differs, or that the file's name repeats, is a constant of each source; other pieces of the name, between "_", are
 * attributes. Throws kind "config" where the paths hold no date, or the guess doesn't read all of them back.
 */
export function proposeLayout(examples: readonly string[]): Proposal {
  const path = examples[0] ?? "";
  const refuse = (why: string, about = path) =>
    new DaybookError(
      "config",
      `no layout can be guessed from ${JSON.stringify(about)}: ${why}; give one with --layout`,
    );
  for (const one of examples)
    if (!one.startsWith("/")) throw refuse("it must be a whole path, from the root of the server on", one);
  const raw = examples.map((one) => one.split("/").slice(1));
  const dated = raw.map(findDates);
  // Digits of one path may look like a date by chance; what looks so in all of them hardly does.
  const ways = [
    dated.map(({ segments }) => segments),
    ...dated.map(({ segments }) => raw.map((one) => applyDates(segments, one))),
  ];
  const unified = ways.map(unify).find((way) => way !== undefined);
  if (unified === undefined)
    throw refuse("the paths aren't of one kind: they differ in depth, or in where their dates stand");
  const { layout, constants } = compose(unified, raw[0]!);
  if (!/\{(?:yyyy|yy|YYYY|gpsweek|epoch|epochms)\}/.test(layout))
    throw refuse("it holds no date that can be told by its shape");
  const times = examples.map((one, i) => {
    const ours = Object.entries(constants).map(([key, values]) => [key, values[i] ?? values[0]!]);
    const time = template(layout, Object.fromEntries(ours) as Record<string, string>).parse(one)?.observedAt;
    if (time !== undefined) return time;
    throw refuse(`the nearest is ${layout}, which doesn't read it back`, one);
  });
  // Dates that differ in several paths are no chance.
  const days = new Set(times.map((time) => Math.floor(time.getTime() / 86_400_000)));
  const doubts = days.size < 2 ? dated[0]!.doubts : [];
  const remarks = [
    ...new Set(doubts),
    ...takenAsTheyAre(layout, examples.length),
    ...layoutRemarks(layout, constants),
  ];
  return { layout, constants: distinct(constants), observedAt: times[0]!, remarks };
}

function distinct(constants: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(constants).map(([key, values]) => [key, [...new Set(values)]]));
}
