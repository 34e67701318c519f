import { api } from "./api.js";
import { h, refill } from "./dom.js";
import type { DelayReport } from "./types.js";
import { duration, minute, number, count } from "./words.js";

/** Core's `DELAY_BOUNDS`, in minutes. */
const BOUNDS = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 360, 720, 1440];

/** How long after observation files arrive: one source at a time, asked for when it is chosen. */
export class DelaysCard {
  readonly element: HTMLElement;
  readonly #choice = h("select", { "aria-label": "Source", onchange: () => void this.#load() });
  readonly #body = h("div", {});

  constructor() {
    const head = h("header", {}, h("h2", {}, "Arrival after observation"), this.#choice);
    this.element = h("section", { class: "card delays" }, head, this.#body);
  }

  offer(names: readonly string[]): void {
    if (this.#choice.options.length === names.length) return;
    refill(this.#choice, ...names.map((name) => h("option", { value: name }, name)));
    void this.#load();
  }

  async #load(): Promise<void> {
    const name = this.#choice.value;
    const found = await api.delays(name).catch(() => undefined);
    if (name !== this.#choice.value) return;
    refill(this.#body, ...(found ? report(found) : [h("p", { class: "quiet" }, "It can't be told now.")]));
  }
}

function report(found: DelayReport): HTMLElement[] {
  const { files, unknown, counts, median, p90, p99, longest, lookback, suggestedLookback, since } = found;
  const others =
    unknown > 0
      ? [h("p", { class: "quiet" }, `Of ${count(unknown, "file")} it can't be told when they came.`)]
      : [];
  if (files === 0) return [h("p", { class: "quiet" }, "No file has been measured yet."), ...others];
  const most = Math.max(...counts);
  const bars = counts.slice(0, Math.max(8, counts.findLastIndex((n) => n > 0) + 1)).map((n, i) => {
    const bar = h("span", { class: "bar" });
    bar.style.height = `${(100 * n) / most}%`;
    const bound = BOUNDS[i];
    const label = bound === undefined ? "more" : bound < 60 ? `${bound}m` : `${bound / 60}h`;
    return h(
      "li",
      { title: `up to ${label}: ${count(n, "file")}` },
      h("span", { class: "space" }, bar),
      h("span", { class: "tick" }, label),
      h("span", { class: "hidden" }, `: ${count(n, "file")}`),
    );
  });
  const figures: [string, number | undefined][] = [
    ["half within", median],
    ["9 of 10 within", p90],
    ["99 of 100 within", p99],
    ["longest", longest],
  ];
  return [
    h("ol", { class: "histogram", "aria-label": "Files by delay" }, ...bars),
    h(
      "dl",
      { class: "figures" },
      ...figures.flatMap(([key, ms]) => [h("dt", {}, key), h("dd", {}, duration(ms ?? 0))]),
    ),
    h("p", {}, advice(lookback, suggestedLookback)),
    h("p", { class: "quiet" }, `${number(files)} files observed since ${minute(since ?? "")} UTC`),
    ...others,
  ];
}

function advice(lookback: number, suggested: number | undefined): string {
  const now = `Its lookback is ${duration(lookback)}`;
  if (suggested === undefined)
    return `${now}; whether that is right can be told once a hundred files have come.`;
  if (suggested === lookback) return `${now}: just right for these files.`;
  const verdict = suggested < lookback ? "would do" : "would be better";
  return `${now}; ${duration(suggested)} ${verdict}: 99 of 100 of these files came within that after their hour's end.`;
}
