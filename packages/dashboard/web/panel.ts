import { api } from "./api.js";
import { arrows, h, refill } from "./dom.js";
import { readHash, writeHash, type Place } from "./place.js";
import { dayView, fileView, hourView, type View } from "./views.js";
import { dayNumber, dayText } from "./words.js";

/** Goes from a day to an hour to a file and back; where it is stands in the address, so that it can be sent to others. */
export class Panel {
  readonly element = arrows(h("aside", { class: "panel", "aria-label": "Details", hidden: true }));
  readonly writable: () => boolean;
  readonly #closed: (source: string) => void;
  #place: Place | undefined;
  #turn = 0;

  constructor(options: { closed: (source: string) => void; writable: () => boolean }) {
    this.#closed = options.closed;
    this.writable = options.writable;
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.up();
    });
    window.addEventListener("hashchange", () => this.begin());
  }

  /** Shows what the address says. */
  begin(): void {
    void this.#show(readHash());
  }

  open(place: Place): void {
    const hash = writeHash(place);
    if (location.hash === hash) this.begin();
    else location.hash = hash;
  }

  /** One step back: from a file to its hour, to its day, to nothing. */
  up(): void {
    const { source, date, slot, path } = this.#place ?? {};
    if (source === undefined || date === undefined) return;
    if (path !== undefined) this.open({ source, date, slot });
    else if (slot !== undefined) this.open({ source, date });
    else this.#close(source);
  }

  /** Something happened there: what is open may be out of date. */
  async refresh(source: string): Promise<void> {
    if (this.#place?.source === source) await this.#show(this.#place, false);
  }

  async retry(place: Place & { path: string }): Promise<void> {
    await api.retry(place.source, place.path);
    if (this.#place) await this.#show(this.#place, false);
  }

  #close(source: string): void {
    history.pushState(null, "", location.pathname);
    void this.#show(undefined);
    this.#closed(source);
  }

  async #show(place: Place | undefined, focus = true): Promise<void> {
    const before = this.#place;
    const turn = ++this.#turn;
    this.#place = place;
    this.element.hidden = place === undefined;
    document.body.classList.toggle("with-panel", place !== undefined);
    if (place === undefined) return;
    if (before === undefined) refill(this.element, h("p", { class: "quiet" }, "Looking…"));
    const view = await this.#view(place).catch((error: Error): View => ({
      title: "This can't be shown",
      body: [h("p", {}, error.message)],
    }));
    if (turn !== this.#turn) return;
    refill(this.element, this.#head(place, view), ...view.body);
    if (focus) this.#focus(before, place);
  }

  #view(place: Place): Promise<View> {
    if (place.path !== undefined) return fileView({ ...place, path: place.path }, this);
    if (place.slot !== undefined) return hourView({ ...place, slot: place.slot }, this);
    return dayView(place, this);
  }

  #head({ source, date, slot, path }: Place, { title, subtitle }: View): HTMLElement {
    const step = (days: number) => this.open({ source, date: dayText(dayNumber(date) + days) });
    const button = (label: string, sign: string, onclick: () => void) =>
      h(
        "button",
        { type: "button", "aria-label": label, title: label, "data-key": `to ${label}`, onclick },
        sign,
      );
    const steps =
      slot === undefined && path === undefined
        ? [button("The day before", "‹", () => step(-1)), button("The day after", "›", () => step(1))]
        : [button("Back", "‹ Back", () => this.up())];
    return h(
      "header",
      {},
      h(
        "nav",
        {},
        ...steps,
        button("Close", "✕", () => this.#close(source)),
      ),
      h("h2", { tabindex: -1 }, title),
      subtitle !== undefined && h("p", { class: "quiet" }, subtitle),
    );
  }

  /** Down: to the first thing inside. Up: to what was opened before. */
  #focus(before: Place | undefined, now: Place): void {
    const opened =
      now.path === undefined ? (now.slot === undefined ? before?.slot : before?.path) : undefined;
    const find = (selector: string) => this.element.querySelector<HTMLElement>(selector);
    const back = opened === undefined ? null : find(`[data-key="${CSS.escape(opened)}"]`);
    (back ?? find("[data-first]") ?? find("h2"))?.focus();
  }
}
