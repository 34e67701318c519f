import { HOUR_LETTERS, type Availability, type HourLetter } from "@daybook/core";

const HOUR = 3_600_000;

/** What counts as a gap, and how the page names it. */
export const GAP_LETTERS = ["m", "e", "i", "p", "u", "f"] as const satisfies readonly HourLetter[];
export type GapLetter = (typeof GAP_LETTERS)[number];

/** Hours in a row that lack data for the same reason. */
export interface GapRun {
  readonly source: string;
  readonly state: (typeof HOUR_LETTERS)[GapLetter];
  readonly start: Date;
  readonly end: Date;
  readonly hours: number;
}

/** How many hours of each kind. */
export type HourCounts = Readonly<Record<(typeof HOUR_LETTERS)[HourLetter], number>>;

export function countHours(days: readonly string[]): HourCounts {
  const counts = Object.fromEntries(Object.values(HOUR_LETTERS).map((state) => [state, 0])) as Record<
    keyof HourCounts,
    number
  >;
  for (const day of days) for (const letter of day) counts[HOUR_LETTERS[letter as HourLetter]]++;
  return counts;
}

/** A source's gaps, newest first. */
export function* gapRuns({ source, from, days }: Availability): Iterable<GapRun> {
  const letters = days.join("");
  const isGap = (letter: string): letter is GapLetter => (GAP_LETTERS as readonly string[]).includes(letter);
  for (let end = letters.length; end > 0;) {
    const letter = letters[end - 1]!;
    let start = end - 1;
    while (start > 0 && letters[start - 1] === letter) start--;
    if (isGap(letter))
      yield {
        source,
        state: HOUR_LETTERS[letter],
        start: new Date(from.getTime() + start * HOUR),
        end: new Date(from.getTime() + end * HOUR),
        hours: end - start,
      };
    end = start;
  }
}

/** The newest gaps of all sources, merged. */
export function newestGaps(all: readonly Availability[], limit: number): { gaps: GapRun[]; total: number } {
  const gaps = all.flatMap((one) => [...gapRuns(one)]);
  gaps.sort((a, b) => b.end.getTime() - a.end.getTime() || (a.source < b.source ? -1 : 1));
  return { gaps: gaps.slice(0, limit), total: gaps.length };
}
