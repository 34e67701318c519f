/** How an hour's state is shown: never by its colour alone. */
export interface State {
  readonly letter: string;
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly glyph: string;
}

export const STATES: readonly State[] = [
  { letter: "c", name: "complete", label: "complete", glyph: "✓" },
  { letter: "p", name: "partial", label: "not whole", glyph: "◐" },
  { letter: "i", name: "incomplete", label: "less than expected", glyph: "◔" },
  { letter: "m", name: "missing", label: "missing at the source", glyph: "✕" },
  { letter: "e", name: "empty", label: "empty at the source", glyph: "○" },
  { letter: "f", name: "failed", label: "failed to list", glyph: "!" },
  { letter: "u", name: "unseen", label: "not listed", glyph: "?" },
  { letter: "o", name: "open", label: "not over yet", glyph: "…" },
  { letter: ".", name: "future", label: "still to come", glyph: "" },
  { letter: "-", name: "outside", label: "outside the range", glyph: "" },
];

const BY_LETTER = new Map(STATES.map((state) => [state.letter, state]));
const BY_NAME = new Map(STATES.map((state) => [state.name, state]));
const OUTSIDE = STATES.at(-1)!;

export const stateOf = (letter = "-"): State => BY_LETTER.get(letter) ?? OUTSIDE;
export const stateNamed = (name: string): State => BY_NAME.get(name) ?? OUTSIDE;
/** Those that the legend explains. */
export const LEGEND = STATES.slice(0, 8);

/** "22 complete, 1 missing at the source" */
export function tell(day = ""): string {
  const counts = STATES.map((state) => ({ state, n: day.split(state.letter).length - 1 }));
  const shown = counts.filter(({ state, n }) => n > 0 && state !== OUTSIDE);
  return shown.map(({ state, n }) => `${n} ${state.label}`).join(", ") || OUTSIDE.label;
}
