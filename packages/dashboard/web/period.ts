import type { Period } from "./carpet.js";
import { h } from "./dom.js";
import { dayText } from "./words.js";

const LENGTHS = [
  [7, "Week"],
  [31, "Month"],
  [92, "Quarter"],
  [366, "Year"],
] as const;
/** Narrower days than this can't be told apart, in pixels. */
const NARROWEST = 2;

/** Which days are shown: so many, up to the newest or further back. */
export class PeriodControl {
  readonly element: HTMLElement;
  readonly #changed: () => void;
  readonly #span = h("span", { class: "quiet span" });
  readonly #lengths: HTMLButtonElement[];
  readonly #earlier: HTMLButtonElement;
  readonly #later: HTMLButtonElement;
  #known: Period | undefined;
  /** Undefined: as many as there are and fit. */
  #length: number | undefined;
  /** Days before the newest that the period ends. */
  #back = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
    const button = (text: string, label: string, onclick: () => void) =>
      h("button", { type: "button", "aria-label": label, title: label, onclick }, text);
    this.#lengths = LENGTHS.map(([days, label]) =>
      button(label, `Show a ${label.toLowerCase()}`, () => this.#set(days, 0)),
    );
    this.#earlier = button("‹", "Earlier", () => this.#step(1));
    this.#later = button("›", "Later", () => this.#step(-1));
    const inside = [this.#earlier, this.#span, this.#later, ...this.#lengths];
    this.element = h("div", { class: "period", role: "group", "aria-label": "Period" }, ...inside);
  }

  offer(known: Period): void {
    this.#known = known;
  }

  /** What is shown where there is room for so many pixels. */
  period(width: number): Period {
    const { first, last } = this.#known ?? { first: 0, last: 0 };
    const all = last - first + 1;
    const fits = LENGTHS.findLast(([days]) => days * NARROWEST <= width)?.[0] ?? 7;
    const needed = LENGTHS.find(([days]) => days >= all)?.[0] ?? 366;
    const length = this.#length ?? Math.min(fits, needed);
    const shownLast = Math.max(Math.min(first + length - 1, last), last - this.#back);
    const shown = { first: shownLast - length + 1, last: shownLast };
    this.#span.textContent = `${dayText(Math.max(first, shown.first))} to ${dayText(shown.last)}`;
    for (const [i, [days]] of LENGTHS.entries())
      this.#lengths[i]!.setAttribute("aria-pressed", String(days === length));
    this.#earlier.disabled = shown.first <= first;
    this.#later.disabled = shown.last >= last;
    this.#shownLength = length;
    return shown;
  }

  #shownLength = 7;

  #step(direction: 1 | -1): void {
    this.#set(this.#shownLength, Math.max(0, this.#back + direction * this.#shownLength));
  }

  #set(length: number, back: number): void {
    this.#length = length;
    this.#back = back;
    this.#changed();
  }
}
