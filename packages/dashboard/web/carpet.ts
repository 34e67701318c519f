import { h } from "./dom.js";
import { paint, type Palette } from "./paint.js";
import { stateOf, tell } from "../src/words/states.js";
import type { Days } from "./types.js";
import { dayNumber, dayText, longDay } from "./words.js";

/** Days since 1970. */
export interface Period {
  readonly first: number;
  readonly last: number;
}

/**
 * A source's hours as a picture: days from left to right, hours from top to bottom. To a keyboard and a screen reader
 * it is a slider over its days, which says what each holds; Enter opens one.
 */
export class Carpet {
  readonly element: HTMLElement;
  readonly #canvas = h("canvas", { "aria-hidden": "true" });
  readonly #cursor = h("span", { class: "cursor", "aria-hidden": "true" });
  readonly #readout: HTMLElement;
  readonly #open: (day: number) => void;
  #days: Days | undefined;
  #period: Period = { first: 0, last: 0 };
  #at = -1;
  #height = 0;
  /** All that the picture on the canvas was made from. */
  #drawn = "";

  /** What is pointed at is told in `readout`. */
  constructor({ name, readout, open }: { name: string; readout: HTMLElement; open: (day: number) => void }) {
    this.#readout = readout;
    this.#open = open;
    this.element = h(
      "div",
      {
        class: "carpet",
        tabindex: 0,
        role: "slider",
        "aria-label": `${name}, hours by day. Enter opens a day.`,
        "data-source": name,
        onkeydown: (event: KeyboardEvent) => this.#press(event),
        onfocus: () => this.#move(this.#at),
        onblur: () => this.#say(""),
        onpointermove: (event: PointerEvent) => this.#point(event),
        onpointerleave: () => this.#say(""),
        onclick: (event: MouseEvent) => {
          this.#move(this.#dayAt(event));
          this.#open(this.#at);
        },
      },
      this.#canvas,
      this.#cursor,
    );
  }

  /** Takes what there is to show; it isn't drawn yet. */
  show(days: Days | undefined, period: Period, height: number): void {
    this.#days = days;
    this.#period = period;
    if (this.#at < period.first || this.#at > period.last) this.#at = this.#own.last;
    this.#height = height;
    this.element.style.height = `${height}px`;
    this.element.setAttribute("aria-valuemin", String(period.first));
    this.element.setAttribute("aria-valuemax", String(period.last));
    this.#mark();
  }

  /** Draws it, unless that is what was drawn last. */
  draw(width: number, palette: Palette): void {
    const { first, last } = this.#period;
    const known = this.#days?.days;
    const skip = first - this.#from;
    const days = Array.from({ length: last - first + 1 }, (_, i) => known?.[skip + i]);
    const picture = [width, this.#height, window.devicePixelRatio, ...palette.values(), ...days].join();
    if (picture === this.#drawn) return;
    this.#drawn = picture;
    paint(this.#canvas, { days, width, height: this.#height }, palette);
  }

  #day(day: number): string | undefined {
    return this.#days?.days[day - this.#from];
  }

  /** The first day that is known. */
  get #from(): number {
    return this.#days === undefined ? 0 : dayNumber(this.#days.from);
  }

  /** The days of the period that the source has anything to say of. */
  get #own(): Period {
    const { first, last } = this.#period;
    if (this.#days === undefined) return this.#period;
    const from = this.#from;
    const to = from + Math.max(0, this.#days.days.length - 1);
    return { first: Math.min(last, Math.max(first, from)), last: Math.max(first, Math.min(last, to)) };
  }

  #move(day: number): void {
    const { first, last } = this.#own;
    this.#at = Math.max(first, Math.min(last, day));
    this.#mark();
    this.#say(this.#words());
  }

  #words(): string {
    return `${longDay(this.#at)}: ${tell(this.#day(this.#at))}`;
  }

  #mark(): void {
    const share = 100 / (this.#period.last - this.#period.first + 1);
    this.#cursor.style.left = `${(this.#at - this.#period.first) * share}%`;
    this.#cursor.style.width = `max(${share}%, 3px)`;
    this.element.setAttribute("aria-valuenow", String(this.#at));
    this.element.setAttribute("aria-valuetext", this.#words());
  }

  #press(event: KeyboardEvent): void {
    const { first, last } = this.#own;
    const to = {
      ArrowLeft: this.#at - 1,
      ArrowRight: this.#at + 1,
      ArrowDown: this.#at - 7,
      ArrowUp: this.#at + 7,
      PageDown: this.#at - 30,
      PageUp: this.#at + 30,
      Home: first,
      End: last,
    }[event.key];
    if (to !== undefined) this.#move(to);
    else if (event.key === "Enter" || event.key === " ") this.#open(this.#at);
    else return;
    event.preventDefault();
  }

  #point(event: PointerEvent): void {
    const { top, height } = this.element.getBoundingClientRect();
    const hour = Math.max(0, Math.min(23, Math.floor((24 * (event.clientY - top)) / height)));
    const day = this.#dayAt(event);
    const pad = (n: number) => String(n).padStart(2, "0");
    this.#say(`${dayText(day)} ${pad(hour)}–${pad(hour + 1)} UTC: ${stateOf(this.#day(day)?.[hour]).label}`);
  }

  #dayAt({ clientX }: MouseEvent): number {
    const { left, width } = this.element.getBoundingClientRect();
    const { first, last } = this.#period;
    const column = Math.floor(((clientX - left) / width) * (last - first + 1));
    return first + Math.max(0, Math.min(last - first, column));
  }

  /** Beside the picture; screen readers have it from the slider's value. */
  #say(text: string): void {
    this.#readout.textContent = text;
  }
}
